import { everyPage, walk } from "./lib.mjs";

walk("every page looks good in both themes and widths", async (open) => {
  await everyPage(open, { "overview": "/admin", "queues": "/admin/queues" }, { as: "admin" });
});

walk("a page that is not there says so", async (open) => {
  await everyPage(open, { "not-found": "/admin/no-such-page" }, { as: "reader", status: 404 });
});

walk("a page that is not for the key says so", async (open) => {
  await everyPage(open, { "not-allowed": "/admin/queues" }, { as: "reader", status: 403 });
});
