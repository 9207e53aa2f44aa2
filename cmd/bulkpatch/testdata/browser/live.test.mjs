// What changes by itself, and what a reader does meanwhile.

import { after } from "node:test";
import { assert, check, focused, session, walk } from "./lib.mjs";
import { stage } from "./stage.mjs";

const quiet = [/another host/, /request failed/, /Failed to load resource/, /net::ERR/, /status of 404/, /MIME type \("text\/html"\)/]; // the stage is a host of its own, and fails on purpose

let n = 0; // what the parts show
const rows = () => [1, 2].map((i) =>
  `<tr id="row-${i}" data-live data-row><td><input type="checkbox" data-holds aria-label="Tick ${i}"></td><th><a href="/admin/stage?row${i}">Row ${i}</a></th><td>${n}</td></tr>`).join("");
const parts = () => `<p id="count" data-live>${n} done</p>
<section id="part" data-live><button type="button" id="b">Button ${n}</button> <a href="#x">A link</a>
<details><summary>More</summary><p>inside ${n}</p></details></section>
<form id="draft" data-live><label>Rate <input name="rate" value="5"></label><input type="hidden" name="once" value="${Math.random()}">${n}</form>
<p id="same" data-live>the same<input type="hidden" name="once" value="${Math.random()}"><time datetime="2026-01-01T00:00:00Z" title="x">${n}</time></p>`;
const main = (name) => `<main id="main" tabindex="-1" ${name.startsWith("polls") ? 'data-every="1"' : `data-events="/admin/stage/live?${name}"`}>
<div id="stale" role="status"></div><h1>Stage</h1>${parts()}
<p id="still">Text that stays</p><textarea aria-label="Note"></textarea>
<table><tbody>${rows()}</tbody></table></main>`;

let opened;
const set = async () => (opened ??= await stage(await cookie(), main));
const cookie = async () => {
  const { name, value } = await session("admin");
  return `${name}=${value}`;
};
after(async () => (await opened)?.close());

/** Opens the stage as one kind of page, and returns it with ways to change it. */
async function on(open, name) {
  const at = await set();
  Object.assign(at.state, { up: true, signedIn: true, onStream: undefined });
  const page = await open({ as: "admin", allow: quiet });
  await page.addInitScript(countParts);
  await page.goto(`${at.base}/admin/stage?${name}`);
  const change = async () => {
    n++;
    if (name !== "polls") at.send(parts());
  };
  if (name !== "polls") await until(() => at.streams.size > 0, "a stream");
  const shows = (what) => page.locator("#count", { hasText: `${what ?? n} done` }).waitFor();
  return { page, change, shows, at };
}

/** Counts in a page what its event streams have brought, after the page has taken it. */
function countParts() {
  window.arrived = 0;
  const add = EventSource.prototype.addEventListener;
  EventSource.prototype.addEventListener = function (type, take) {
    add.call(this, type, (e) => {
      take(e);
      if (type === "part") window.arrived++;
    });
  };
}

/** Waits until something holds, which nothing tells us. */
async function until(holds, what) {
  for (const began = Date.now(); !(await holds());) {
    assert.ok(Date.now() - began < 15_000, `still no ${what}`);
    await new Promise((again) => setTimeout(again, 10));
  }
}

for (const kind of ["polls", "streams"]) {
  walk(`a page that ${kind} changes by itself, and only where it differs`, async (open) => {
    const { page, change, shows } = await on(open, kind);
    await page.evaluate(() => { document.getElementById("same").mark = document.getElementById("b").mark = "old"; });
    await change();
    await shows();
    assert.equal(await page.evaluate(() => document.getElementById("same").mark), "old", "it was replaced although nothing differs");
    assert.equal(await page.evaluate(() => document.getElementById("b").mark), undefined);
    assert.equal(await page.locator("#stale").textContent(), "");
  });

  walk(`a page that ${kind} waits while somebody types, selects, ticks or reads help`, async (open) => {
    const { page, change, shows } = await on(open, kind);
    const before = n;
    for (const [what, begin, end] of [
      ["types", () => page.getByLabel("Note").fill("something"), () => page.getByLabel("Note").blur()],
      ["selects", () => page.locator("#still").selectText(), () => page.evaluate(() => getSelection().removeAllRanges())],
      ["ticks", () => page.getByLabel("Tick 1").check(), () => page.getByLabel("Tick 1").uncheck()],
      ["reads help", () => page.keyboard.press("?"), () => page.keyboard.press("Escape")],
    ]) {
      await begin();
      if (what === "reads help") await page.locator("dialog[open]").waitFor();
      const shown = n;
      const seen = await reads(page);
      await change();
      await seen();
      assert.equal(await page.locator("#count").textContent(), `${shown} done`, `it changed while somebody ${what}`);
      await end();
      await shows();
    }
    assert.equal(n, before + 4);
    assert.equal(await page.getByLabel("Note").inputValue(), "something");
  });

  walk(`a page that ${kind} keeps the focus, drafts, what is open and the row that one is at`, async (open) => {
    const { page, change, shows } = await on(open, kind);
    await page.getByLabel("Rate").fill("7");
    await page.getByText("More").click();
    await page.locator("#b").focus();
    await change();
    await shows();
    await focused(page.locator("#b"));
    assert.equal(await page.locator("#b").textContent(), `Button ${n}`);
    assert.equal(await page.getByLabel("Rate").inputValue(), "7");
    assert.ok(await page.getByText(`inside ${n}`).isVisible(), "details were closed");
    await page.getByRole("link", { name: "A link" }).focus();
    await change();
    await shows();
    await focused(page.getByRole("link", { name: "A link" }));
  });

  walk(`a page that ${kind} says when the server has gone, and goes on when it is back`, async (open) => {
    const { page, change, shows, at } = await on(open, kind);
    at.die();
    await page.getByRole("status").getByText("Not up to date since").waitFor();
    n++;
    at.state.onStream = parts;
    at.state.up = true;
    await shows();
    assert.equal(await page.locator("#stale").textContent(), "");
    await change();
    await shows();
  });

  walk(`a page that ${kind} leads to the sign-in when the session has ended, unless that loses something`, async (open) => {
    const { page, at } = await on(open, kind);
    await page.getByLabel("Rate").fill("7");
    at.state.signedIn = false;
    for (const s of at.streams) s.destroy();
    await page.getByRole("status").getByText("You are signed out").waitFor();
    assert.equal(await page.getByLabel("Rate").inputValue(), "7");
    await page.getByLabel("Rate").fill("5");
    await page.getByLabel("Rate").blur();
    await page.waitForURL("**/admin/login");
  });

  walk(`a page that ${kind} holds no connection when hidden, and catches up when shown`, async (open) => {
    const { page, shows, at } = await on(open, kind);
    await hide(page, true);
    await until(() => at.streams.size === 0, "end of the stream");
    n++;
    at.state.onStream = parts;
    const asked = at.asked.filter((name) => name === kind).length;
    const other = await page.context().newPage(); // which somebody looks at
    await other.goto(`${at.base}/admin/stage?polls-too`);
    const readings = () => at.asked.filter((name) => name === "polls-too").length;
    const before = readings();
    await until(() => readings() > before + 1, "second reading");
    assert.equal(at.asked.filter((name) => name === kind).length, asked, "it was read although nobody looks");
    await other.close();
    await hide(page, false);
    await shows();
  });
}

