// Lets the keyboard scroll what is wider or higher than its place: tables and programs.
const places = ".scroll, .tall, pre";
const stops = "a[href], button, input, select, textarea, summary";

function offer(root) {
  for (const place of root.querySelectorAll(places)) {
    const more = place.scrollWidth > place.clientWidth || place.scrollHeight > place.clientHeight;
    const scrolls = more && getComputedStyle(place).overflowX !== "visible" && !place.querySelector(stops);
    if (scrolls) {
      place.tabIndex = 0;
      place.setAttribute("role", "group");
      place.setAttribute("aria-label", place.closest("section, form")?.querySelector("h2")?.textContent ?? "More");
    } else if (place.getAttribute("role") === "group") {
      for (const name of ["tabindex", "role", "aria-label"]) place.removeAttribute(name);
    }
  }
}

offer(document);
addEventListener("resize", () => offer(document));
document.addEventListener("replaced", (e) => offer(e.target.parentElement ?? document));
document.addEventListener("toggle", (e) => offer(e.target), true); // of details
