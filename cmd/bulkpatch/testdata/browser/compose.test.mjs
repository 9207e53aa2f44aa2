// What the composer does with somebody who is quicker than its script, or than is good; and
// how it leads a newcomer to computed values.

import { assert, check, ended, walk, widths } from "./lib.mjs";

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

walk("two fields are computed by somebody who knows no operator", async (open) => {
  const page = await open({ as: "admin" });
  await page.goto(`/admin/new?model=stores&filter=${encodeURIComponent('{"id":{"$lte":40}}')}`);
  const what = page.getByRole("region", { name: "What will happen" });
  const step = (field, n) => page.getByRole("group", { name: `${field}, step ${n}` });
  const compute = async (field) => {
    await page.getByLabel("Field to change").fill(field);
    await page.getByRole("button", { name: "Add field" }).click();
    await page.getByLabel(`What to do with ${field}`).selectOption("compute");
  };
  await compute("visits");
  await step("visits", 1).getByLabel("What is done").selectOption("add");
  await step("visits", 1).getByText("This must be a whole number.").waitFor();
  await step("visits", 1).getByLabel("Number").fill("10");
  const example = page.locator("#example-visits");
  await example.getByText("9007199254741004", { exact: true }).waitFor(); // the first one's, worked out by the server
  assert.equal(await example.textContent(), "Customer 1: 9007199254740994 → 9007199254741004");

  await compute("name");
  await step("name", 1).getByLabel("What is done").selectOption("remove spaces at both ends");
  await page.getByRole("button", { name: "Add a step to name" }).click();
  await step("name", 2).getByLabel("What is done").selectOption("replace");
  await step("name", 2).getByLabel("Find").fill("(");
  await step("name", 2).getByLabel("Regular expression").check();
  await what.getByRole("link", { name: "name" }).click();
  await step("name", 2).getByText("This is no regular expression").waitFor();
  await step("name", 2).getByLabel("Find").fill("\\s+");
  await step("name", 2).getByLabel("Replace with").fill("_");
  await page.locator("#example-name").getByText("→").waitFor();
  await what.getByText(/^Trim name, then replace matches of .* with “_” in it, and add 10 to visits, where id/).waitFor();
  await check(page, "new-computed-desktop");
  await page.setViewportSize(widths.phone.viewport);
  await check(page, "new-computed-phone");
  await page.setViewportSize(widths.desktop.viewport);

  await what.getByRole("button", { name: "Run update" }).click();
  await page.waitForURL(/\/admin\/jobs\/[0-9a-f-]{36}$/);
  const first = new URL(page.url()).pathname.split("/")[3];
  assert.equal((await ended("admin", first)).counts.updated, 40);
  await page.locator("#records").getByText("9007199254741004").first().waitFor();
  await page.getByRole("link", { name: "Use again" }).click();
  assert.equal(await step("name", 2).getByLabel("Find").inputValue(), "\\s+");
  assert.equal(await step("visits", 1).getByLabel("Number").inputValue(), "10");
  await page.goBack();
  await page.getByRole("link", { name: "Undo…" }).click();
  await page.getByRole("button", { name: "Undo 40 customers" }).click();
  await page.waitForURL((url) => !url.pathname.includes(first));
  assert.equal((await ended("admin", new URL(page.url()).pathname.split("/")[3])).counts.updated, 40);
});
