// Ticks of customers stay while somebody goes through the pages of one filter, and the
// number of customers that match is read in a request of its own. Without this script
// the ticks of one page are sent, and a link counts.
import { replace } from "./live.js";

let form;
let boxes;
let kept; // where the ticks are kept
const most = 500; // ticks: they become part of an address

// read returns the ids that are ticked under this filter. Another filter clears them.
function read() {
  try {
    const was = JSON.parse(sessionStorage.getItem(kept));
    if (was && was.filter === form.dataset.filter) return new Set(was.ids);
  } catch {
    // nothing was kept, or it cannot be read
  }
  sessionStorage.removeItem(kept);
  return new Set();
}

function write(ids) {
  if (ids.size) sessionStorage.setItem(kept, JSON.stringify({ filter: form.dataset.filter, ids: [...ids] }));
  else sessionStorage.removeItem(kept);
}

function statusOf(ids) {
  if (ids.size > most) return `At most ${most} can be ticked. A filter takes as many as match.`;
  const elsewhere = [...ids].filter((id) => !boxes.some((b) => b.value === id)).length;
  return elsewhere ? `${elsewhere.toLocaleString("en")} of them on other pages` : "";
}

// draw says how many are ticked.
function draw(ids) {
  const button = form.querySelector(".ticked");
  const n = ids.size.toLocaleString("en");
  button.textContent = `Start an update with ${ids.size ? `the ${ids.size === 1 ? "one" : n} ticked` : "those ticked"}`;
  button.disabled = !ids.size || ids.size > most;
  button.classList.toggle("lead", ids.size > 0);
  form.querySelector(".untick").hidden = !ids.size;
  form.querySelector(".tickstatus").textContent = statusOf(ids);
  const all = form.querySelector(".tickall");
  const here = boxes.filter((b) => b.checked).length;
  all.checked = here > 0 && here === boxes.length;
  all.indeterminate = here > 0 && here < boxes.length;
}

function tick(ids, box) {
  if (box.checked) ids.add(box.value);
  else ids.delete(box.value);
}

function select() {
  let ids = read();
  const show = () => {
    for (const box of boxes) box.checked = ids.has(box.value);
    draw(ids);
  };
  const all = form.querySelector(".tickall");
  all.hidden = false;
  show();
  form.addEventListener("change", (e) => {
    if (e.target === all) for (const box of boxes) box.checked = all.checked;
    for (const box of boxes) tick(ids, box);
    write(ids);
    draw(ids);
  });
  form.querySelector(".untick").addEventListener("click", () => {
    ids.clear();
    write(ids);
    show();
  });
  // Those ticked on other pages are sent, too.
  form.addEventListener("submit", (e) => {
    for (const old of form.querySelectorAll("input[data-elsewhere]")) old.remove();
    if (e.submitter?.value !== "ticked") return;
    for (const id of ids) {
      if (boxes.some((b) => b.value === id)) continue;
      const input = Object.assign(document.createElement("input"), { type: "hidden", name: "id", value: id });
      input.dataset.elsewhere = "";
      form.append(input);
    }
  });
  // The browser may bring the page back as it was left.
  addEventListener("pageshow", (e) => {
    if (!e.persisted) return;
    ids = read();
    show();
  });
}

async function count() {
  const at = document.getElementById("count");
  const path = at?.dataset.path;
  if (!path) return;
  at.textContent = "Counting…";
  try {
    const answer = await fetch(path, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
    replace(await answer.text());
  } catch {
    at.textContent = "They could not be counted. Load the page again.";
  }
}

// begin takes the list as it is on the page now.
function begin() {
  form = document.getElementById("customers");
  boxes = form ? [...form.querySelectorAll("input[name=id]")] : [];
  // Whoever signs in to another workspace in the same window must not get these ticks.
  kept = form && `ticked:${form.dataset.workspace}:${form.dataset.model}`;
  if (form?.querySelector(".ticked")) select();
  // A list without customers has no form, and says so where the filter was changed.
  if (!form && !document.querySelector("[data-later]")) {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith("ticked:")) sessionStorage.removeItem(key);
  }
  count();
}

// suggest offers the values that the chosen field may have.
function suggest() {
  const quick = document.getElementById("quick");
  const field = quick.elements.field;
  const show = () => quick.elements.value.setAttribute("list", `of-${field.value}`);
  field.addEventListener("change", show);
  show();
}

if (document.getElementById("quick")) suggest();
begin();
document.addEventListener("replaced", (e) => e.target.id === "list" && begin());
