// The page that takes a file. It works without this script, which takes a file that is
// dropped and shows how far it has come.
const form = document.getElementById("upload");
const drop = document.getElementById("drop");
const file = document.getElementById("file");
const told = document.getElementById("told");
const progress = document.getElementById("progress");
const button = form.querySelector("button");

const size = (bytes) => `${(bytes / 1e6).toLocaleString("en", { maximumFractionDigits: 1 })} MB`;

// chosen says of a file that is too large that it is, before it is sent.
function chosen() {
  const most = Number(form.dataset.most);
  const [one] = file.files;
  file.setCustomValidity(one?.size > most ? `This file has ${size(one.size)}, and at most ${size(most)} are taken. Split it.` : "");
  told.textContent = one ? `${one.name}, ${size(one.size)}` : "";
  file.reportValidity();
}

file.addEventListener("change", chosen);

// A file may be dropped anywhere on the page: beside the field, the browser would open it.
addEventListener("dragover", (e) => {
  e.preventDefault();
  drop.classList.add("over");
});
addEventListener("dragleave", (e) => {
  if (!e.relatedTarget) drop.classList.remove("over");
});
addEventListener("drop", (e) => {
  e.preventDefault();
  drop.classList.remove("over");
  if (e.dataTransfer.files.length > 0 && !button.disabled) {
    file.files = e.dataTransfer.files;
    chosen();
  }
});

form.addEventListener("submit", (e) => {
  e.preventDefault();
  const call = new XMLHttpRequest(); // fetch does not say how much it has sent
  button.disabled = true;
  progress.hidden = false;
  call.upload.addEventListener("progress", ({ loaded, total }) => {
    progress.value = (100 * loaded) / total;
    told.textContent = loaded < total ? `${size(loaded)} of ${size(total)} are sent.` : "All is sent. The rows are being read.";
  });
  call.addEventListener("error", () => failed("The upload broke off. Nothing of the file was kept. Try again."));
  call.addEventListener("load", () => {
    if (call.status < 400) return location.assign(call.responseURL);
    const why = new DOMParser().parseFromString(call.responseText, "text/html").querySelectorAll("main .note.fail, main .fault:not([hidden])");
    return failed([...why].map((n) => n.textContent).join(" ") || `The server could not take the file (${call.status}).`);
  });
  call.open("POST", form.action);
  call.setRequestHeader("Accept", "text/html");
  call.send(new FormData(form));
});

function failed(why) {
  button.disabled = false;
  progress.hidden = true;
  told.textContent = why;
  told.className = "fault";
}
