// A newcomer with a spreadsheet: from the first page to an update that is previewed, done,
// corrected and undone.

import { api, assert, check, ended, walk, widths } from "./lib.mjs";
import { readFile } from "node:fs/promises";

// Saved as a German Excel does. Three rows are wrong: a date that there is not, a store
// that there is not, and one without a key.
const rows = ["Code;Name;Opened;Remarks", "store-101;Corner Store;24.12.2011;a", "store-102;Harbour Store;31.02.2012;b",
  "store-999;Nowhere;01.02.2012;c", ";Nameless;01.02.2012;d", "store-103;Mühle;05.06.2013;"];
const sheet = (lines) => ({ name: "stores.csv", mimeType: "text/csv", buffer: Buffer.from(lines.join("\r\n"), "latin1") });

walk("a newcomer with a spreadsheet finds, corrects and undoes it all", async (open) => {
  const page = await open({ as: "admin" });
  const before = await api("admin", "GET", "/v1/stores/customers/101");
  await page.goto("/admin");
  await page.getByRole("link", { name: "From a file" }).click();
  await page.getByLabel("Model").selectOption("stores");
  await page.getByText("How the file is written").click();
  await page.getByLabel("Dates").fill("DD.MM.YYYY");
  await check(page, "files-desktop");

  // The file is dropped anywhere on the page.
  await page.locator("main").evaluate((main, text) => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(text)], "stores.csv", { type: "text/csv" }));
    for (const type of ["dragover", "drop"]) main.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: data }));
  }, [...sheet(rows).buffer]);
  await page.locator("#told").getByText("stores.csv").waitFor();
  await page.getByRole("button", { name: "Upload" }).click();

  await page.getByRole("heading", { name: "Update from stores.csv" }).waitFor();
  await page.getByText("Windows-1252").waitFor();
  assert.equal(await page.getByLabel("Field of Code").inputValue(), "code");
  assert.equal(await page.getByLabel("Field of Remarks").inputValue(), "");
  const match = page.getByLabel("Match by Code");
  await match.uncheck();
  await page.getByRole("button", { name: "Preview" }).click();
  await page.locator("#faults").getByRole("link", { name: "Match by" }).waitFor();
  await match.check();
  await page.getByRole("button", { name: "Preview" }).click();

  const what = page.getByRole("region", { name: "What will happen" });
  await what.getByText("Set name and opened from stores.csv, matched by code").waitFor();
  for (const line of ["line 3", "line 4", "line 5"]) await what.getByText(line).waitFor();
  await what.getByText("2011-12-24").waitFor();
  await check(page, "file-desktop");
  await page.setViewportSize(widths.phone.viewport);
  await check(page, "file-phone");
  await page.setViewportSize(widths.desktop.viewport);

  // A preview of something else cannot be run.
  const run = what.getByRole("button", { name: "Run update" });
  await page.getByLabel("Empty cells").selectOption("clear");
  assert.ok(await run.isDisabled(), "a preview of another form can be run");
  await page.getByLabel("Empty cells").selectOption("");
  await page.getByRole("button", { name: "Preview" }).click();
  await run.click();

  await page.waitForURL(/\/admin\/jobs\/[0-9a-f-]{36}$/);
  const first = new URL(page.url()).pathname.split("/")[3];
  assert.deepEqual((({ matched, updated, failed }) => ({ matched, updated, failed }))((await ended("admin", first)).counts), { matched: 5, updated: 2, failed: 3 });
  const [saved] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Download the failed rows" }).click()]);
  const wrong = await readFile(await saved.path(), "utf8");
  assert.equal(wrong.trimEnd().split("\r\n").length, 4, wrong);
  await check(page, "file-job-desktop");

  const right = wrong.replace("31.02.2012", "29.02.2012").replace("store-999", "store-104").replace("\r\n;Nameless", "\r\nstore-105;Nameless");
  await page.getByRole("link", { name: "Correct them and send that file again" }).click();
  assert.equal(await page.getByLabel("Dates").inputValue(), "DD.MM.YYYY");
  await page.getByLabel("File", { exact: true }).setInputFiles({ name: "right.csv", mimeType: "text/csv", buffer: Buffer.from(right) });
  await page.getByRole("button", { name: "Upload" }).click();
  await page.getByRole("button", { name: "Preview" }).click();
  await what.getByText("Set name and opened from right.csv, matched by code").waitFor();
  await run.click();
  await page.waitForURL((url) => /jobs\/[0-9a-f-]{36}$/.test(url.pathname) && !url.pathname.includes(first));
  const second = new URL(page.url()).pathname.split("/")[3];
  assert.equal((await ended("admin", second)).counts.updated, 3);

  for (const id of [second, first]) {
    await page.goto(`/admin/jobs/${id}/undo`);
    await page.getByRole("button", { name: /^Undo \d customers$/ }).click();
    await page.waitForURL((url) => !url.pathname.includes(id));
    assert.equal((await ended("admin", new URL(page.url()).pathname.split("/")[3])).state, "succeeded");
  }
  const { name, opened } = await api("admin", "GET", "/v1/stores/customers/101");
  assert.deepEqual({ name, opened }, { name: before.name, opened: before.opened });
});

walk("without a script a file is taken and refused, too", async (open) => {
  const page = await open({ as: "editor", script: false, allow: [/status of 400/] });
  await page.goto("/admin/files?model=stores");
  await page.getByLabel("File", { exact: true }).setInputFiles(sheet(["code;code", "a;b"]));
  await page.getByRole("button", { name: "Upload" }).click();
  await page.locator(".note.fail").waitFor();
  await page.getByLabel("File", { exact: true }).setInputFiles(sheet(rows));
  await page.getByRole("button", { name: "Upload" }).click();
  await page.getByRole("heading", { name: "Update from stores.csv" }).waitFor();
  await page.getByRole("link", { name: "Files" }).first().click();
  await page.getByRole("button", { name: "Delete stores.csv" }).first().click();
  await page.waitForURL("**/admin/files");
});
