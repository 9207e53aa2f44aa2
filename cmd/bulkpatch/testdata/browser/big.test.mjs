// A bulk update of 100,000 customers from its beginning to its undo, as the person does it
// who answers for it: with the mouse.

import { api, assert, check, ended, walk } from "./lib.mjs";

const jobIn = (page) => new URL(page.url()).pathname.split("/")[3];
const what = (page) => page.getByRole("region", { name: "What will happen" });
const addField = async (page, name) => {
  await page.getByLabel("Field to change").fill(name);
  await page.getByRole("button", { name: "Add field" }).click();
};

/** Composes the update: all kiosks whose name or number fits; who runs them, and no page. */
async function compose(page) {
  await page.getByRole("link", { name: "New update" }).first().click();
  await page.getByLabel("Model").selectOption("stores");
  await page.waitForURL(/model=stores/);
  const conditions = page.getByRole("group", { name: "Conditions", exact: true });
  await conditions.getByRole("button", { name: "Add condition" }).click();
  const rule = (n) => page.getByRole("group", { name: "Condition", exact: true }).nth(n);
  await rule(0).getByLabel("Field").selectOption("kind");
  await rule(0).getByLabel("Value").selectOption("kiosk");
  await conditions.getByRole("button", { name: "Add group" }).click();
  const group = page.getByRole("group", { name: "Group of conditions" });
  await group.getByRole("button", { name: "Add condition" }).click();
  await rule(1).getByLabel("Field").selectOption("name");
  await rule(1).getByLabel("Operator").selectOption("starts with");
  await rule(1).getByLabel("Value").fill("Store");
  await group.getByRole("button", { name: "Add condition" }).click();
  await rule(2).getByLabel("Field").selectOption("id");
  await rule(2).getByLabel("Operator").selectOption("is at least");
  await rule(2).getByLabel("Value").fill("99999");
  await what(page).getByText("100,000", { exact: true }).waitFor(); // counted live
  await addField(page, "manager");
  await page.getByLabel("manager", { exact: true }).fill("Bo 🐝");
  await addField(page, "website");
  await page.getByLabel("What to do with website").selectOption("clear");
  await addField(page, "deputy");
  await page.getByLabel("What to do with deputy").selectOption("keep");
  await page.getByLabel("Why").fill("Bo takes over all kiosks");
  await page.getByLabel("Throttle").fill("20000"); // long enough to look at
}

walk("an update of 100,000 is composed, watched, retried and undone", async (open) => {
  // Going back leads once more to what asked before the undo, which can be done only once.
  const page = await open({ as: "admin", allow: [/409/] });
  await page.goto("/admin");
  await compose(page);
  await what(page).getByText("Bo 🐝").first().waitFor();
  await what(page).getByRole("checkbox", { name: "Include customer 3", exact: true }).uncheck();
  await what(page).getByText("99,999", { exact: true }).first().waitFor();
  await what(page).getByRole("checkbox", { name: "Include customer 5", exact: true }).uncheck();
  await what(page).getByText("99,998", { exact: true }).first().waitFor();
  assert.match(await page.getByLabel("Filter as JSON").inputValue(), /"\$nin": \[3, 5\]/);
  const last = page.getByRole("group", { name: "Condition", exact: true }).last();
  assert.equal(await last.getByLabel("Operator").evaluate((e) => e.selectedOptions[0].text), "is none of");
  await check(page, "new-left-out");
  const composed = page.url();

  await page.getByLabel("Type 99,998 to run it").fill("99,997");
  await page.getByRole("button", { name: "Run update" }).click();
  assert.equal(page.url(), composed, "a wrong number runs nothing");
  await page.getByLabel("Type 99,998 to run it").fill("99998");
  await page.getByRole("button", { name: "Run update" }).click();
  await page.waitForURL(/\/admin\/jobs\/[0-9a-f-]{36}$/);

  const first = jobIn(page);
  const seen = await watched(page);
  assert.ok(seen.length > 1, `the bar moves: ${seen}`);
  const job = await ended("admin", first);
  assert.deepEqual([job.counts.matched, job.counts.updated, job.counts.failed], [99_998, 99_986, 12]);

  await findFailures(page);
  await retry(page, first);
  await undo(page, first);
  await backAndForth(page);
});