/** Lets a page believe that it is hidden, or shown. */
const hide = (page, hidden) => page.evaluate((hidden) => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event("visibilitychange"));
}, hidden);

/** Returns what waits until the page has got something new. */
async function reads(page) {
  const at = await set();
  const asked = at.asked.length;
  if (page.url().endsWith("polls")) return () => until(() => at.asked.length > asked + 1, "reading");
  const arrived = await page.evaluate(() => window.arrived);
  return () => page.waitForFunction((arrived) => window.arrived > arrived, arrived);
}

walk("with j, k, x and Enter one works in a list that changes", async (open) => {
  const { page, change, shows } = await on(open, "polls");
  await page.keyboard.press("j");
  await focused(page.getByRole("link", { name: "Row 1" }));
  await page.keyboard.press("j");
  await page.keyboard.press("j"); // there is no third
  await focused(page.getByRole("link", { name: "Row 2" }));
  await change();
  await shows();
  await focused(page.getByRole("link", { name: "Row 2" }));
  assert.equal(await page.locator("tr.at").getAttribute("id"), "row-2");
  await page.keyboard.press("x");
  assert.ok(await page.getByLabel("Tick 2").isChecked());
  await page.keyboard.press("k");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/admin/stage?row1");
});

walk("a page that waits for long says so, until it need not wait", async (open) => {
  const { page, change, shows } = await on(open, "polls");
  await page.getByLabel("Note").focus();
  await page.waitForFunction(() => document.activeElement.matches("textarea"));
  await change();
  await page.getByRole("status").getByText("There is something newer").waitFor();
  await check(page, "waits");
  await page.getByLabel("Note").blur();
  await shows();
  assert.equal(await page.locator("#stale").textContent(), "");
});

walk("what was held back is not lost when only another part follows", async (open) => {
  const { page, at } = await on(open, "streams");
  await page.getByLabel("Note").focus();
  at.send('<p id="count" data-live>first done</p>');
  at.send('<p id="same" data-live>second</p>');
  await page.waitForFunction(() => window.arrived > 1);
  await page.getByLabel("Note").blur();
  await page.locator("#count", { hasText: "first done" }).waitFor();
  await page.locator("#same", { hasText: "second" }).waitFor();
});

walk("when a job has ended, the page is read once more and holds no stream", async (open) => {
  const { page, at, shows } = await on(open, "streams");
  n++;
  at.send("", "end");
  await shows();
  await until(() => at.streams.size === 0, "end of the stream");
  await hide(page, true);
  await hide(page, false); // it has nothing to catch up with
  const other = await page.context().newPage();
  await other.goto(`${at.base}/admin/stage?streams`);
  await until(() => at.streams.size > 0, "stream of another window");
  assert.equal(at.streams.size, 1);
});

walk("ten windows of one browser hold four streams, and all stay up to date", async (open) => {
  const { page, at, change } = await on(open, "streams");
  const pages = [page];
  for (let i = 1; i < 10; i++) {
    pages.push(await page.context().newPage());
    await pages.at(-1).goto(`${at.base}/admin/stage?streams`);
  }
  await until(() => at.streams.size === 4, "four streams");
  await change();
  for (const p of pages) await p.locator("#count", { hasText: `${n} done` }).waitFor();
  assert.equal(at.streams.size, 4);
  await pages[0].goto("about:blank"); // its stream goes to another window
  await pages[1].close();
  await until(() => at.streams.size === 4, "fourth stream");
});

walk("a page that one comes back to goes on, and pages that one has left hold nothing", async (open) => {
  const { page, at, change, shows } = await on(open, "streams");
  for (let i = 0; i < 5; i++) {
    await page.goto(`${at.base}/admin/help`);
    await until(() => at.streams.size === 0, "end of the stream");
    await page.goBack();
    await until(() => at.streams.size === 1, "stream");
  }
  await change();
  await shows();
});
