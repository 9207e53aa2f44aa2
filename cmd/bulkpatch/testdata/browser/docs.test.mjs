// The documentation: pictures, checks, the search, and that it can be read without script.

import { assert, everyPage, site, walk } from "./lib.mjs";

walk("the documentation looks good", async (open) => {
  await everyPage(open, { "docs": "/docs", "docs-guide": "/docs/guide", "docs-jobs": "/docs/jobs", "docs-stores": "/docs/stores" });
});

walk("the search finds headings, calls, parameters, fields and codes", async (open) => {
  for (const width of ["desktop", "phone"]) {
    const page = await open({ width });
    await page.goto("/docs");
    await page.keyboard.press("/");
    const box = page.getByRole("combobox", { name: "Search the documentation" });
    await box.and(page.locator(":focus")).waitFor();
    for (const [words, kind, title] of [
      ["confirm token", "Guide", "Previews and confirm tokens"], ["/v1/jobs/{job}/undo", "Call", "POST /v1/jobs/{job}/undo"],
      ["expectedCount", "Parameter", "expectedCount"], ["counts.matched", "Field", "counts.matched"], ["retry_open", "Code", "retry_open"],
      ["create customer", "Call", "Create a customer (desk)"], ["Prefer", "Guide", "Waiting in the call"], ["cursor", "Guide", "Lists"],
      ["permission_needs_company", "Field", "permission"], ["authentication", "Guide", "Keys and scopes"],
      ["job has ended", "Webhook", "A job has ended: succeeded"], ["webhook-signature", "Parameter", "webhook-signature"],
    ]) {
      await box.fill(words);
      const found = page.getByRole("option").filter({ hasText: kind }).filter({ hasText: title });
      await found.first().waitFor();
    }
    await box.fill("no such words anywhere");
    await page.getByText("Nothing found").waitFor();
    await box.fill("retry_open");
    await page.getByRole("option", { name: "retry_open" }).first().waitFor();
    await box.press("ArrowDown");
    await box.press("ArrowUp");
    await box.press("Enter");
    await page.waitForURL("**/docs/guide#code-retry_open");
    await page.keyboard.press("/");
    await box.fill("undo");
    await page.getByRole("option").first().waitFor();
    await box.press("Escape");
    assert.equal(await page.getByRole("listbox").count(), 0, "lists after Escape");
  }
});

walk("a block of code is copied", async (open) => {
  const page = await open();
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"], { origin: site.base });
  await page.goto("/docs/jobs");
  await page.locator("#cancelJob pre.curl").hover();
  await page.locator("#cancelJob").getByRole("button", { name: "Copy" }).first().click();
  await page.locator("#cancelJob").getByRole("button", { name: "Copied" }).waitFor();
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^curl -X POST "\$BULKPATCH_SERVER\/v1\/jobs\/\$JOB\/cancel"/);
});

walk("the documentation can be read without script, and leads to the dashboard and back", async (open) => {
  const page = await open({ as: "admin", script: false, width: "phone" });
  await page.goto("/docs/guide");
  await page.getByRole("link", { name: "Contents" }).click();
  await page.getByRole("navigation", { name: "Contents" }).getByRole("link", { name: "Jobs", exact: true }).click();
  await page.waitForURL("**/docs/jobs");
  assert.equal(await page.getByRole("search").count(), 0, "searches without script");
  await page.locator("#cancelJob summary", { hasText: "Errors" }).click();
  await page.locator("#cancelJob").getByText("action_not_allowed").first().waitFor();
  await page.getByRole("link", { name: "Dashboard" }).click();
  await page.waitForURL("**/admin");
  await page.getByRole("link", { name: "Documentation" }).click();
  await page.waitForURL("**/docs");
});
