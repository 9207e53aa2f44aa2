import { everyPage, site, walk } from "./lib.mjs";

walk("without Redis and workers the pages say so", async (open) => {
  await everyPage(open, {
    "down-queues": "/admin/queues", "down-overview": "/admin", "down-jobs": "/admin/jobs", "down-job-stalled": `/admin/jobs/${site.jobs.stalled}`,
  }, { as: "admin" });
});
