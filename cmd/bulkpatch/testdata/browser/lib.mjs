// What every walk through the dashboard needs: a browser, signed-in visitors whose
// pages record whatever goes wrong, checks that every page must pass, and pictures.
//
// A walk is a file NAME.test.mjs, listed in ../../browser_test.go. The Go test starts
// the program and says in BULKPATCH_SITE where it is and what it holds: base, keys by
// name, and ids of jobs and records by what they show (browserfill_test.go).

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, test } from "node:test";
import { chromium } from "playwright-core";

export { assert };

/** The installation under test. */
export const site = JSON.parse(process.env.BULKPATCH_SITE);

/** The widths at which every page must be good. */
export const widths = {
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
};

/** No wait takes nearly as long, in milliseconds. */
const patience = 60_000;

let launched;
const browser = () =>
  (launched ??= chromium.launch({
    executablePath: process.env.BULKPATCH_CHROMIUM,
    chromiumSandbox: process.getuid() !== 0,
    args: [
      "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--no-proxy-server",
      // Whatever a page asks of another host fails at once, and never leaves this machine.
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ],
  }));
after(async () => (await launched)?.close());

const complaints = new WeakMap(); // what each page's browser complained about

/** What the browser has complained about so far, which then no longer fails the walk. */
export const takeComplaints = (page) => complaints.get(page).splice(0);

/**
 * A walk: what one person does. story gets open, which returns a page for a visitor
 * (newVisitor). At the end the walk fails if the browser complained about any page.
 */
export function walk(name, story) {
  test(name, { timeout: 6 * patience }, async () => {
    const pages = [];
    const open = async (options) => {
      pages.push(await newVisitor(options));
      return pages.at(-1);
    };
    try {
      await story(open);
      assert.deepEqual(pages.flatMap(takeComplaints), [], "what the browser complains about");
    } catch (failure) {
      // A page may be gone.
      for (const [i, page] of pages.entries()) await picture(page, process.env.BULKPATCH_FAILED, `${slug(name)}-${i + 1}`).catch(() => {});
      throw failure;
    } finally {
      for (const page of pages) await page.context().close();
    }
  });
}

/**
 * Opens a page for somebody who is signed in with the key as, one of site.keys, or not
 * at all. allow lists what the browser may complain about: some pages are meant to fail.
 */
async function newVisitor({ as, theme = "light", width = "desktop", script = true, allow = [], zone = "Europe/Berlin" } = {}) {
  const context = await (await browser()).newContext({
    baseURL: site.base, colorScheme: theme, javaScriptEnabled: script, locale: "en-GB", timezoneId: zone,
    reducedMotion: "reduce", ...widths[width],
  });
  context.setDefaultTimeout(patience);
  if (as) await context.addCookies([await session(as)]);
  const found = [];
  const complain = (what) => allow.some((pattern) => pattern.test(what)) || found.push(what);
  context.on("console", (m) => complain(`console: ${m.type()}: ${m.text()} (${m.location().url})`));
  context.on("weberror", (e) => complain(`error: ${e.error().stack ?? e.error()}`));
  context.on("request", (r) => {
    if (new URL(r.url()).origin !== site.base) complain(`request to another host: ${r.url()}`);
  });
  context.on("requestfailed", (r) => {
    const why = r.failure()?.errorText;
    // The browser itself ends what a page had open when the visitor goes on.
    if (why !== "net::ERR_ABORTED") complain(`request failed: ${r.method()} ${r.url()}: ${why}`);
  });
  context.on("response", (r) => {
    if (r.status() >= 400) complain(`status of ${r.status()}: ${r.request().method()} ${r.url()}`);
  });
  const page = await context.newPage();
  complaints.set(page, found);
  return page;
}

const sessions = new Map();

/** The cookie of a session of the key, which is made once in a file. */
export async function session(as) {
  assert.ok(site.keys[as], `there is no key ${as} in this installation`);
  if (!sessions.has(as)) {
    const answer = await fetch(site.base + "/admin/login", {
      method: "POST", redirect: "manual", body: new URLSearchParams({ key: site.keys[as] }),
    });
    assert.equal(answer.status, 303, "the sign-in");
    const [name, value] = answer.headers.getSetCookie()[0].split(";")[0].split("=");
    sessions.set(as, { name, value, url: site.base + "/admin", httpOnly: true, sameSite: "Lax" });
  }
  return sessions.get(as);
}

/** Calls the API with the key of that name, and returns what it answers. */
export async function api(as, method, path, body) {
  const answer = await fetch(site.base + path, {
    method,
    headers: { Authorization: `Bearer ${site.keys[as]}`, ...(body && { "Content-Type": method === "PATCH" ? "application/merge-patch+json" : "application/json" }) },
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  assert.ok(answer.ok, `${method} ${path} is answered ${answer.status} ${text}`);
  return text && JSON.parse(text);
}

/** Waits until the job has ended, and returns it. */
export async function ended(as, id) {
  for (;;) {
    const job = await api(as, "GET", `/v1/jobs/${id}`);
    if (job.done) return job;
    await fetch(`${site.base}/v1/jobs/${id}?wait=20`, {
      headers: { Authorization: `Bearer ${site.keys[as]}`, "If-None-Match": `W/"${job.revision}"` },
    });
  }
}

/** Writes a picture of the whole page into the folder BULKPATCH_SHOTS, if there is one. */
export async function shot(page, name) {
  const folder = process.env.BULKPATCH_SHOTS;
  if (folder) await picture(page, folder, name);
}

async function picture(page, folder, name) {
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, name + ".png"), fullPage: true, caret: "initial" });
}

