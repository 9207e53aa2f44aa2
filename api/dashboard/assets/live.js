// Loads the page's content again every few seconds, while somebody looks at it.
// Without this script, the page asks the browser to reload it.
const every = 5000;
const main = document.querySelector("main");

async function refresh() {
  if (document.hidden || !document.getSelection().isCollapsed) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (answer.redirected) return location.reload(); // the session has ended
    if (!answer.ok) throw new Error(answer.statusText);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    main.replaceChildren(...page.querySelector("main").childNodes);
    main.classList.remove("stale");
  } catch {
    main.classList.add("stale"); // what is shown is no longer true
  }
}

setInterval(refresh, every);
document.addEventListener("visibilitychange", refresh);
