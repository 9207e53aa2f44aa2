// What keys that may not change anything are offered: nothing that changes, on any page; and
// what they send all the same is refused.

import { api, assert, site, walk } from "./lib.mjs";

const { jobs, records } = site;
const store = `/admin/customers/stores/records/${records.long}`;

/** What on a page would change something: forms that are posted, and links to what asks first. */
const offered = (page) => page.evaluate(() => [
  ...[...document.querySelectorAll("main form")].filter((f) => f.method === "post").map((f) => f.action),
  ...[...document.querySelectorAll("main a")].map((a) => a.href),
].map((address) => new URL(address).pathname).filter((p) =>
  /\/(pause|resume|cancel|retry|undo|throttle|edit|delete|create|rotate|revoke|switch|update|deliveries|webhook-secret)$|^\/admin\/new/.test(p)));

walk("a reader is offered nothing that changes something", async (open) => {
  const page = await open({ as: "reader" });
  for (const path of [
    "/admin", "/admin/jobs", "/admin/jobs?kind=all", `/admin/jobs/${jobs.partial}`, `/admin/jobs/${jobs.running}`, `/admin/jobs/${jobs.paused}`,
    `/admin/jobs/${jobs.undone}`, "/admin/customers", "/admin/customers/stores", store, "/admin/brake", "/admin/limits", "/admin/access",
  ]) {
    await page.goto(path);
    assert.deepEqual(await offered(page), [], path);
    assert.equal(await page.locator("main input[type=checkbox]:visible, main [name=take]").count(), 0, `${path} lets one tick`);
  }
  const pages = await page.getByRole("navigation", { name: "Pages" }).getByRole("link").allTextContents();
  for (const name of ["New update", "Queues", "Keys", "Audit"]) assert.ok(!pages.includes(name), `${name} is among ${pages}`);
});

walk("a reader reads customers and jobs", async (open) => {
  const page = await open({ as: "reader" });
  await page.goto("/admin");
  await page.getByRole("link", { name: "Customers" }).click();
  await page.getByRole("main").getByRole("link", { name: /Store of a franchise|stores/ }).first().click();
  await page.getByRole("link", { name: records.long, exact: true }).click();
  await page.getByText("The Old Store at the Corner").or(page.getByText("Donaudampf")).or(page.locator("main dl.record")).first().waitFor();
  await page.goto(`/admin/jobs/${jobs.partial}`);
  await page.getByText("Cleo").first().waitFor();
});

walk("what a reader sends all the same is refused", async (open) => {
  const page = await open({ as: "reader", allow: [/status of 40[34]/] });
  await page.goto("/admin");
  const before = await api("admin", "GET", `/v1/jobs/${jobs.running}`);
  for (const [path, form] of [
    ["/admin/new", { of: "stores", model: "stores", filter: '{"id":7}', "do:name": "set", "to:name": "x", once: "a1" }],
    [`/admin/jobs/${jobs.running}/pause`, { once: "a2" }], [`/admin/jobs/${jobs.running}/cancel`, { once: "a3" }],
    [`/admin/jobs/${jobs.running}/throttle`, { rate: "1", once: "a4" }], [`/admin/jobs/${jobs.partial}/retry`, { once: "a5" }],
    [`/admin/jobs/${jobs.partial}/undo`, { once: "a6" }], [store + "/edit", { once: "a7" }], [store + "/delete", { once: "a8" }],
    ["/admin/customers/stores/create", { once: "a9" }], ["/admin/keys", { name: "mine", rights: "admin", once: "a10" }],
    ["/admin/brake", { on: "true", reason: "x", once: "a11" }],
  ]) {
    const status = await page.evaluate(async ([path, form]) => (await fetch(path, { method: "POST", body: new URLSearchParams(form) })).status, [path, form]);
    assert.equal(status, 403, path);
  }
  const after = await api("admin", "GET", `/v1/jobs/${jobs.running}`);
  assert.deepEqual([after.state, after.throttle], [before.state, before.throttle]);
});

walk("who sees jobs but no customers sees no values of them", async (open) => {
  const page = await open({ as: "watcher", allow: [/status of 403/] });
  for (const name of ["partial", "undone", "undo", "single"]) {
    await page.goto(`/admin/jobs/${jobs[name]}`);
    await page.getByRole("region", { name: "State" }).waitFor();
    assert.equal(await page.locator("main .diff del, main .diff ins").count(), 0, name);
  }
  const answer = await page.goto("/admin/customers/stores");
  assert.equal(answer.status(), 403);
});
