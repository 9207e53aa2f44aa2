// The search of the documentation: one box that finds headings, calls, parameters, fields
// and codes. "/" puts the focus into it. The index is read when the box is first used.
const box = document.getElementById("find");
const room = document.getElementById("found");
const status = document.getElementById("found-status");
const most = 30; // results that are shown
const mostWords = 8;
const pause = 80; // after the last key before it searches, in ms

let entries; // promise of the index, in lower case beside what is shown
let timer;

const load = () =>
  (entries ??= fetch(box.dataset.index)
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(answer.statusText))))
    .then((list) => list.map((e) => ({ ...e, title: e.t.toLowerCase(), names: `${e.t} ${e.a ?? ""}`.toLowerCase(), text: (e.x ?? "").toLowerCase() }))));

// How good a find is, the best first: the title itself; then what has all words in its
// title, before what has them in its text. Sections of the guide and calls come before
// the many fields and parameters.
const inTitle = { Guide: 1, Call: 1, Webhook: 1, Code: 1, Object: 3 }; // others: 4
const inText = { Guide: 2, Call: 3, Webhook: 3 }; // others: 5
const ranks = 6;

/** The entries that have all words, the best first: one pass over the index. */
export function search(list, query, most) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean).slice(0, mostWords);
  const found = Array.from({ length: ranks }, () => []);
  if (words.length === 0) return [];
  for (const e of list) {
    if (!words.every((w) => e.names.includes(w) || e.text.includes(w))) continue;
    const named = words.every((w) => e.names.includes(w));
    const rank = e.title === words.join(" ") ? 0 : named ? (inTitle[e.k] ?? 4) : (inText[e.k] ?? 5);
    if (found[rank].length < most) found[rank].push(e);
  }
  return found.flat().slice(0, most);
}

const options = () => [...room.querySelectorAll("a")];
const chosen = () => room.querySelector("[aria-selected=true]");

function choose(option) {
  for (const o of options()) o.setAttribute("aria-selected", o === option);
  if (option) box.setAttribute("aria-activedescendant", option.id);
  else box.removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
}

function close() {
  room.hidden = true;
  box.setAttribute("aria-expanded", "false");
  choose(undefined);
}

// excerpt returns the text around the first word that is in it.
function excerpt(e, query) {
  const word = query.toLowerCase().split(/\s+/).find((w) => w && e.text.includes(w));
  const at = word ? e.text.indexOf(word) : 0;
  return (at > 40 ? "…" + e.x.slice(at - 30) : e.x ?? "").slice(0, 140);
}

function row(e, i, query) {
  const link = document.createElement("a");
  Object.assign(link, { href: e.p, id: `found-${i}`, tabIndex: -1 });
  link.setAttribute("role", "option");
  const kind = Object.assign(document.createElement("span"), { className: "kind soft", textContent: e.k });
  const title = Object.assign(document.createElement(["Guide", "Call", "Webhook"].includes(e.k) ? "span" : "code"), { textContent: e.t });
  link.append(kind, title, Object.assign(document.createElement("small"), { textContent: excerpt(e, query) }));
  return link;
}

async function find() {
  const query = box.value.trim();
  if (!query) return close();
  let found;
  try {
    found = search(await load(), query, most);
  } catch {
    entries = undefined;
    status.textContent = "The search does not answer.";
    return;
  }
  if (query !== box.value.trim()) return; // somebody types on
  room.replaceChildren(...found.map((e, i) => row(e, i, query)));
  if (found.length === 0) room.append(Object.assign(document.createElement("p"), { className: "empty", textContent: "Nothing found" }));
  room.hidden = false;
  box.setAttribute("aria-expanded", "true");
  choose(options()[0]);
  status.textContent = found.length === 1 ? "1 found" : `${found.length} found`;
}

box.addEventListener("focus", () => load().catch(() => (entries = undefined)));
box.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(find, pause);
});
box.addEventListener("keydown", (e) => {
  if (e.isComposing) return;
  const all = options();
  const here = all.indexOf(chosen());
  if (e.key === "ArrowDown" && all.length) choose(all[(here + 1) % all.length]);
  else if (e.key === "ArrowUp" && all.length) choose(all[(here + all.length - 1) % all.length]);
  else if (e.key === "Enter" && chosen()) chosen().click();
  else if (e.key === "Escape") close();
  else return;
  e.preventDefault();
});
room.addEventListener("click", (e) => e.target.closest("a") && close());
document.addEventListener("click", (e) => e.target.closest(".find") || close());
document.addEventListener("keydown", (e) => {
  if (e.key !== "/" || e.ctrlKey || e.metaKey || e.altKey || e.target.closest?.("input, textarea, select")) return;
  e.preventDefault();
  box.select();
  box.focus();
});
box.closest(".find").hidden = false;
