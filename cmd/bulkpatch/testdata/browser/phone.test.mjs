// A bulk update by touch on a phone, and by plain forms without script.

import { api, assert, check, ended, fits, shot, walk } from "./lib.mjs";

const jobIn = (page) => new URL(page.url()).pathname.split("/")[3];
const what = (page) => page.getByRole("region", { name: "What will happen" });

walk("on a phone an update is composed, run and undone", async (open) => {
  const page = await open({ as: "admin", width: "phone" });
  await page.goto("/admin");
  await page.getByRole("main").getByRole("link", { name: "New update" }).first().tap();
  await page.getByLabel("Model").selectOption("stores");
  await page.waitForURL(/model=stores/);
  await page.getByRole("button", { name: "Add condition" }).first().tap();
  await page.getByLabel("Field", { exact: true }).selectOption("id");
  await page.getByLabel("Operator").selectOption("is at most");
  await page.getByLabel("Value", { exact: true }).fill("40");
  await page.getByLabel("Field to change").fill("region");
  await page.getByRole("button", { name: "Add field" }).tap();
  await page.getByLabel("region", { exact: true }).fill("الغرب");
  await page.getByRole("link", { name: /40/ }).tap(); // the line at the foot says how many
  await what(page).getByText("40", { exact: true }).first().waitFor();
  await check(page, "phone-preview");
  await page.getByRole("button", { name: "Run update" }).tap();
  await page.waitForURL(/\/admin\/jobs\/[0-9a-f-]{36}$/);
  await page.getByRole("link", { name: "Undo…" }).waitFor();
  await fits(page);
  await page.getByRole("link", { name: "Undo…" }).tap();
  await page.getByText(/This undoes \d+ of 40 customers/).waitFor();
  await check(page, "phone-undo");
  await page.getByRole("button", { name: /^Undo \d+ customers$/ }).tap();
  await page.getByRole("heading", { name: /^Undo of/ }).waitFor();
  await page.getByRole("region", { name: "State" }).getByText("succeeded").first().waitFor();
  await fits(page);
});

walk("without script an update is composed, run and undone by plain forms", async (open) => {
  const page = await open({ as: "admin", script: false });
  await page.goto("/admin/jobs");
  await page.getByRole("main").getByRole("link", { name: "New update" }).first().click();
  await page.getByLabel("Model").selectOption("stores");
  await page.getByRole("button", { name: "Preview" }).click();
  await page.getByLabel("Filter as JSON").fill('{"id": {"$lte": 30}}');
  await page.getByLabel("What to do with region").selectOption("set");
  await page.getByLabel("region", { exact: true }).fill("north west");
  await page.getByRole("button", { name: "Preview" }).click();
  await what(page).getByText("30", { exact: true }).first().waitFor();
  await page.getByRole("checkbox", { name: "Include customer 3", exact: true }).uncheck();
  await page.getByRole("checkbox", { name: "Include customer 4", exact: true }).uncheck();
  await page.getByRole("button", { name: "Preview" }).click();
  await what(page).getByText("28", { exact: true }).first().waitFor();
  assert.match(await page.getByLabel("Filter as JSON").inputValue(), /\$nin/);
  await shot(page, "noscript-preview");
  await fits(page);
  await page.getByRole("button", { name: "Run update" }).click();
  await page.waitForURL(/\/admin\/jobs\/[0-9a-f-]{36}$/);
  const first = jobIn(page);
  assert.equal((await ended("admin", first)).counts.matched, 28);
  await page.reload();
  await page.getByRole("link", { name: "Undo…" }).click();
  await page.getByText(/This undoes \d+ of 28 customers/).waitFor();
  await page.getByRole("button", { name: /^Undo \d+ customers$/ }).click();
  await page.waitForURL((url) => !url.pathname.includes(first));
  assert.equal((await ended("admin", jobIn(page))).state, "succeeded");
});

walk("without script a job is paused, resumed and cancelled", async (open) => {
  const page = await open({ as: "admin", script: false });
  const job = await api("admin", "POST", "/v1/jobs", {
    model: "desk", filter: { id: { $gt: 0 } }, patch: { notes: "slowly" }, options: { recordsPerSecond: 5, allowAll: true },
  });
  await page.goto(`/admin/jobs/${job.jobId}`);
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByRole("button", { name: "Resume" }).click();
  await page.getByLabel("Limit in records per second").fill("7");
  await page.getByRole("button", { name: "Set" }).click();
  await page.getByText("7 records per second").first().waitFor();
  await page.getByRole("link", { name: "Cancel…" }).click();
  await page.getByRole("button", { name: /^Cancel/ }).click();
  assert.equal((await ended("admin", job.jobId)).state, "cancelled");
});

walk("the main pages fit 320 pixels and enlarged letters", async (open) => {
  const page = await open({ as: "admin" });
  for (const viewport of [{ width: 320, height: 640 }, { width: 640, height: 400 }]) {
    await page.setViewportSize(viewport);
    for (const path of ["/admin", "/admin/jobs", "/admin/new?model=stores&filter=%7B%22id%22%3A7%7D", "/admin/customers/stores"]) {
      await page.goto(path);
      await fits(page);
    }
  }
});
