// A bulk update of 100,000 customers from its beginning to its undo with the keyboard alone.

import { api, assert, ended, focused, tabTo, walk } from "./lib.mjs";

const what = (page) => page.getByRole("region", { name: "What will happen" });

/** Chooses in the drop-down that has the focus, as its first letters choose. */
async function choose(page, locator, letters) {
  await focused(locator);
  await page.keyboard.type(letters);
  assert.ok((await locator.evaluate((e) => e.selectedOptions[0].text)).startsWith(letters), `${letters} is chosen`);
}

/** Goes to a control with Tab and presses it. */
async function press(page, locator, key = "Enter") {
  await tabTo(page, locator, 120);
  await page.keyboard.press(key);
}

walk("the keyboard alone composes, runs and undoes an update of 100,000", async (open) => {
  const page = await open({ as: "admin" });
  await page.goto("/admin");
  await page.keyboard.press("g");
  await page.keyboard.press("n");
  await page.waitForURL("**/admin/new*");
  await tabTo(page, page.getByLabel("Model"));
  await choose(page, page.getByLabel("Model"), "stores");
  await page.waitForURL(/model=stores/);

  await press(page, page.getByRole("button", { name: "Add condition" }));
  const rule = page.getByRole("group", { name: "Condition", exact: true });
  await choose(page, rule.getByLabel("Field"), "kind");
  await tabTo(page, rule.getByLabel("Value"), 3);
  await tabTo(page, page.getByLabel("Field to change"));
  await page.keyboard.type("manager");
  await page.keyboard.press("Enter");
  await focused(page.getByLabel("manager", { exact: true }));
  await page.keyboard.type("Bo");
  await what(page).getByText("100,000", { exact: true }).first().waitFor();

  await press(page, what(page).getByRole("checkbox", { name: "Include customer 1", exact: true }), "Space");
  await what(page).getByText("99,999", { exact: true }).first().waitFor();
  await press(page, what(page).getByRole("checkbox", { name: "Include customer 2", exact: true }), "Space");
  await what(page).getByText("99,998", { exact: true }).first().waitFor();
  await tabTo(page, page.getByLabel("Type 99,998 to run it"), 80);
  await page.keyboard.type("99998");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/admin\/jobs\/[0-9a-f-]{36}$/);
  await page.getByRole("link", { name: "Undo…" }).waitFor();
  const id = new URL(page.url()).pathname.split("/")[3];

  await page.keyboard.press("g");
  await page.keyboard.press("o");
  await page.waitForURL("**/admin");
  await page.getByRole("region", { name: /^Failed/ }).waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("Enter"); // one
  await page.waitForURL(`**/admin/jobs/${id}`);
  await press(page, page.getByRole("link", { name: /^Show those with/ })); // two
  await page.locator("#records").getByRole("row").filter({ hasText: "8000" }).first().waitFor();
  assert.equal(await page.locator("#records").getByRole("row").count(), 13, "twelve below a head");

  await press(page, page.getByRole("link", { name: "Undo…" }));
  await page.getByText("This undoes 99,986 of 99,998 customers.").waitFor();
  await tabTo(page, page.getByLabel("Type 99,986 to confirm"));
  await page.keyboard.type("99986");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: /^Undo of/ }).waitFor();
  const undo = new URL(page.url()).pathname.split("/")[3];
  assert.equal((await ended("admin", undo)).counts.updated, 99_986);
  assert.equal((await api("admin", "GET", "/v1/stores/customers/77")).manager, null);
});
