// Keeps what is marked with data-live up to date: from the event stream that main
// names in data-events, and without one, or when it has ended, by reading the page again
// every data-every seconds. It holds back while somebody types, selects or has ticked
// something, and rests while nobody looks. When the server does not answer, it says since
// when the page is old.
//
// Of a page that was read again, other scripts get the whole in the event "read" of the
// document, whose detail is the parsed page; and the event "replaced" of each element
// that was put in place of another one.
import { differs, exchange, hasDraft, parse } from "./parts.js";
import { claim, giveBack } from "./streams.js";

const main = document.querySelector("main");
const stale = document.getElementById("stale");
const events = main.dataset.events;
const patience = 5_000; // with an event stream that has broken, and before it says that it waits, in ms
const instead = 5_000; // between readings while the page has no stream, in ms
const signIn = "/admin/login";

let every = Number(main.dataset.every) * 1000; // 0 for never
let over = false; // the stream has ended, and the page changes no more
let source; // the open event stream
let broken = false; // the stream has broken, and is not open again yet
let timer;
let reading; // the controller of the reading under way
let fresh = Date.now(); // when the page was last known to be true
const waiting = new Map(); // the newest elements by their ids, until the reader is idle
let whole; // the newest page that waits
let waitsSince = 0; // when the first of them came that differs, 0 if none does

/** Puts the elements of a text into the page, each in place of the one with its id. */
export function replace(html) {
  parse(html).querySelectorAll("[data-live][id]").forEach(exchange);
}

// busy reports whether the reader types, selects text or has ticked something.
function busy() {
  const at = document.activeElement;
  return (
    (at?.matches("input:not([type=checkbox]):not([type=radio]), textarea, select") && at.closest("main")) ||
    !document.getSelection().isCollapsed ||
    main.querySelector("[data-holds]:checked") ||
    document.querySelector("dialog[open]")
  );
}

// say shows a text above the page, or below it where the page waits; "" for none.
function say(text, kind = "old") {
  if (stale.textContent === text) return;
  stale.dataset.kind = kind;
  stale.textContent = text;
}

// good notes that the server has told what is true.
function good() {
  fresh = Date.now();
  broken = false;
  if (stale.dataset.kind !== "waits") say("");
}

function keep(page) {
  good();
  for (const next of page.querySelectorAll("[data-live][id]")) waiting.set(next.id, next);
  release();
}

// release shows what was held back, once the reader is idle.
function release() {
  if (waiting.size === 0 && !whole) return;
  if (busy()) return wait();
  const page = whole;
  const parts = [...waiting.values()];
  whole = undefined;
  waiting.clear();
  waitsSince = 0;
  if (stale.dataset.kind === "waits") say("");
  if (page) document.dispatchEvent(new CustomEvent("read", { detail: page }));
  parts.forEach(exchange);
}

// wait says that the page waits, once it does so for a while.
function wait() {
  if (![...waiting.values()].some(differs)) return;
  waitsSince ||= Date.now();
  if (Date.now() - waitsSince >= patience) say("There is something newer. This page waits while you type, select text or have ticked something.", "waits");
}

function old() {
  const since = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" }).format(fresh);
  say(`Not up to date since ${since}: the server does not answer. This page goes on by itself when it does.`);
}

// leave loads the page again, which shows what has become of it: its session or what it
// is about has ended. What somebody has filled in is not lost by that.
function leave(ended) {
  if (!busy() && !hasDraft(main)) return location.reload();
  const kind = ended ? "out" : "gone";
  if (stale.dataset.kind === kind && stale.textContent) return; // it is said once
  say(ended ? "You are signed out. " : "This page is not there any more.", kind);
  if (!ended) return;
  const link = Object.assign(document.createElement("a"), { href: signIn, target: "_blank", rel: "noopener", textContent: "Sign in in another window" });
  stale.append(link, ", then go on here.");
}

// address is that of the page with all of it: unlike the first answer, a later one may
// take its time.
function address() {
  const to = new URL(location.href);
  to.searchParams.set("wait", "1");
  return to;
}

async function read() {
  clearTimeout(timer);
  reading?.abort();
  if (document.hidden) return;
  const mine = (reading = new AbortController());
  try {
    const answer = await fetch(address(), { headers: { Accept: "text/html" }, signal: mine.signal });
    const away = answer.redirected && new URL(answer.url).pathname === signIn;
    if (away || (answer.status >= 400 && answer.status < 500 && answer.status !== 429)) leave(away);
    else if (!answer.ok) throw new Error(answer.statusText);
    else taken(parse(await answer.text()));
  } catch {
    if (mine.signal.aborted) return; // another reading has begun, or the page rests
    old();
  }
  if (every && (!events || over)) timer = setTimeout(read, every);
}

// taken takes a page that was read. It says how soon it may change again.
function taken(page) {
  const next = page.querySelector("main");
  if (next) every = Number(next.dataset.every) * 1000 || 0;
  whole = page;
  keep(page);
}

// listen opens the event stream, or reads the page now and then while other windows
// have as many as the browser can bear.
async function listen() {
  rest();
  if (document.hidden || over) return;
  if (!(await claim(listen))) {
    await read();
    if (!document.hidden) timer = setTimeout(listen, instead);
    return;
  }
  if (document.hidden || source) return document.hidden && rest();
  const mine = (source = new EventSource(events));
  mine.addEventListener("open", good);
  mine.addEventListener("part", (e) => keep(parse(e.data)));
  mine.addEventListener("end", () => {
    over = true;
    rest();
    read(); // what only the end shows
  });
  mine.addEventListener("error", () => {
    if (mine !== source) return;
    if (!broken) {
      fresh = Date.now();
      broken = true;
      setTimeout(() => broken && old(), patience);
    }
    if (mine.readyState !== EventSource.CLOSED) return; // it connects again by itself
    rest();
    read(); // which finds out why
    timer = setTimeout(listen, instead);
  });
}

// rest holds no connection.
function rest() {
  clearTimeout(timer);
  reading?.abort();
  source?.close();
  source = undefined;
  giveBack();
}

function start() {
  if (document.hidden) rest();
  else if (events && !over) listen();
  else read(); // after the end as well: it may have been cut short
}

if (events || every) {
  if (events) listen();
  else timer = setTimeout(read, every);
  document.addEventListener("visibilitychange", start);
  addEventListener("online", start);
  addEventListener("pagehide", rest);
  addEventListener("pageshow", (e) => e.persisted && start()); // back from another page
  document.addEventListener("selectionchange", release);
  document.addEventListener("focusout", () => setTimeout(release));
  document.addEventListener("change", release);
  document.addEventListener("close", () => setTimeout(release), true); // of a dialog
}
