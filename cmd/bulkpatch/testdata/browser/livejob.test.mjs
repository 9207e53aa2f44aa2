// Pages that change by themselves: they leave alone who types, say when they are stale, and
// many of them do not keep the browser from others.

import net from "node:net";
import { api, assert, ended, focused, site, walk } from "./lib.mjs";

/** Makes a job that runs for a long while. */
const slowJob = async () => (await api("admin", "POST", "/v1/jobs", {
  model: "desk", filter: { id: { $gt: 0 } }, patch: { notes: `run ${Math.random()}` }, options: { recordsPerSecond: 25, allowAll: true },
})).jobId;

const state = (page) => page.getByRole("region", { name: "State" });

/** Waits until the page shows another number of pending customers. */
async function moved(page) {
  const before = await state(page).textContent();
  await page.waitForFunction((before) => document.querySelector("#job-state").textContent !== before, before);
}

/** A way to the server that can be cut. */
function cable() {
  const { port } = new URL(site.base);
  const open = new Set();
  const server = net.createServer((from) => {
    const to = net.connect(port, "127.0.0.1");
    for (const s of [from, to]) {
      open.add(s);
      s.on("error", () => {}).on("close", () => { from.destroy(); to.destroy(); open.delete(s); });
    }
    from.pipe(to).pipe(from);
  });
  const listen = (at) => new Promise((done) => server.listen(at, "127.0.0.1", () => done(server.address().port)));
  const cut = () => new Promise((done) => { server.close(done); open.forEach((s) => s.destroy()); });
  return { listen, cut };
}

walk("what one types into the throttle stays while the job goes on", async (open) => {
  const id = await slowJob();
  const [page, other] = [await open({ as: "admin" }), await open({ as: "admin" })];
  for (const p of [page, other]) await p.goto(`/admin/jobs/${id}`);
  await moved(page);
  const rate = page.getByLabel("Limit in records per second");
  await rate.pressSequentially("1");
  await moved(other);
  await moved(other);
  await rate.pressSequentially("2");
  await focused(rate);
  assert.equal(await rate.inputValue(), "12");
  await page.keyboard.press("Enter");
  await page.getByText("12 records per second").first().waitFor();
  await moved(page);
  await api("admin", "POST", `/v1/jobs/${id}/cancel`);
});

walk("a page says that it is stale when the server does not answer, and goes on when it does", async (open) => {
  const id = await slowJob();
  const wire = cable();
  const port = await wire.listen(0);
  const page = await open({ as: "admin", allow: [/ERR_|another host|Failed to load resource/] });
  await page.goto(`http://127.0.0.1:${port}/admin/jobs/${id}`);
  await moved(page);
  await wire.cut();
  await page.getByRole("status").getByText("the server does not answer").waitFor();
  await wire.listen(port);
  await page.getByText("the server does not answer").waitFor({ state: "detached" });
  await moved(page);
  await page.goto("about:blank");
  await wire.cut();
  await api("admin", "POST", `/v1/jobs/${id}/cancel`);
});

walk("eight windows of a running job leave the browser room for others", async (open) => {
  const id = await slowJob();
  const first = await open({ as: "admin" });
  const windows = [first];
  while (windows.length < 8) windows.push(await first.context().newPage());
  for (const page of windows) await page.goto(`/admin/jobs/${id}`);
  await Promise.all(windows.map(moved));
  const ninth = await first.context().newPage();
  const began = Date.now();
  await ninth.goto("/admin/jobs");
  assert.ok(Date.now() - began < 10_000, "the ninth waited for the others");
  await api("admin", "POST", `/v1/jobs/${id}/cancel`);
});

walk("a page that is opened before its job has customers gets all of it in the end", async (open) => {
  await api("admin", "PUT", "/v1/brake", { on: true, reason: "wait" });
  const { jobId } = await api("admin", "POST", "/v1/jobs", { model: "desk", filter: { id: { $in: [1, 2] } }, patch: { notes: `early ${Math.random()}` } });
  const page = await open({ as: "admin" });
  await page.goto(`/admin/jobs/${jobId}`);
  await page.locator("#records").getByText("No customer has an outcome yet").waitFor();
  assert.equal(await page.locator("#records .tabs a:visible").count(), 1, "tabs without customers are seen");
  await api("admin", "PUT", "/v1/brake", { on: false });
  await page.locator("#records tbody tr").nth(1).waitFor();
  assert.match(await page.locator("#records .tabs").textContent(), /updated\s+2/);

  const undo = await api("admin", "POST", `/v1/jobs/${jobId}/undo`);
  await ended("admin", undo.jobId);
  await page.goto(`/admin/jobs/${undo.jobId}`);
  await page.locator("#records .tabs").getByText("restored").waitFor();
  await page.goto("/admin/jobs?kind=bulk");
  await page.locator(`#job-${jobId}`).getByText("2 updated · undone").waitFor();
});
