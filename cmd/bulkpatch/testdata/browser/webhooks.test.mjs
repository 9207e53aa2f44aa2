// Webhooks: the secret is set, an update is composed with one, and its job's page follows
// the attempts and sends it again.

import { createServer } from "node:http";
import { after } from "node:test";
import { api, assert, check, site, walk } from "./lib.mjs";

let status = 500; // that the receiver answers
const calls = []; // the ids of the calls
const receiver = createServer((request, response) => {
  calls.push(request.headers["webhook-id"]);
  request.resume().on("end", () => response.writeHead(status).end());
});
const port = await new Promise((done) => receiver.listen(0, "127.0.0.1", () => done(receiver.address().port)));
after(() => receiver.close());

walk("without a secret an update can have no webhook, and an administrator sets one", async (open) => {
  for (const firstName of ["Ana", "Bo"]) await api("admin", "POST", "/v1/desk/customers", { firstName });
  const page = await open({ as: "admin" });
  await page.goto("/admin/new?model=desk");
  await page.getByText("More options").click();
  assert.ok(await page.getByLabel("Webhook").isDisabled(), "a webhook can be given");
  await check(page, "compose-no-secret");
  await page.getByRole("link", { name: "Set a secret" }).click();
  await page.getByRole("heading", { name: "Set a secret for webhooks?" }).waitFor();
  await check(page, "webhook-secret-first");
  await page.getByRole("button", { name: "Make a new secret" }).dblclick(); // the form is sent twice
  await page.getByText("It cannot be shown again.").waitFor();
  assert.match(await page.locator("#secret").textContent(), /^whsec_/);
  await page.locator("#secret").evaluate((e) => (e.textContent = "whsec_" + "x".repeat(44))); // for the picture
  await check(page, "webhook-secret");
  await page.getByRole("link", { name: "To the keys" }).click();
  await page.getByText("with a secret of its own").waitFor();
  await check(page, "keys-webhooks");
  await page.getByRole("link", { name: "Make a new one…" }).click();
  await check(page, "webhook-secret-next");
  assert.equal((await api("admin", "GET", "/v1/audit?action=webhook_secret.rotated")).items.length, 1);
});

walk("a webhook is composed, fails, is sent again and delivered while its page is open", async (open) => {
  const page = await open({ as: "admin" });
  await page.goto(`/admin/new?${new URLSearchParams({ model: "desk", filter: '{"id":{"$gt":0}}', patch: '{"notes":"told"}' })}`);
  await page.getByText("More options").click();
  await page.getByLabel("Webhook").fill(`http://127.0.0.1:${port}/in?token=kept-secret`);
  await page.getByRole("button", { name: "Run update" }).click();
  await page.waitForURL(/\/admin\/jobs\//);
  const hook = page.locator("#job-webhook");
  await hook.getByText("failed, tries again").waitFor(); // it comes by itself
  await hook.getByText("answered 500, and not 2xx").first().waitFor();
  assert.doesNotMatch(await page.content(), /kept-secret/);
  await check(page, "webhook-failed");
  status = 204;
  await hook.getByRole("button", { name: "Send again" }).click();
  await hook.getByRole("link", { name: "Send again…" }).waitFor(); // five seconds after the last attempt
  await check(page, "webhook-delivered");

  const before = calls.length;
  await hook.getByRole("link", { name: "Send again…" }).click();
  await page.getByText("It was delivered already.").waitFor();
  await check(page, "webhook-again");
  await page.getByRole("button", { name: "Send again" }).dblclick();
  await hook.getByRole("link", { name: "Send again…" }).waitFor();
  assert.deepEqual([calls.length, new Set(calls).size], [before + 1, 1]);
});

walk("a key that may not act sees a webhook, and no button", async (open) => {
  const { items } = await api("admin", "GET", "/v1/jobs?kind=bulk");
  site.keys.looks = (await api("admin", "POST", "/v1/keys", { name: "looks", scopes: ["jobs:read"] })).secret;
  const page = await open({ as: "looks", allow: [/status of 403/] });
  await page.goto(`/admin/jobs/${items[0].jobId}`);
  await page.locator("#job-webhook").getByText("delivered").first().waitFor();
  assert.equal(await page.locator("#job-webhook").locator("a, button").count(), 0);
  assert.equal((await page.goto(`/admin/jobs/${items[0].jobId}/deliveries`)).status(), 403);
});