/** Watches a job to its end without a new page, and returns the states of its bar. */
async function watched(page) {
  await page.evaluate(() => {
    window.stayed = true;
    window.bars = new Set();
    const note = () => window.bars.add(document.querySelector("#job-state .bar rect:nth-of-type(2)")?.getAttribute("width"));
    new MutationObserver(note).observe(document.querySelector("main"), { childList: true, subtree: true });
    note();
  });
  await page.getByRole("region", { name: "State" }).getByText("partially succeeded").first().waitFor();
  await page.getByRole("link", { name: "Undo…" }).waitFor();
  assert.ok(await page.evaluate(() => window.stayed), "the page is the same");
  return page.evaluate(() => [...window.bars]);
}

/** Finds the customers that failed in two clicks, and why. */
async function findFailures(page) {
  await page.getByRole("link", { name: "Overview" }).click();
  const failed = page.getByRole("region", { name: /^Failed/ });
  await failed.getByRole("row").filter({ hasText: "Bo takes over" }).getByRole("rowheader").getByRole("link").click(); // one
  await page.getByRole("row").filter({ hasText: "region" }).getByRole("link", { name: /^Show/ }).first().click(); // two
  const rows = page.locator("#records").getByRole("row");
  await rows.filter({ hasText: "8000" }).first().waitFor();
  assert.equal(await rows.count(), 13, "twelve below a head");
  await rows.getByText("The record has no value in region, which manager needs").first().waitFor();
  await check(page, "big-failures");
}

/** Five get a region meanwhile; the retry says what would become of the twelve. */
async function retry(page, first) {
  for (let n = 1; n <= 5; n++) await api("editor", "PATCH", `/v1/stores/customers/${n * 8000}`, { region: "west" });
  await page.getByRole("link", { name: "Retry…" }).click();
  await page.getByText("This retries 12 of 99,998 customers: 5 would change, 7 would fail again.").waitFor();
  await check(page, "retry-some");
  await page.getByRole("button", { name: "Retry 12 customers" }).click();
  await page.waitForURL((url) => !url.pathname.includes(first));
  await page.getByRole("region", { name: "State" }).getByText("partially succeeded").first().waitFor();
}

/** Three are edited by somebody else; the undo leaves these alone, and says whose change it was. */
async function undo(page, first) {
  const edit = await api("editor", "POST", "/v1/jobs", { model: "stores", filter: { id: { $in: [70, 71, 72] } }, patch: { manager: "Cleo" } });
  await ended("editor", edit.jobId);
  await page.goto(`/admin/jobs/${first}`);
  await page.getByRole("link", { name: "Undo…" }).click();
  await page.getByText("This undoes 99,983 of 99,998 customers; 3 were edited since and will be left alone.").waitFor();
  const row = page.getByRole("row").filter({ hasText: "Cleo" }).first();
  await row.getByText("key:editor").waitFor();
  await check(page, "undo-conflicts");
  await page.getByLabel("Type 99,983 to confirm").fill("99,983");
  await page.getByRole("button", { name: "Undo 99,983 customers" }).click();
  await page.waitForURL((url) => !url.pathname.includes(first));
  await page.getByRole("region", { name: "State" }).getByText("99,983").first().waitFor();
  await page.getByRole("link", { name: "Overview" }).waitFor();
  const job = await ended("admin", jobIn(page));
  assert.deepEqual([job.counts.updated, job.counts.conflicted], [99_983, 3]);
  await page.getByRole("region", { name: "State" }).getByText("partially succeeded").first().waitFor();
  await page.getByRole("link", { name: /conflicted/ }).first().click();
  await page.locator("#records").getByText("Cleo").first().waitFor();
  const { manager } = await api("admin", "GET", "/v1/stores/customers/70");
  assert.equal(manager, "Cleo");
}

/** Goes back through all of it and forth again; each view, opened by its address, is the same. */
async function backAndForth(page) {
  const heads = [];
  for (let i = 0; i < 6; i++) {
    heads.push([page.url(), await page.getByRole("heading", { level: 1 }).textContent()]);
    await page.goBack();
  }
  for (const [url, head] of heads.reverse()) {
    await page.goForward();
    assert.deepEqual([page.url(), await page.getByRole("heading", { level: 1 }).textContent()], [url, head]);
  }
  for (const [url, head] of heads) {
    await page.goto(url);
    assert.equal(await page.getByRole("heading", { level: 1 }).textContent(), head, url);
  }
}
