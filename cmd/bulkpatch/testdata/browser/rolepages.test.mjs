// What keys of other roles see, and what they see instead of what is not for them.

import { everyPage, site, walk } from "./lib.mjs";

for (const as of ["editor", "operator", "reader", "watcher"]) {
  walk(`what a key of the role ${as} sees looks good`, async (open) => {
    const pages = { "overview": "/admin", "jobs": "/admin/jobs", "job": `/admin/jobs/${site.jobs.partial}`, "access": "/admin/access" };
    if (as === "editor" || as === "reader") pages.customer = `/admin/customers/stores/records/${site.records.arabic}`;
    if (as === "editor") pages.new = "/admin/new?model=stores";
    await everyPage(open, Object.fromEntries(Object.entries(pages).map(([name, path]) => [`${as}-${name}`, path])), { as, only: "desktop" });
  });
}

walk("a page that is not there says so", async (open) => {
  await everyPage(open, {
    "not-found": "/admin/no-such-page", "not-found-job": "/admin/jobs/01a21afe-0000-7000-8000-000000000000",
    "not-found-customer": "/admin/customers/stores/records/999999",
  }, { as: "reader", status: 404 });
});

walk("a page that is not for the key says so", async (open) => {
  await everyPage(open, { "not-allowed": "/admin/queues" }, { as: "reader", status: 403 });
});
