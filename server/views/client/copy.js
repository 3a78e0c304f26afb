// Copies the text of another element, whole, and says so. Where copying is not allowed the button stays away.

const TOLD_MS = 4_000;

export function prepare(button) {
  button.setAttribute("data-ready", "");
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    if (source === null) return;
    try {
      await navigator.clipboard.writeText(source.textContent);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not allowed";
    }
    setTimeout(() => {
      button.textContent = "Copy";
    }, TOLD_MS);
  });
}
