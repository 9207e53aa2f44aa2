// The composer of a new update. Without this script it is a plain form with a button that
// previews. With it, the filter has pickers, and what will happen follows each change.
import { prepareFields } from "./composefields.js";
import { parse, pretty } from "./composejson.js";
import { Pickers } from "./composepickers.js";
import { show as showTimes } from "./times.js";

const pause = 400; // after a change, in ms
const again = 2000; // until a job that computes the preview is looked at again

const form = document.getElementById("compose");
const ask = document.querySelector("#ask button");
const line = document.getElementById("line");
const said = document.getElementById("said");
const what = () => document.getElementById("what");

let timer;
let asking; // aborts the request for the preview
let switching = false; // to another model, which needs the whole page

const pickers = new Pickers(document.getElementById("pickers"), document.getElementById("filter"), JSON.parse(form.dataset.filters), {
  changed: () => askAfter(pause),
  incomplete: (why) => hold(`A condition is incomplete. ${why}`),
});
const fields = prepareFields(document.getElementById("fields"), document.getElementById("add"), () => askAfter(pause));

// hold takes back what was said of an older state of the form, without asking again.
function hold(why) {
  clearTimeout(timer);
  asking?.abort();
  stale();
  if (why) tell(why);
}

// stale marks the preview as older than the form. Nothing can be run then.
function stale() {
  what().toggleAttribute("data-asking", false);
  what().setAttribute("aria-busy", "true");
  for (const control of what().querySelectorAll("#run, #number")) control.disabled = true;
}

// tell says in place of the preview why there is none.
function tell(why) {
  what().toggleAttribute("data-asking", false);
  const note = document.createElement("p");
  note.className = "note";
  note.textContent = why;
  what().querySelectorAll(":scope > .note.told").forEach((n) => n.remove());
  note.classList.add("told");
  what().querySelector("h2").after(note);
  line.textContent = why;
}

// askAfter asks what will happen, after a pause in which nothing more changes.
function askAfter(after, follow) {
  hold("");
  if (pickers.fault) return tell(pickers.fault);
  if (pickers.waiting.length > 0) return tell(`A condition is incomplete. ${pickers.waiting[0][1]}`);
  timer = setTimeout(() => preview(follow), after);
  return undefined;
}

async function preview(follow) {
  const sent = new URLSearchParams(new FormData(form));
  sent.set("part", "1");
  if (follow) sent.set("follow", follow);
  asking = new AbortController();
  what().toggleAttribute("data-asking", true);
  try {
    const answer = await fetch(ask.formAction, { method: "POST", body: sent, signal: asking.signal, headers: { Accept: "text/html" } });
    if (answer.redirected) return tell("You are no longer signed in. Sign in again in another tab, then come back: nothing here is lost.");
    const next = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("what");
    if (!next) return tell(`The server could not answer (${answer.status}). Change something, or try again later.`);
    put(document.adoptNode(next));
  } catch (e) {
    if (e.name !== "AbortError") {
      tell("The server does not answer. This goes on by itself when it does.");
      timer = setTimeout(() => preview(follow), 5000);
    }
  }
  return undefined;
}

// put shows a new preview in place of the old one, and keeps the focus where it was.
function put(next) {
  const at = document.activeElement;
  const inside = what().contains(at);
  const top = what().scrollTop;
  what().replaceWith(next);
  next.scrollTop = top;
  if (inside) {
    const same = at.id ? document.getElementById(at.id) : [...next.querySelectorAll("input")].find((i) => i.name === at.name && i.value === at.value && i.type === at.type);
    (same ?? next).focus({ preventScroll: true });
  }
  showTimes(next);
  shown();
}

// shown takes over what the preview says: the filter, if customers were left out, the
// address of the page, and the faults, each at its input.
function shown() {
  const { filter, address, line: words, follow } = what().dataset;
  if (filter !== form.elements.filter.value && !(filter === "{}" && form.elements.filter.value.trim() === "")) pickers.set(readable(filter));
  if (address) history.replaceState(null, "", address);
  line.textContent = words;
  line.hidden = false;
  said.textContent = words;
  if (follow) timer = setTimeout(() => preview(follow), again);
  showFaults();
  showExamples();
}

