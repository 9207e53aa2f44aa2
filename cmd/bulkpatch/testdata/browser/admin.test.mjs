import { api, assert, check, everyPage, site, walk } from "./lib.mjs";

/** The id of the key of that name. */
const keyId = async (name) => (await api("admin", "GET", "/v1/keys")).items.find((k) => k.name === name).id;

walk("the pages about keys look good in both themes and widths", async (open) => {
  const id = await keyId("nightly-import-of-the-customer-relationship-system");
  await everyPage(open, {
    "keys": "/admin/keys", "keys-none": "/admin/keys?q=nobody", "key-rotate": `/admin/keys/${id}/rotate`, "key-revoke": `/admin/keys/${id}/revoke`,
  }, { as: "admin" });
});

walk("the audit and the limits look good in both themes and widths", async (open) => {
  await everyPage(open, {
    "audit": "/admin/audit?until=2099-12-31", "audit-none": "/admin/audit?key=nobody",
    "audit-keys": "/admin/audit?action=key.created,key.rotated,key.revoked&workspace=main", "limits": "/admin/limits",
  }, { as: "admin" });
});

walk("the queues and the brake look good in both themes and widths", async (open) => {
  await everyPage(open, {
    "queues-full": "/admin/queues", "brake": "/admin/brake", "brake-on": "/admin/brake/switch?on=true&all=true&reason=Wrong+prices",
  }, { as: "admin" });
});

walk("an administrator of another workspace sees what is its own", async (open) => {
  await everyPage(open, { "brake-north": "/admin/brake", "keys-north": "/admin/keys" }, { as: "north" });
});

walk("a key is created, shown once, rotated and revoked", async (open) => {
  const page = await open({ as: "admin", allow: [/status of 422/] });
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto("/admin/keys");
  await page.getByLabel("Name", { exact: true }).fill("crm");
  await page.getByLabel("Whose key it is").fill("Ana");
  await page.getByLabel("Only what is ticked here").check();
  await page.getByRole("button", { name: "Create the key" }).click();
  await page.getByText("Tick at least one scope").waitFor();
  await check(page, "key-refused");
  await page.getByLabel("See customers customers:read").check();
  await page.getByRole("button", { name: "Create the key" }).dblclick(); // the form is sent twice
  await page.getByText("It cannot be shown again.").waitFor();
  const secret = await page.locator("#secret").textContent();
  await page.getByRole("button", { name: "Copy" }).click();
  await page.getByText("Copied.").waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), secret);
  await page.locator("#secret").evaluate((e) => (e.textContent = "bp_" + "x".repeat(43))); // for the picture
  await check(page, "key-secret");
  assert.equal((await api("admin", "GET", "/v1/keys")).items.filter((k) => k.name === "crm").length, 1);
  const answers = async (key) => (await fetch(site.base + "/v1/models", { headers: { Authorization: `Bearer ${key}` } })).status;
  assert.equal(await answers(secret), 200);

  await page.getByRole("link", { name: "To the keys" }).click();
  const row = page.locator(`#key-${await keyId("crm")}`);
  assert.doesNotMatch(await page.content(), new RegExp(secret));
  await row.getByRole("link", { name: "Rotate…" }).click();
  await page.getByLabel("Not at all: it ends now").check();
  await page.getByRole("button", { name: "Make a new secret" }).click();
  const next = await page.locator("#secret").textContent();
  assert.deepEqual([await answers(secret), await answers(next)], [401, 200]);

  await page.getByRole("link", { name: "To the keys" }).click();
  await row.getByRole("link", { name: "Revoke…" }).click();
  await page.getByRole("button", { name: "Revoke the key" }).click();
  await page.getByText("The key is revoked.").waitFor();
  assert.equal(await answers(next), 401);
  await page.goto("/admin/audit?action=key.created,key.rotated,key.revoked&key=admin");
  const told = (await page.locator("td.what").allTextContents()).slice(0, 3);
  assert.deepEqual(told, ["revoked the key crm", "rotated the key crm", "created the key crm"]);
});

walk("the brake is switched on and off, and what one types stays", async (open) => {
  const page = await open({ as: "admin" });
  await page.goto("/admin/queues");
  const at = await page.locator("#queues-at time").getAttribute("datetime");
  await page.getByLabel("Hold jobs, because").fill("wrong prices");
  await page.getByLabel("Hold jobs, because").blur();
  await page.waitForFunction((at) => document.querySelector("#queues-at time").dateTime !== at, at); // read again
  assert.equal(await page.getByLabel("Hold jobs, because").inputValue(), "wrong prices");
  await page.getByRole("button", { name: "Switch on…" }).click();
  await page.getByRole("heading", { name: "Switch the brake on?" }).waitFor();
  await page.getByRole("button", { name: "Switch it on" }).click();
  await page.locator("#brake").getByText("held by the brake").waitFor();
  await check(page, "queues-braked");
  assert.equal((await api("admin", "GET", "/v1/brake")).reason, "wrong prices");
  await page.getByRole("link", { name: "Switch off…" }).click();
  await page.getByRole("button", { name: "Switch it off" }).click();
  await page.locator("#brake").getByText("go on").waitFor();
  assert.equal((await api("admin", "GET", "/v1/brake")).on, false);
});

walk("keys and brake need no script", async (open) => {
  const page = await open({ as: "north", script: false, width: "phone" });
  await page.goto("/admin/keys");
  await page.getByLabel("Name", { exact: true }).fill("plain");
  await page.getByLabel("After this day (UTC)").check();
  await page.getByLabel("The last day of the key, in UTC").fill("2099-12-31");
  await page.getByRole("button", { name: "Create the key" }).click();
  await page.getByText("2100-01-01 00:00:00 UTC").waitFor();
  assert.equal(await page.getByRole("button", { name: "Copy" }).count(), 0, "a button that does nothing");
  await page.goto("/admin/brake");
  await page.getByLabel("Hold jobs, because").fill("stock-taking");
  await page.getByRole("button", { name: "Switch on…" }).click();
  await page.getByRole("button", { name: /^(Switch it on|Change the reason)$/ }).click();
  await page.getByText("stock-taking").waitFor();
});
