// The page that makes a file an update. It works without this script, which only takes
// back the preview of a form that has changed since.
const form = document.getElementById("compose");

// A preview that takes long is looked at again, unless the form changes meanwhile.
const follow = form.querySelector("button[name=follow]");
const looking = follow && setTimeout(() => form.requestSubmit(follow), 2000);

form.addEventListener("input", ({ target }) => {
  clearTimeout(looking);
  if (target.id === "number") return;
  const what = document.getElementById("what");
  what.setAttribute("aria-busy", "true");
  for (const control of what.querySelectorAll("#run, #number")) control.disabled = true;
  document.querySelector("#ask button").classList.add("lead");
});

// Enter asks for a preview, and in the input for the number it runs the update.
form.addEventListener("keydown", (e) => {
  if (e.key !== "Enter" || e.target.tagName !== "INPUT") return;
  e.preventDefault();
  form.requestSubmit(e.target.id === "number" ? document.getElementById("run") : document.querySelector("#ask button"));
});

// A link to an input leads the keyboard there, too.
document.addEventListener("click", (e) => {
  const fault = e.target.closest?.(".faults [data-input]");
  if (!fault || !e.target.closest("a")) return;
  e.preventDefault();
  const input = document.getElementById(fault.dataset.input);
  input?.closest("details")?.setAttribute("open", "");
  input?.focus();
});

// Where it stands below the form, what will happen is what somebody has just asked for.
const asked = !document.getElementById("pristine") && !document.getElementById("faults");
if (asked && matchMedia("(max-width: 860px)").matches) document.getElementById("what").scrollIntoView();
