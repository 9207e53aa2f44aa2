// Copies a text, such as a secret that is shown once. Where the browser does not allow
// that, it selects the text.
for (const button of document.querySelectorAll("button[data-copy]")) {
  const text = document.getElementById(button.dataset.copy);
  const told = document.getElementById("copied");
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text.textContent);
      told.textContent = "Copied.";
    } catch {
      document.getSelection().selectAllChildren(text);
      told.textContent = "Selected. Copy it with Ctrl+C.";
    }
  });
}
