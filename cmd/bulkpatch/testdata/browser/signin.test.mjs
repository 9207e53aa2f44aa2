import { assert, check, everyPage, focused, site, tabTo, walk } from "./lib.mjs";

walk("the sign-in, empty and refused, looks good everywhere", async (open) => {
  await everyPage(open, { "signin": "/admin/login" });
  const page = await open({ width: "phone", allow: [/status of 403/] });
  await page.goto("/admin/login");
  await page.getByLabel("API key").fill("not a key");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").getByText("not the secret of a live key").waitFor();
  await check(page, "signin-refused-phone");
});

walk("one signs in and out with the keyboard alone", async (open) => {
  const page = await open();
  await page.goto("/admin/queues");
  await focused(page.getByLabel("API key"));
  await page.keyboard.type(site.keys.admin);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/admin/queues");
  await tabTo(page, page.getByRole("button", { name: "Sign out" }));
  await page.keyboard.press("Enter");
  await page.waitForURL("**/admin/login");
});

walk("one signs in and out without script", async (open) => {
  const page = await open({ script: false });
  await page.goto("/admin");
  await page.getByLabel("API key").fill(site.keys.admin);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL("**/admin");
  assert.equal(await page.locator("h1").count(), 1);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL("**/admin/login");
  await page.goto("/admin");
  assert.match(page.url(), /\/admin\/login$/, "the session has ended");
});
