// The list of jobs: the exact count, new jobs, and addresses without empty filters.
const form = document.getElementById("filters");
const recount = 30_000; // how long a count holds while jobs come in, in ms

form.addEventListener("formdata", (e) => {
  for (const [name, value] of [...e.formData]) if (!value.trim()) e.formData.delete(name);
});

let counted = 0; // when
let exact; // the path of the exact number, once it was needed

// count replaces "more than" by the exact number.
async function count() {
  const now = document.getElementById("count");
  exact = now?.dataset.count ?? exact;
  if (!now || !exact) return;
  counted = Date.now();
  try {
    const answer = await fetch(exact, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return; // the link remains
    const next = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("count");
    if (next) document.getElementById("count").replaceWith(next);
  } catch {
    // the link remains
  }
}

// atRest reports whether rows may move: the reader looks at the top of the list, and
// neither points at it nor is in it.
function atRest(list) {
  return scrollY < 200 && !list.matches(":hover") && !list.contains(document.activeElement);
}

function words(n, one, many) {
  return n ? [`${new Intl.NumberFormat("en").format(n)} ${n === 1 ? one : many}`] : [];
}

// renew puts the jobs of a page that was just read into the list, or says that there
// are others now.
function renew(page) {
  const list = document.getElementById("list");
  const next = page.getElementById("list");
  if (!list || !next) return;
  const rows = list.querySelector("#rows");
  const nextRows = next.querySelector("#rows");
  if (rows && !("first" in rows.dataset)) return;
  const news = document.getElementById("news");
  const fresh = nextRows ? [...nextRows.rows].filter((row) => !document.getElementById(row.id)) : [];
  const gone = rows ? [...rows.rows].filter((row) => !page.getElementById(row.id)) : [];
  if (fresh.length && Date.now() - counted > recount) count();
  if (fresh.length + gone.length === 0) {
    news.hidden = true;
    return;
  }
  if (!atRest(list)) {
    // Below the newest fifty, jobs go to the next page when others come.
    const left = gone.slice(0, Math.max(0, gone.length - fresh.length));
    for (const row of gone) row.classList.add("past");
    news.textContent = "Show " + [...words(fresh.length, "new job", "new jobs"), ...words(left.length, "change", "changes")].join(", ");
    news.hidden = fresh.length + left.length === 0;
    return;
  }
  news.hidden = true;
  if (!rows || !nextRows) {
    list.replaceWith(next);
    next.dispatchEvent(new CustomEvent("replaced", { bubbles: true }));
    return;
  }
  for (const row of gone) row.remove();
  for (const [at, row] of [...nextRows.rows].entries()) {
    const here = document.getElementById(row.id) ?? document.importNode(row, true);
    if (rows.rows[at] !== here) rows.insertBefore(here, rows.rows[at] ?? null);
  }
  rows.dispatchEvent(new CustomEvent("replaced", { bubbles: true }));
}

document.addEventListener("read", (e) => renew(e.detail));
const begin = () => document.getElementById("count")?.dataset.count && count();
begin();
document.addEventListener("replaced", (e) => e.target.id === "listed" && begin());
