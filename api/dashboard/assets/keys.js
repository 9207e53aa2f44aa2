// The keyboard: "/" searches, "j" and "k" move in a list, "x" ticks, "g" and a letter
// open a page, Ctrl+K goes to what has an id or a name, "?" helps. Everything can be
// reached with Tab as well, and single letters can be switched off.
import { openGoTo } from "./goto.js";

const remembered = "bulkpatch-letters-off";
const afterG = 1500; // how long "g" waits for the next key, in ms

let gAt = 0; // when "g" was pressed

function lettersOff() {
  try {
    return localStorage.getItem(remembered) === "yes";
  } catch {
    return false; // the browser keeps nothing
  }
}

// types reports whether keys go into what has the focus.
function types(at) {
  const input = at?.closest?.("input, textarea, select, [contenteditable]");
  return Boolean(input) && !input.matches("[type=checkbox], [type=radio], [type=button], [type=submit]");
}

const visible = (e) => e.getClientRects().length > 0;

// search moves to the search of the page, or opens the one for everything.
function search() {
  const fields = document.querySelectorAll("main [data-search], main input[type=search], main .filters input");
  const field = [...fields].find(visible);
  if (!field) return openGoTo();
  field.focus();
  field.select?.();
}

// at returns the row that the reader is at.
const at = () => document.activeElement.closest?.("[data-row]") ?? document.querySelector("[data-row].at");

// move goes to the next row, or back. Its link gets the focus, so that it is announced
// and Enter opens it.
function move(by) {
  const rows = [...document.querySelectorAll("[data-row]")].filter(visible);
  if (rows.length === 0) return;
  const here = rows.indexOf(at());
  const row = rows[here < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(Math.max(here + by, 0), rows.length - 1)];
  mark(row);
  const target = row.querySelector("a[href]") ?? row;
  if (target === row) row.tabIndex = -1;
  target.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function mark(row) {
  for (const was of document.querySelectorAll("[data-row].at")) was.classList.remove("at");
  row?.classList.add("at");
}

function tick() {
  at()?.querySelector("input[type=checkbox]:not(:disabled)")?.click();
}

// page opens the page that a letter after "g" stands for, if the visitor may.
function page(letter) {
  document.querySelector(`header nav a[data-key="${CSS.escape(letter)}"]`)?.click();
}

const keys = { "/": search, "?": help, j: () => move(1), k: () => move(-1), x: tick };

document.addEventListener("keydown", (e) => {
  if (e.defaultPrevented || e.isComposing) return;
  if ((e.ctrlKey || e.metaKey) && !e.altKey && !e.shiftKey && e.key.toLowerCase() === "k") {
    e.preventDefault();
    if (!document.querySelector("dialog[open]:not(#goto)")) openGoTo();
    return;
  }
  if (e.ctrlKey || e.metaKey || e.altKey || e.repeat && !"jk".includes(e.key)) return;
  if (document.querySelector("dialog[open]")) return;
  if (e.key === "Escape") return leave();
  if (types(e.target) || lettersOff()) return;
  const afterPrefix = Date.now() - gAt < afterG;
  gAt = e.key === "g" ? Date.now() : 0;
  if (afterPrefix && /^[a-z]$/.test(e.key)) {
    gAt = 0;
    e.preventDefault();
    page(e.key);
  } else if (Object.hasOwn(keys, e.key)) {
    e.preventDefault();
    keys[e.key]();
  }
});

// leave leaves a field, so that keys work again, or the row.
function leave() {
  if (types(document.activeElement)) document.activeElement.blur();
  else mark(undefined);
}

// What somebody has moved to by other means is where "j" and "k" go on.
document.addEventListener("focusin", (e) => {
  const row = e.target.closest?.("[data-row]");
  if (!row || !row.classList.contains("at")) mark(undefined);
});

// help shows what the page about help says of keys.
async function help() {
  const dialog = document.getElementById("keys");
  const link = document.getElementById("help");
  const room = document.getElementById("keys-text");
  if (room.childElementCount === 0) {
    try {
      const answer = await fetch(link.href, { headers: { Accept: "text/html" } });
      if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
      const text = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("shortcuts");
      text.removeAttribute("id");
      room.append(text);
      offerLetters(room);
    } catch {
      return link.click(); // the page says what is wrong
    }
  }
  if (!dialog.open) dialog.showModal();
}

// offerLetters lets the reader switch single letters off.
function offerLetters(root) {
  const offer = root.querySelector(".letters");
  const box = offer?.querySelector("input");
  if (!box) return;
  offer.hidden = false;
  box.checked = lettersOff();
  box.addEventListener("change", () => {
    try {
      localStorage.setItem(remembered, box.checked ? "yes" : "");
    } catch {
      box.checked = false; // the browser keeps nothing
    }
  });
}

for (const button of document.querySelectorAll("dialog .close")) {
  button.addEventListener("click", () => button.closest("dialog").close());
}
document.getElementById("keys").addEventListener("click", (e) => {
  if (e.target === e.currentTarget) e.currentTarget.close(); // beside the text
});
document.getElementById("jump").addEventListener("click", (e) => {
  if (e.ctrlKey || e.metaKey || e.shiftKey || e.altKey) return; // in another window
  e.preventDefault();
  openGoTo();
});
offerLetters(document.querySelector("main"));
if (/Mac|iP/.test(navigator.platform)) document.querySelector("#jump kbd").textContent = "⌘ K";

// On a phone the names of the pages scroll: the one of this page is in sight.
const nav = document.querySelector("header nav");
const here = nav.querySelector("[aria-current]")?.getBoundingClientRect();
if (here) nav.scrollLeft += here.left + here.width / 2 - nav.getBoundingClientRect().left - nav.clientWidth / 2;
