// Jobs of every kind that have ended in every way: pictures, checks, and no complaint of the
// browser. Lists and open jobs are in joblists.test.mjs.

import { everyPage, site, walk } from "./lib.mjs";

for (const names of [["succeeded", "none", "nested", "large"], ["huge", "single", "refused", "partial"], ["retry", "undone", "undo", "preview", "cancelled"]]) {
  walk(`jobs that have ended look good: ${names.join(", ")}`, async (open) => {
    await everyPage(open, Object.fromEntries(names.map((name) => [`job-${name}`, `/admin/jobs/${site.jobs[name]}`])), { as: "admin" });
  });
}
