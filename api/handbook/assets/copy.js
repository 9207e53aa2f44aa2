// A button on each block of code that copies it. Where the browser does not allow that,
// the block is selected.
for (const block of document.querySelectorAll(".columns pre")) {
  const code = block.querySelector("code");
  const button = Object.assign(document.createElement("button"), { type: "button", className: "copied", textContent: "Copy" });
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
    } catch {
      document.getSelection().selectAllChildren(code);
      button.textContent = "Selected";
    }
    setTimeout(() => (button.textContent = "Copy"), 2000);
  });
  const holder = Object.assign(document.createElement("div"), { className: "copyable" });
  block.replaceWith(holder);
  holder.append(block, button);
}
