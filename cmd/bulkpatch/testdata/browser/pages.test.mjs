// The overview, new updates and customers: pictures, checks, and no complaint of the browser.
// The pages of jobs are in jobpages.test.mjs, those of administrators in admin.test.mjs, and
// what other keys see in rolepages.test.mjs.

import { everyPage, site, walk } from "./lib.mjs";

const { long, arabic, emoji } = site.records;
const query = (values) => "?" + new URLSearchParams(values);
const nested = JSON.stringify({
  $or: [{ kind: "kiosk", opened: { $lt: "2012-01-01" } }, { region: null, name: { $contains: "store" } }], id: { $nin: [1, 2, 3] },
});

walk("the overview looks good", async (open) => {
  await everyPage(open, { "overview": "/admin" }, { as: "admin" });
});

walk("a new update looks good, empty and filled in", async (open) => {
  await everyPage(open, {
    "new": "/admin/new",
    "new-no-condition": "/admin/new" + query({ model: "stores", filter: "{}", patch: '{"manager":"Bo"}' }),
    "new-nested": "/admin/new" + query({ model: "stores", filter: nested, patch: '{"manager":"Bo","tags":["a","قديم"],"website":null}' }),
    "new-nobody": "/admin/new" + query({ model: "stores", filter: '{"name":"nobody"}', patch: '{"name":"x"}' }),
    "new-wrong": "/admin/new" + query({ model: "stores", filter: '{"nmae":"x"}', patch: '{"opened":"yesterday"}' }),
  }, { as: "admin" });
});

walk("lists of customers look good", async (open) => {
  await everyPage(open, {
    "customers": "/admin/customers", "customers-stores": "/admin/customers/stores", "customers-desk": "/admin/customers/desk",
    "customers-filtered": "/admin/customers/stores" + query({ filter: nested, sort: "-name" }),
    "customers-none": "/admin/customers/stores" + query({ filter: '{"name":"nobody"}' }),
  }, { as: "admin" });
  await everyPage(open, { "customers-wrong": "/admin/customers/stores" + query({ filter: '{"nmae":"x"}' }) }, { as: "admin", status: 422 });
});

walk("a customer looks good, and what changes it", async (open) => {
  const store = (id) => `/admin/customers/stores/records/${id}`;
  await everyPage(open, {
    "customer-long-name": store(long), "customer-arabic": store(arabic), "customer-emoji": store(emoji),
    "customer-changed": store(305), "customer-desk": "/admin/customers/desk/records/7",
    "customer-edit": store(long) + "/edit", "customer-edit-desk": "/admin/customers/desk/records/7/edit",
    "customer-create": "/admin/customers/stores/create", "customer-delete": store(arabic) + "/delete",
  }, { as: "admin" });
});