// showExamples puts what becomes of a customer's value beside each computation.
function showExamples() {
  for (const slot of form.querySelectorAll(".example")) {
    const made = what().querySelector(`[data-example="${CSS.escape(slot.id)}"]`);
    slot.replaceChildren(...(made ? [made.content.cloneNode(true)] : []));
  }
}

function readable(filter) {
  try {
    return pretty(parse(filter));
  } catch {
    return filter;
  }
}

function showFaults() {
  const faults = [...document.querySelectorAll(".faults [data-input]")];
  fields.clear();
  for (const slot of form.querySelectorAll(".fault[id^=why-]")) {
    const id = slot.id.slice("why-".length);
    if (id === "add") continue;
    const own = faults.filter((f) => f.dataset.input === id && !atPart(f));
    slot.textContent = own.map((f) => (f.dataset.place ? `${f.dataset.place}: ` : "") + f.dataset.detail).join(" ");
    slot.hidden = own.length === 0;
    const input = document.getElementById(id);
    if (own.length > 0) input?.setAttribute("aria-invalid", "true");
    else input?.removeAttribute("aria-invalid");
    if (own.length > 0) slot.closest("details")?.setAttribute("open", "");
  }
}

// atPart shows a fault of the filter at its condition, and one of a computation at its
// step, if either is shown, and returns its element.
function atPart({ dataset: { input, pointer, step, detail } }) {
  if (step !== "0") return fields.say(input, Number(step), detail);
  return input === "filter" && pointer !== "" && pickers.show(pointer, detail);
}

form.addEventListener("input", (e) => changed(e));
form.addEventListener("change", (e) => changed(e));

function changed({ target, type }) {
  if (target.id === "number" || target.closest("#pickers")) return;
  if (target.id === "model") return switchModel();
  const atOnce = target.type === "checkbox" || target.tagName === "SELECT";
  if (type === "change" && !atOnce) return undefined; // its input event came before
  if (type === "input" && atOnce) return undefined; // its change event follows
  return askAfter(atOnce ? 0 : pause);
}

// switchModel loads the page for the model that is chosen. An answer about the one
// before is not waited for.
function switchModel() {
  switching = true;
  clearTimeout(timer);
  asking?.abort();
  form.requestSubmit(ask);
}

// wrongModel reports whether another model is chosen than the page was made for:
// somebody was quicker than this script, or the browser remembers a former choice.
function wrongModel() {
  const { options, value } = form.elements.model;
  return value !== ([...options].find((o) => o.defaultSelected) ?? options[0])?.value;
}

// Enter in the last input runs the update. In any other it asks for a preview.
form.addEventListener("keydown", (e) => {
  if (e.key !== "Enter" || e.target.id !== "number") return;
  e.preventDefault();
  form.requestSubmit(document.getElementById("run"));
});

// The number is compared here already, so that a slip needs no new page.
function rightNumber() {
  const number = document.getElementById("number");
  if (!number) return true;
  const right = number.value.replace(/\D/g, "") === form.elements.matched.value;
  number.setCustomValidity(right ? "" : "This is not the number of customers that match.");
  number.reportValidity();
  return right;
}

form.addEventListener("input", (e) => {
  if (e.target.id === "number") e.target.setCustomValidity("");
});

form.addEventListener("submit", (e) => {
  if (e.submitter?.id === "run" && !rightNumber()) e.preventDefault();
  if (e.submitter === ask && !switching) {
    e.preventDefault();
    askAfter(0);
  } else if (e.submitter?.name === "follow") {
    e.preventDefault();
    askAfter(0, e.submitter.value);
  }
});

// A link to an input leads the keyboard there, too.
document.addEventListener("click", (e) => {
  const fault = e.target.closest?.(".faults [data-input]");
  if (!fault || !e.target.closest("a")) return;
  e.preventDefault();
  const part = atPart(fault);
  const input = (part || document).querySelector(part ? "input, select, textarea" : `#${CSS.escape(fault.dataset.input)}`);
  input?.closest("details")?.setAttribute("open", "");
  input?.focus();
});

document.getElementById("ask").hidden = true;
document.getElementById("model-hint").hidden = true;
form.classList.add("scripted");
if (wrongModel()) switchModel();
else if (document.getElementById("pristine")) askAfter(0);
else shown();
