// What surrounds all pages: the navigation, "Go to", help, keys and times.

import { assert, check, everyPage, focused, shot, site, tabTo, walk } from "./lib.mjs";

const succeeded = site.jobs.succeeded;
const goTo = (page) => page.getByRole("dialog", { name: "Go to" });
const words = (page) => goTo(page).getByRole("combobox");
const found = (page) => goTo(page).getByRole("option");

walk("go to and help look good everywhere", async (open) => {
  await everyPage(open, {
    "go": "/admin/go", "go-found": "/admin/go?q=1", "go-nothing": "/admin/go?q=%D8%B4%D9%8A%D8%A1%20no%20such%20thing",
    "help": "/admin/help", "access": "/admin/access",
  }, { as: "admin" });
});

walk("the frame fits small windows and large letters", async (open) => {
  for (const as of ["admin", "reader"]) {
    const page = await open({ as });
    for (const [name, viewport] of Object.entries({ narrow: { width: 320, height: 640 }, enlarged: { width: 640, height: 400 } })) {
      await page.setViewportSize(viewport);
      await page.goto("/admin/help");
      await check(page, `frame-${as}-${name}`);
    }
  }
});

walk("long names do not break the frame, and other colours and paper show the same", async (open) => {
  const page = await open({ as: "admin" });
  for (const width of [1280, 900, 390, 320]) {
    await page.setViewportSize({ width, height: 600 });
    await page.goto("/admin/queues");
    await page.evaluate(() => {
      const long = "a-very-long-name-that-somebody-chose-in-a-hurry-and-nobody-dared-to-change";
      for (const name of document.querySelectorAll(".who bdi")) name.textContent = long;
      document.querySelector(".env")?.remove();
      document.querySelector(".brand").after(Object.assign(document.createElement("span"), { className: "env", textContent: long }));
    });
    await check(page, `frame-long-${width}`);
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.goto("/admin/jobs");
  await page.emulateMedia({ forcedColors: "active" });
  await shot(page, "jobs-forced-colors");
  assert.notEqual(await page.locator(".bar").first().evaluate((e) => getComputedStyle(e).outlineStyle), "none");
  await page.emulateMedia({ forcedColors: "none", media: "print" });
  await shot(page, "jobs-print");
  assert.ok(await page.getByRole("link", { name: "Go to" }).isHidden());
});

walk("with Ctrl K one goes to a job, a customer, a key and a page", async (open) => {
  const page = await open({ as: "admin" });
  for (const [typed, option, to] of [
    [succeeded.slice(0, 13), succeeded, `/admin/jobs/${succeeded}`],
    [`stores ${site.records.long}`, "Store of a franchise", `/admin/customers/stores/records/${site.records.long}`],
    ["reader", /^Key.reader/, "/admin/keys"],
    ["hel", /^Page.Help$/, "/admin/help"],
  ]) {
    await page.goto("/admin/access");
    await page.keyboard.press("Control+k");
    await focused(words(page));
    await page.keyboard.type(typed);
    const first = found(page).filter({ hasText: option }).first();
    await first.waitFor();
    assert.equal(new URL(await first.evaluate((a) => a.href)).pathname, to);
  }
  await page.keyboard.press("Enter");
  await page.waitForURL("**/admin/help");
});

walk("the arrow keys choose among what was found", async (open) => {
  const page = await open({ as: "admin" });
  await page.goto("/admin/access");
  await page.getByRole("link", { name: "Go to" }).focus();
  await page.keyboard.press("Enter");
  await found(page).nth(1).waitFor(); // the pages, before anything is typed
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  const chosen = goTo(page).getByRole("option", { selected: true });
  assert.equal(await chosen.getAttribute("id"), await words(page).getAttribute("aria-activedescendant"));
  assert.equal(await chosen.textContent(), await found(page).first().textContent());
  await check(page, "go-dialog");
  await page.keyboard.press("Escape");
  await focused(page.getByRole("link", { name: "Go to" })); // it has the focus again
  await page.keyboard.press("Control+k");
  await page.keyboard.type("no such thing");
  await goTo(page).getByText("Nothing has this id").waitFor();
  await page.keyboard.press("Enter"); // asks on a page
  await page.waitForURL("**/admin/go?q=no+such+thing");
});

walk("what is found is only what the key may see", async (open) => {
  const page = await open({ as: "reader", allow: [/404/] });
  await page.goto("/admin/go?q=e");
  assert.equal(await page.locator("main").getByText("Key", { exact: true }).count(), 0);
  await page.goto(`/admin/go?q=stores%20${site.records.long}`).catch(() => {});
  await page.waitForURL(`**/admin/customers/stores/records/${site.records.long}`);
});

walk("keys open pages and help, and do nothing while one types", async (open) => {
  const page = await open({ as: "admin" });
  await page.goto("/admin/access");
  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Keys" });
  await help.getByText("Next row").waitFor();
  await check(page, "keys-dialog");
  await page.keyboard.press("Escape");
  await help.waitFor({ state: "hidden" });
  await page.keyboard.press("g");
  await page.keyboard.press("q");
  await page.waitForURL("**/admin/queues");
  await page.goto("/admin/go");
  await focused(page.getByRole("searchbox", { name: "Id or name" }));
  await page.keyboard.type("g?/jkx");
  assert.equal(await page.getByRole("searchbox", { name: "Id or name" }).inputValue(), "g?/jkx");
  await page.keyboard.press("Escape");
  await page.keyboard.press("/");
  await focused(page.getByRole("searchbox", { name: "Id or name" }));
  await page.keyboard.press("Escape");
  for (const modifier of ["Control", "Alt", "Meta"]) await page.keyboard.press(`${modifier}+/`);
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "BODY");
  await page.goto("/admin/access");
  await page.keyboard.press("/"); // a page without a search
  await focused(words(page));
});

