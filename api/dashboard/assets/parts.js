// Exchanges elements of the page for newer ones, so that the reader loses nothing: the
// focus, what is open, how far a table is scrolled, and what is filled in.
const sources = new WeakMap(); // what each element was made from

// What can have the focus.
const stops = "a[href], button, input, select, textarea, summary, [tabindex]";

/** Parses a page, or parts of one. */
export function parse(html) {
  if (/^\s*<!doctype/i.test(html)) return new DOMParser().parseFromString(html, "text/html");
  const holder = document.createElement("template"); // it takes rows of tables as well
  holder.innerHTML = html;
  return holder.content;
}

// sourceOf is what decides whether an element differs: not the texts of times, which are
// shown in the reader's zone, and not what is random in each form.
function sourceOf(element) {
  return element.outerHTML.replace(/(<time\b[^>]*>)[^<]*/g, "$1").replace(/(name="once" value=")[^"]*/g, "$1");
}

/** Reports whether something below an element was filled in and not sent. */
export function hasDraft(element) {
  return [...element.querySelectorAll("input:not([type=hidden]), textarea, select")].some((e) => {
    if (e.matches("[type=checkbox], [type=radio]")) return e.checked !== e.defaultChecked;
    if (!e.matches("select")) return e.value !== e.defaultValue;
    const chosen = [...e.options].findIndex((o) => o.defaultSelected);
    return e.selectedIndex !== Math.max(chosen, e.multiple ? -1 : 0);
  });
}

// pairs returns the elements that match below both, each with its counterpart.
function pairs(now, next, selector) {
  const later = [...next.querySelectorAll(selector)];
  return [...now.querySelectorAll(selector)].map((e, i) => [e, (e.id && later.find((l) => l.id === e.id)) || later[i]]);
}

// refocus moves the focus to the counterpart of what had it.
function refocus(now, next, had) {
  const alike = (e) => e.tagName === had.tagName && e.getAttribute("href") === had.getAttribute("href");
  const there = [...next.querySelectorAll(stops)];
  const at = had === now ? next
    : (had.id && there.find((e) => e.id === had.id)) || there[[...now.querySelectorAll(stops)].indexOf(had)];
  const to = at && (at === next || alike(at)) ? at : there.find(alike) ?? at ?? next;
  if (to === next) to.tabIndex = -1;
  return to;
}

/** Reports whether an element differs from the one with its id. */
export function differs(next) {
  const now = document.getElementById(next.id);
  return Boolean(now) && sources.get(now) !== sourceOf(next);
}

/**
 * Puts an element in place of the one with its id, unless they are the same or something
 * is filled in there.
 */
export function exchange(next) {
  const now = document.getElementById(next.id);
  if (!now || now === next) return; // it came with what it is a part of
  const source = sourceOf(next);
  if (sources.get(now) === source || hasDraft(now)) return;
  const had = now.contains(document.activeElement) ? document.activeElement : undefined;
  const focus = had && refocus(now, next, had);
  for (const [e, later] of pairs(now, next, "details")) if (later) later.open = e.open;
  const scrolled = pairs(now, next, ".scroll").map(([e, later]) => [later, e.scrollLeft]);
  const taken = document.adoptNode(next);
  if (now.classList.contains("at")) taken.classList.add("at"); // the row that the keyboard is at
  for (const e of taken.querySelectorAll("[data-live][id]")) sources.set(e, sourceOf(e));
  sources.set(taken, source);
  now.replaceWith(taken);
  for (const [e, left] of scrolled) if (e && left) e.scrollLeft = left;
  focus?.focus({ preventScroll: true });
  taken.dispatchEvent(new CustomEvent("replaced", { bubbles: true }));
}

// Times still have the text of the server: this comes before what changes it.
for (const e of document.querySelectorAll("[data-live][id]")) sources.set(e, sourceOf(e));
