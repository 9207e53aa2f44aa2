// Looking for customers, starting an update with some or all of them, and changing single ones.

import { api, assert, walk } from "./lib.mjs";

const store = (id) => `/v1/stores/customers/${id}`;
const filterOf = (page) => JSON.parse(new URL(page.url()).searchParams.get("filter"));

async function addCondition(page, field, how, value) {
  await page.getByLabel("Field", { exact: true }).selectOption(field);
  await page.getByLabel("How it is compared").selectOption({ label: how });
  await page.getByLabel("Value", { exact: true }).fill(value);
  await page.getByRole("button", { name: "Add condition" }).click();
}

walk("customers are filtered, sorted and ticked, and an update begins with these", async (open) => {
  const page = await open({ as: "editor" });
  await page.goto("/admin/customers/stores");
  await addCondition(page, "id", "is more than, after", "200");
  await page.getByText("200 customers match").waitFor();
  await page.getByRole("columnheader", { name: "id" }).getByRole("link").click();
  await page.waitForURL(/sort=/);
  const boxes = page.getByRole("checkbox", { name: /^Tick customer/ });
  const ids = [];
  for (const i of [0, 1]) {
    await boxes.nth(i).check();
    ids.push(Number(await boxes.nth(i).inputValue()));
  }
  await page.getByRole("link", { name: "Next 50" }).click();
  await page.getByText(/2/).first().waitFor();
  await boxes.nth(3).check();
  ids.push(Number(await boxes.nth(3).inputValue()));
  const start = page.getByRole("button", { name: "Start an update with the 3 ticked" });
  await start.click();
  await page.waitForURL(/\/admin\/new/);
  await page.getByRole("region", { name: "What will happen" }).getByText("3", { exact: true }).first().waitFor();
  assert.deepEqual(filterOf(page).id.$in.toSorted(), ids.toSorted());

  await page.goBack();
  await start.waitFor(); // the ticks are still there
  await addCondition(page, "kind", "is", "kiosk");
  await page.getByRole("button", { name: "Start an update with those ticked" }).waitFor(); // another filter clears them
  await page.getByRole("button", { name: /^Start an update with all [\d,]+ that match$/ }).click();
  await page.waitForURL(/\/admin\/new/);
  assert.match(JSON.stringify(filterOf(page)), /kiosk.*200|200.*kiosk/);
});

walk("columns are chosen and stay in the address", async (open) => {
  const page = await open({ as: "reader" });
  await page.goto("/admin/customers/stores");
  await page.getByText("Columns", { exact: true }).first().click();
  const ticked = page.getByRole("group", { name: "Columns" }).getByRole("checkbox", { checked: true });
  while ((await ticked.count()) > 0) await ticked.first().uncheck();
  await page.getByRole("checkbox", { name: /^opened/ }).check();
  await page.getByRole("button", { name: "Show these columns" }).click();
  await page.getByRole("columnheader", { name: "opened" }).waitFor();
  await page.reload();
  assert.deepEqual(await page.getByRole("columnheader").allTextContents(), ["id", "opened"]);
});

walk("two who edit a customer at a time do not undo each other's work", async (open) => {
  const page = await open({ as: "editor", allow: [/status of 4(09|12|22)/] });
  await page.goto("/admin/customers/stores/records/30");
  await page.getByRole("link", { name: "Edit", exact: true }).click();
  await page.getByLabel("name", { exact: false }).first().fill("Mine");
  await api("admin", "PATCH", store(30), { name: "Theirs", region: "west" });
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("alert").getByText("Nothing was stored yet").waitFor();
  assert.equal((await api("admin", "GET", store(30))).name, "Theirs");
  await page.getByText("Stored meanwhile:").first().waitFor();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { name: "Customer 30" }).waitFor();
  const now = await api("admin", "GET", store(30));
  assert.deepEqual([now.name, now.region], ["Mine", "west"]);
});

walk("a customer is created once, and deleted", async (open) => {
  const page = await open({ as: "editor", allow: [/status of 404/] });
  await page.goto("/admin/customers/stores");
  await page.getByRole("link", { name: "Create a customer" }).click();
  await page.getByLabel("id", { exact: true }).fill("7001");
  await page.getByLabel(/^name/).fill("متجر جديد");
  await page.getByRole("button", { name: "Create" }).dblclick(); // the form is sent twice
  await page.getByRole("heading", { name: "Customer 7001" }).waitFor();
  await page.getByText("متجر جديد").first().waitFor();
  await page.getByRole("link", { name: "Delete…" }).click();
  await page.getByRole("button", { name: /^Delete/ }).click();
  await page.waitForURL(/\/admin\/customers\/stores(\?.*)?$/);
  const answer = await page.goto("/admin/customers/stores/records/7001");
  assert.equal(answer.status(), 404);
});
