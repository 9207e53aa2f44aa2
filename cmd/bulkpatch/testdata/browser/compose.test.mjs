// What happens to the composer when somebody is quicker than its script.

import { assert, walk } from "./lib.mjs";

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
