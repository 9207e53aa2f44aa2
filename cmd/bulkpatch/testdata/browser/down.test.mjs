import { everyPage, walk } from "./lib.mjs";

walk("without Redis and workers the pages say so", async (open) => {
  await everyPage(open, { "queues-down": "/admin/queues" }, { as: "admin" });
});
