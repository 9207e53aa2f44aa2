// Sends the form of a one-time link as soon as somebody sees the page: not while the
// browser only loads it ahead. Without this script, the visitor presses the button.
const form = document.querySelector("#open");

function send() {
  if (document.hidden) return;
  document.removeEventListener("visibilitychange", send);
  form.requestSubmit();
  form.querySelector("button").disabled = true; // a second press would break off the first
}

document.addEventListener("visibilitychange", send);
send();
