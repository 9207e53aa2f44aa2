// Shows times in the reader's zone, or all in UTC where the reader wants that, and how
// long ago it was where a page says so (data-ago), or both. The UTC time stays in the title.
// Without this script, all times are UTC.
const remembered = "bulkpatch-utc";
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
// The pages are in English; so are the names of months.
const language = navigator.languages.find((l) => /^en\b/.test(l)) ?? "en-GB";
const relative = new Intl.RelativeTimeFormat(language, { style: "short" });

// recall reads whether the reader wants UTC. A browser may keep nothing.
function recall() {
  try {
    return localStorage.getItem(remembered) === "yes";
  } catch {
    return false;
  }
}

function remember(yes) {
  try {
    localStorage.setItem(remembered, yes ? "yes" : "");
  } catch {
    // it holds for this page
  }
}

let utc = recall();
let long, short, dayOf;

// choose makes the formats of the zone.
function choose() {
  const zone = { timeZone: utc ? "UTC" : here };
  const end = utc ? " UTC" : "";
  const withDay = new Intl.DateTimeFormat(language, { ...zone, dateStyle: "medium", timeStyle: "medium" });
  const timeOnly = new Intl.DateTimeFormat(language, { ...zone, timeStyle: "medium" });
  const day = new Intl.DateTimeFormat("en", { ...zone, dateStyle: "short" });
  long = (at) => withDay.format(at) + end;
  short = (at) => timeOnly.format(at) + end;
  dayOf = (at) => day.format(at);
}

// Each unit, how many of it are said at most, and how many make one of the next.
const units = [["minute", 60, 60], ["hour", 48, 24], ["day", 60, 30], ["month", 24, 12], ["year", Infinity, 1]];

/** Says how long ago a moment was, or in how long it will be, as of now, in ms. */
export function ago(at, now = Date.now()) {
  let n = (at - now) / 60_000;
  if (Math.abs(n) < 1) return n <= 0 ? "just now" : "in a moment";
  for (const [unit, most, next] of units) {
    if (Math.abs(Math.round(n)) < most) return relative.format(Math.round(n), unit);
    n /= next;
  }
}

/** Writes the times below an element, those of today without their day. */
export function show(root) {
  const today = dayOf(Date.now());
  const times = root.querySelectorAll("time[datetime]");
  for (const time of root.matches?.("time[datetime]") ? [root] : times) {
    const at = new Date(time.dateTime).getTime();
    if (Number.isNaN(at)) continue;
    const absolute = dayOf(at) === today ? short(at) : long(at);
    const text = time.dataset.ago === "both" ? `${absolute} (${ago(at)})` : time.dataset.ago === "" ? ago(at) : absolute;
    if (time.dataset.ago === "") time.title = `${long(at)} · ${time.title.split(" · ").at(-1)}`;
    if (time.textContent !== text) time.textContent = text;
  }
}

// offer shows the zone of the times, and the button that changes it.
function offer() {
  const at = document.getElementById("zone");
  if (!at || here === "UTC") return;
  at.querySelector(".name").textContent = utc ? "UTC" : here.replaceAll("_", " ");
  at.querySelector("button").textContent = utc ? `Show ${here.replaceAll("_", " ")}` : "Show UTC";
  at.hidden = !document.querySelector("main time[datetime]");
}

function apply() {
  choose();
  show(document);
  offer();
}

apply();
document.querySelector("#zone button")?.addEventListener("click", () => {
  utc = !utc;
  remember(utc);
  apply();
});
document.addEventListener("replaced", (e) => {
  show(e.target);
  offer();
});
setInterval(() => document.hidden || show(document), 30_000);
document.addEventListener("visibilitychange", () => document.hidden || show(document));
