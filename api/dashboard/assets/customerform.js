// Whoever types a text means it, so the tick "no value" beside it goes; and whoever
// ticks it sees the input fade, without losing what was typed.
for (const tick of document.querySelectorAll("[data-none]")) {
  const input = tick.closest(".field").querySelector("input:not([type=checkbox]):not([type=hidden]), textarea, select");
  const show = () => {
    input.style.opacity = tick.checked ? "0.5" : "";
  };
  input.addEventListener("input", () => {
    tick.checked = false;
    show();
  });
  tick.addEventListener("change", show);
  show();
}
