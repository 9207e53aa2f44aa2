// The list of jobs: what it looks like, and how it follows what happens.

import { api, assert, everyPage, shot, walk } from "./lib.mjs";

walk("the lists of jobs look good in both themes and widths", async (open) => {
  await everyPage(open, { "jobs": "/admin/jobs", "jobs-none": "/admin/jobs?q=nothing-has-this" }, { as: "admin" });
});

/** Makes a job that changes nobody. */
const submit = (note) =>
  api("admin", "POST", "/v1/jobs", { model: "desk", filter: { firstName: "nobody at all" }, patch: { jobTitle: "Lead" }, options: { note } });

walk("new jobs come by themselves, and never move what somebody points at", async (open) => {
  const page = await open({ as: "admin" });
  await page.goto("/admin/jobs?model=desk");
  const first = page.locator("#rows tr").first();
  const news = page.locator("#news");
  await submit("comes by itself");
  await first.filter({ hasText: "comes by itself" }).waitFor();
  assert.equal(await news.isVisible(), false);

  await page.locator("#rows tr").nth(1).hover();
  await submit("waits until it is asked for");
  await news.waitFor();
  assert.equal(await news.textContent(), "Show 1 new job");
  assert.match(await first.textContent(), /comes by itself/);
  await shot(page, "jobs-news");
  await news.click();
  await first.filter({ hasText: "waits until it is asked for" }).waitFor();
});

walk("filters are the address, and back returns", async (open) => {
  for (const script of [true, false]) {
    const page = await open({ as: "admin", script });
    await page.goto("/admin/jobs");
    await page.locator("#rows tr").first().waitFor();
    const all = await page.locator("#rows tr").count();
    await page.getByLabel("State").selectOption({ label: "Ended with failures" });
    await page.getByRole("button", { name: "Filter" }).click();
    await page.waitForURL(/state=failures/);
    if (script) assert.equal(new URL(page.url()).search, "?state=failures", "filters that say nothing are left out");
    await page.locator("#rows tr").first().waitFor(); // a list that takes long comes after its page
    const some = await page.locator("#rows tr").count();
    assert.ok(some > 0 && some < all, `${some} of ${all} jobs have failures`);
    assert.deepEqual([...new Set(await page.locator("#rows .state").allTextContents())].filter((s) => !/failed|partially/.test(s)), []);
    await page.getByRole("link", { name: "Clear filters" }).click();
    await page.waitForURL(/jobs$/);
    await page.goBack();
    await page.locator("#rows tr").first().waitFor();
    assert.equal(await page.locator("#rows tr").count(), some);
  }
});
