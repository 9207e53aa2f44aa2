// "Go to": a search for what has an id or a name, whose results are listed while one
// types.
const dialog = document.getElementById("goto");
const input = document.getElementById("goto-words");
const room = document.getElementById("goto-found");
const status = document.getElementById("goto-status");
const path = "/admin/go/found?";
const pause = 150; // after the last key before it searches, in ms

let timer;
let searching; // the controller of the search under way

/** Opens the dialog. What had the focus gets it back when the dialog is closed. */
export function openGoTo() {
  if (dialog.open) return input.select();
  dialog.showModal();
  input.select();
  find();
}

const options = () => [...room.querySelectorAll("[role=option]")];
const chosen = () => room.querySelector("[aria-selected=true]");

function choose(option) {
  for (const o of options()) o.setAttribute("aria-selected", o === option);
  if (option) input.setAttribute("aria-activedescendant", option.id);
  else input.removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
}

// find lists what there is for the words.
async function find() {
  clearTimeout(timer);
  searching?.abort();
  const mine = (searching = new AbortController());
  const words = input.value.trim();
  try {
    const answer = await fetch(path + new URLSearchParams({ q: words }), { headers: { Accept: "text/html" }, signal: mine.signal });
    if (answer.redirected) return location.reload(); // the session has ended
    if (!answer.ok) throw new Error(answer.statusText);
    list(await answer.text(), words);
  } catch {
    if (mine.signal.aborted) return;
    room.replaceChildren();
    tell("The search does not answer. Press Enter to try again.");
    room.append(Object.assign(document.createElement("p"), { className: "empty", textContent: status.textContent }));
  }
}

// list shows results as the options of the input.
function list(html, words) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  for (const [i, link] of holder.content.querySelectorAll(".findings a").entries()) {
    link.id = `goto-${i}`;
    link.tabIndex = -1; // the arrow keys reach it
    link.setAttribute("role", "option");
    link.parentElement.setAttribute("role", "none");
  }
  const found = holder.content.querySelector(".findings");
  found?.setAttribute("role", "listbox");
  found?.setAttribute("aria-label", "Found");
  room.replaceChildren(holder.content);
  const all = options();
  input.setAttribute("aria-expanded", String(all.length > 0));
  choose(words ? all[0] : undefined);
  tell(all.length === 0 ? "Nothing found" : all.length === 1 ? "1 found" : `${all.length} found`);
}

function tell(text) {
  status.textContent = text;
}

input.addEventListener("input", () => {
  clearTimeout(timer);
  choose(undefined); // Enter asks for what is typed, not for what was found before
  timer = setTimeout(find, pause);
});

input.addEventListener("keydown", (e) => {
  if (e.isComposing) return;
  const all = options();
  const here = all.indexOf(chosen());
  const to = {
    ArrowDown: () => all[(here + 1) % all.length],
    ArrowUp: () => all[(here < 0 ? all.length : here + all.length - 1) % all.length],
  }[e.key];
  if (to && all.length > 0) {
    e.preventDefault();
    choose(to());
  } else if (e.key === "Enter" && chosen()) {
    e.preventDefault();
    chosen().click();
  }
});

dialog.addEventListener("close", () => {
  clearTimeout(timer);
  searching?.abort();
});
dialog.addEventListener("click", (e) => {
  if (e.target === dialog) dialog.close(); // beside the box
  if (e.target.closest("a")?.hash) dialog.close(); // it may be on this page
});
