// Shows times in the reader's zone. The UTC time stays in the title. Without this
// script, all times are UTC.
const long = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const short = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });

// show writes the times below an element, those of today without their day.
export function show(root) {
  const today = new Date().toDateString();
  for (const time of root.querySelectorAll("time[datetime]:not([data-shown])")) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    time.textContent = at.toDateString() === today ? short.format(at) : long.format(at);
    time.dataset.shown = "";
  }
}

show(document);
document.addEventListener("replaced", (e) => show(e.target));
