// Keeps what is marked with data-live up to date: from the event stream that main
// names in data-events, or by reading the page again every data-every seconds. It
// holds back while somebody types, selects or has ticked something, and rests while
// nobody looks. When the server does not answer, it says since when the page is old.
const main = document.querySelector("main");
const stale = document.getElementById("stale");
let every = Number(main.dataset.every) * 1000;
const events = main.dataset.events;
const patience = 10_000; // of an event stream that has broken, in ms

let source; // the open event stream
let timer;
let doubt; // runs while the event stream is broken
let held; // the newest text that waits until the reader is idle
let fresh = Date.now(); // when the page was last known to be true

// replace puts the elements of a text into the page, each in place of the one with
// its id. Only those that are marked are replaced, and only if they differ.
export function replace(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  document.dispatchEvent(new CustomEvent("read", { detail: page })); // for what a page adds to this
  const often = page.querySelector("main[data-every]");
  if (often && every) every = Number(often.dataset.every) * 1000;
  for (const next of page.querySelectorAll("[data-live][id]")) {
    const now = document.getElementById(next.id);
    if (!now || now.dataset.source === next.outerHTML || now.contains(document.activeElement)) continue;
    next.dataset.source = next.outerHTML;
    if (now.open) next.open = true; // details that somebody has opened
    now.replaceWith(next);
    next.dispatchEvent(new CustomEvent("replaced", { bubbles: true }));
  }
}

// busy reports whether the reader types, selects text or has ticked something.
function busy() {
  const at = document.activeElement;
  return (
    (at && at.matches("input:not([type=checkbox]):not([type=radio]), textarea, select") && at.closest("main")) ||
    !document.getSelection().isCollapsed ||
    main.querySelector("[data-holds]:checked") ||
    document.querySelector("dialog[open]")
  );
}

function take(html) {
  fresh = Date.now();
  stale.hidden = true;
  if (busy()) {
    held = html;
    return;
  }
  held = undefined;
  replace(html);
}

// release shows what was held back.
function release() {
  if (held !== undefined && !busy()) take(held);
}

function old() {
  const since = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" }).format(new Date(fresh));
  stale.textContent = `Not up to date since ${since}: the server does not answer. This page goes on by itself when it does.`;
  stale.hidden = false;
}

async function read() {
  clearTimeout(timer);
  if (document.hidden) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (answer.redirected) return location.reload(); // the session has ended
    if (!answer.ok) throw new Error(answer.statusText);
    take(await answer.text());
  } catch {
    old();
  }
  if (every) timer = setTimeout(read, every);
}

function listen() {
  source?.close();
  source = undefined;
  if (document.hidden) return;
  source = new EventSource(events);
  source.addEventListener("part", (e) => take(e.data));
  source.addEventListener("end", () => {
    source.close();
    source = undefined;
    read(); // what only the end shows
  });
  source.addEventListener("open", () => {
    clearTimeout(doubt);
    doubt = undefined;
    fresh = Date.now();
    stale.hidden = true;
  });
  source.addEventListener("error", () => {
    if (source?.readyState === EventSource.CLOSED) {
      read(); // says why: the session has ended, or the server does not answer
      timer = setTimeout(listen, patience);
      return;
    }
    if (doubt) return; // the browser tries again by itself
    fresh = Date.now();
    doubt = setTimeout(old, patience);
  });
}

const start = events ? listen : every ? read : undefined;
if (start) {
  if (events) listen();
  else timer = setTimeout(read, every);
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    start();
  });
  document.addEventListener("selectionchange", release);
  document.addEventListener("focusout", () => setTimeout(release));
  document.addEventListener("change", release);
}
