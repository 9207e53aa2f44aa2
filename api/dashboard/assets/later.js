// Asks for the parts without which the page came, because they take long. Without this
// script there is a link to the page with all of it.
import { exchange, parse } from "./parts.js";

async function ask(part) {
  const says = part.querySelector("[role=status]");
  says.textContent = part.dataset.says;
  part.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(part.dataset.later, { headers: { Accept: "text/html" } });
    if (answer.redirected) return location.reload(); // to the sign-in
    const page = parse(await answer.text());
    const next = page.getElementById(part.id);
    if (!next) throw new Error(answer.statusText);
    exchange(next);
    page.querySelectorAll("[data-live][id]").forEach(exchange);
  } catch {
    part.removeAttribute("aria-busy");
    says.textContent = "This could not be read. Load the page again.";
  }
}

for (const part of document.querySelectorAll("[data-later][id]")) ask(part);
