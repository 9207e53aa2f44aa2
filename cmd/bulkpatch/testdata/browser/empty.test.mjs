// An installation in which nothing has been done yet: each page says so, and what to do next.

import { everyPage, walk } from "./lib.mjs";

walk("the pages of an empty installation look good", async (open) => {
  await everyPage(open, {
    "empty-overview": "/admin", "empty-jobs": "/admin/jobs", "empty-customers": "/admin/customers", "empty-customers-desk": "/admin/customers/desk",
    "empty-new": "/admin/new", "empty-queues": "/admin/queues", "empty-keys": "/admin/keys", "empty-audit": "/admin/audit", "empty-go": "/admin/go?q=x",
  }, { as: "admin" });
});