walk("single keys can be switched off", async (open) => {
  const page = await open({ as: "admin" });
  await page.goto("/admin/help");
  await page.getByLabel("Switch single keys off").check();
  await page.keyboard.press("g");
  await page.keyboard.press("q");
  await page.keyboard.press("?");
  assert.equal(await page.locator("dialog[open]").count(), 0);
  await page.reload();
  assert.ok(await page.getByLabel("Switch single keys off").isChecked(), "it is remembered");
  await page.keyboard.press("Control+k");
  await focused(words(page));
});

walk("everything around a page is reached with Tab", async (open) => {
  const page = await open({ as: "admin" });
  await page.goto("/admin/help");
  for (const name of ["To the content", "Overview", "Limits", "Go to", "Sign out", "Help"]) {
    await tabTo(page, page.getByRole(name === "Sign out" ? "button" : "link", { name, exact: true }));
  }
});

walk("a page leads to another without script", async (open) => {
  const page = await open({ as: "admin", script: false });
  await page.goto("/admin");
  await page.getByRole("link", { name: "Go to" }).click();
  await page.getByRole("searchbox", { name: "Id or name" }).fill("hel");
  await page.getByRole("button", { name: "Go" }).click();
  await page.waitForURL("**/admin/help");
  assert.ok(await page.getByText("Next row").isVisible());
});

walk("times are in the zone of the reader, or in UTC", async (open) => {
  const page = await open({ as: "admin", zone: "Asia/Tokyo" });
  await page.goto("/admin/queues");
  const time = page.locator("main time[datetime]").first();
  const at = new Date(await time.getAttribute("datetime"));
  const shown = (zone) => new Intl.DateTimeFormat("en-GB", { timeZone: zone, timeStyle: "medium" }).format(at);
  assert.ok((await time.textContent()).includes(shown("Asia/Tokyo")), await time.textContent());
  await page.getByRole("button", { name: "Show UTC" }).click();
  assert.ok((await time.textContent()).endsWith(`${shown("UTC")} UTC`), await time.textContent());
  await page.reload();
  await page.getByRole("button", { name: "Show Asia/Tokyo" }).waitFor();
});

walk("how long ago something was changes with time", async (open) => {
  const page = await open({ as: "admin" });
  await page.clock.install();
  await page.goto("/admin/help");
  const text = await page.evaluate(() => {
    const now = Date.now();
    const times = [-2 * 60_000, 6 * 86_400_000, -3_000, 30 * 86_400_000, -86_400_000 * 800].map((by) =>
      Object.assign(document.createElement("time"), { dateTime: new Date(now + by).toISOString(), title: "2026-01-01 UTC" }));
    for (const t of times) t.dataset.ago = "";
    times[3].dataset.ago = "both";
    const room = document.createElement("p");
    room.id = "room";
    room.append(...times);
    document.querySelector("main").append(room);
    room.dispatchEvent(new CustomEvent("replaced", { bubbles: true }));
    return times.map((t) => t.textContent);
  });
  const [both] = text.splice(3, 1);
  assert.match(both, /^\d+ \w+ \d+, [\d:]+ \(in 30 days\)$/);
  assert.deepEqual(text, ["2 min ago", "in 6 days", "just now", "2 yr ago"]);
  await page.clock.fastForward("01:00");
  assert.equal(await page.locator("#room time").first().textContent(), "3 min ago");
});

walk("in the list of jobs one searches and moves with the keyboard", async (open) => {
  const page = await open({ as: "admin" });
  await page.goto("/admin/jobs?kind=all");
  await page.keyboard.press("/");
  await focused(page.getByRole("searchbox", { name: "Search" }));
  await page.keyboard.press("Escape");
  await page.keyboard.press("j");
  await focused(page.locator("[data-row] a[href]").first());
  assert.equal(await page.locator("[data-row].at").count(), 1);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/admin/jobs/*-*");
  await page.goBack();
  await page.keyboard.press("k"); // the last one, from no row
  await focused(page.locator("[data-row]").last().locator("a[href]").first());
});

walk("in the list of customers one ticks with the keyboard", async (open) => {
  const page = await open({ as: "admin" });
  await page.goto("/admin/customers/stores");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  assert.deepEqual(await page.locator("[data-row] input").evaluateAll((all) => all.slice(0, 3).map((e) => e.checked)), [false, true, false]);
  await page.keyboard.press("/");
  assert.ok(await page.evaluate(() => document.activeElement.matches("main input[type=search], main .filters input")));
});
