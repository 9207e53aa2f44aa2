// What the composer does with somebody who is quicker than its script, or than is good.

import { assert, check, walk } from "./lib.mjs";

walk("a model that is chosen before the script is there has its own fields", async (open) => {
  const page = await open({ as: "admin" });
  let start;
  const chosen = new Promise((resolve) => (start = resolve));
  await page.route("**/compose.js", async (route) => {
    await chosen;
    await route.continue();
  });
  await page.goto("/admin/new?model=desk", { waitUntil: "commit" });
  await page.getByLabel("Model").selectOption("stores");
  start();
  await page.waitForURL(/model=stores/);
  await page.getByRole("button", { name: "Add condition" }).click();
  const fields = await page.getByLabel("Field", { exact: true }).locator("option").allTextContents();
  assert.ok(fields.includes("kind"), `the fields are ${fields}`);
});

walk("an empty field has to be meant before its update can be run", async (open) => {
  const page = await open({ as: "admin" });
  await page.goto(`/admin/new?model=stores&filter=${encodeURIComponent('{"id":{"$in":[1,2]}}')}`);
  const what = page.getByRole("region", { name: "What will happen" });
  const run = what.getByRole("button", { name: "Run update" });
  const meant = what.getByLabel("Yes, the empty text is meant");
  await page.getByLabel("Field to change").fill("manager");
  await page.getByRole("button", { name: "Add field" }).click();
  await meant.waitFor();
  assert.equal(await run.count(), 0, "an update of which nobody has typed a value can be run");
  await check(page, "new-empty");
  await meant.check();
  await run.waitFor();
  await page.getByLabel("manager", { exact: true }).fill("Bo");
  await meant.waitFor({ state: "detached" });
  await run.waitFor();
  await page.getByLabel("manager", { exact: true }).fill("");
  await meant.waitFor();
  assert.equal(await meant.isChecked(), false, "what was said of an empty text is remembered");
});

walk("values in one line with commas are shown to be one value", async (open) => {
  const page = await open({ as: "admin" });
  await page.goto(`/admin/new?model=stores&filter=${encodeURIComponent('{"name":{"$in":["a","b"]}}')}`);
  await page.getByText("Customers that match", { exact: true }).waitFor();
  await page.getByText("One value a line.", { exact: true }).waitFor();
  await page.getByLabel("Values, one a line").fill("Vimo, Kite");
  await page.getByText("One value a line: “Vimo, Kite” is one value.").waitFor();
  await page.locator("#what:not([aria-busy])").getByText("customers match").waitFor();
  await check(page, "new-commas");
});