const slug = (text) => text.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Fails if axe-core has a serious or critical finding about the page, by all rules or only by some. */
export async function noSeriousFindings(page, only) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
  const findings = await page.evaluate(async (only) => {
    // What floats at an edge of the window covers what one has only to scroll.
    const floats = [...document.querySelectorAll("body *")].filter((e) => /fixed|sticky/.test(getComputedStyle(e).position));
    for (const e of floats) e.style.position = "static";
    // The first rows of a table have what the others have, as have the first calls of the
    // reference, and axe takes long for each.
    const others = [...document.querySelectorAll("tbody > tr:nth-child(n+7), .call ~ .call ~ .call ~ .call")].map((e) => [e.parentNode, e]);
    for (const [, e] of others) e.remove();
    const rules = only ? { runOnly: { type: "rule", values: only } } : { rules: { "target-size": { enabled: true } } };
    const { violations } = await axe.run({ resultTypes: ["violations"], ...rules });
    for (const [parent, e] of others) parent.append(e);
    for (const e of floats) e.style.position = "";
    return violations
      .filter((v) => v.impact === "serious" || v.impact === "critical")
      .flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(" ")}: ${n.failureSummary}`));
  }, only);
  assert.deepEqual(findings, [], `accessibility of ${page.url()}`);
}

/** Fails if the page does not fit the window, or has not exactly one first heading. */
export async function fits(page) {
  const seen = await page.evaluate(() => {
    const room = document.documentElement.clientWidth;
    // What sticks out, except in a part of the page that scrolls by itself.
    const scrolls = (e) => e && (getComputedStyle(e).overflowX !== "visible" || scrolls(e.parentElement));
    const wide = [...document.querySelectorAll("main *, header *")].filter(
      (e) => e.getBoundingClientRect().right > room + 1 && !scrolls(e.parentElement));
    return {
      room, needed: document.documentElement.scrollWidth, headings: document.querySelectorAll("h1").length,
      wide: wide.slice(0, 5).map((e) => e.outerHTML.slice(0, 120)),
    };
  });
  assert.ok(seen.needed <= seen.room, `${page.url()} scrolls sideways: ${seen.needed} in ${seen.room}: ${seen.wide.join("\n")}`);
  assert.equal(seen.headings, 1, `first headings of ${page.url()}`);
}

/**
 * Visits pages, checks each in both widths and themes, and takes its pictures. pages
 * holds the path of each page by the name of its picture. status is what they answer.
 * With only, it takes one width.
 */
export async function everyPage(open, pages, { as, status = 200, only } = {}) {
  const page = await open({ as, width: only, allow: status === 200 ? [] : [new RegExp(`status of ${status}`)] });
  for (const [name, path] of Object.entries(pages)) {
    const answer = await page.goto(path);
    assert.equal(answer.status(), status, path);
    assert.equal(new URL(page.url()).pathname, path.split("?")[0], "the page that was asked for");
    for (const width of only ? [only] : Object.keys(widths)) {
      await page.setViewportSize(widths[width].viewport);
      await page.evaluate(twoFrames); // what a script draws follows the window's size a frame later
      await check(page, `${name}-${width}`);
    }
    await page.setViewportSize(widths[only ?? "desktop"].viewport);
  }
}

/** Lets the browser paint twice. */
const twoFrames = async () => {
  for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
};

/** Checks the page as it is, in both themes, and takes its pictures. */
export async function check(page, name) {
  const phone = page.viewportSize().width < 500;
  await page.emulateMedia({ colorScheme: "light" });
  await shot(page, name + "-light"); // first, to see what is wrong
  await fits(page);
  // A phone has the elements and colours of a desktop, in other places and sizes.
  await noSeriousFindings(page, phone && ["target-size", "scrollable-region-focusable"]);
  await page.emulateMedia({ colorScheme: "dark" });
  await shot(page, name + "-dark");
  if (!phone) await noSeriousFindings(page, ["color-contrast", "link-in-text-block"]); // other rules see no colour
  await page.emulateMedia({ colorScheme: "light" });
}

/** Waits until the locator's element has the focus. */
export const focused = (locator) => locator.and(locator.page().locator(":focus")).waitFor();

/** Presses Tab until the focus is on the locator's element, which must show that. */
export async function tabTo(page, locator, most = 60) {
  for (let i = 0; i < most; i++) {
    await page.keyboard.press("Tab");
    if (await locator.evaluate((e) => e === document.activeElement)) {
      const style = await locator.evaluate((e) => {
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(e);
        return { outline: outlineStyle !== "none" && outlineWidth !== "0px", boxShadow };
      });
      assert.ok(style.outline || style.boxShadow !== "none", `the focus on ${locator} cannot be seen`);
      return;
    }
  }
  assert.fail(`${most} times Tab do not reach ${locator}`);
}
