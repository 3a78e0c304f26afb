// Draws the interactive chart in a dialog: the stored specification with the trade in it, as the desk answers it.
// Vega's expressions are interpreted, not compiled: the pages forbid eval.

const base = new URL(".", import.meta.url).href;
let library;

function script(name) {
  return new Promise((resolve, reject) => {
    const element = document.createElement("script");
    element.src = `${base}${name}`;
    element.addEventListener("load", () => resolve());
    element.addEventListener("error", () => reject(new Error(`${name} did not load`)));
    document.head.append(element);
  });
}

async function load() {
  await script("vega.js");
  await script("vega-lite.js");
  await script("vega-embed.js");
  return (await import("./vega-interpreter.js")).expressionInterpreter;
}

async function draw(address, slot) {
  library ??= load();
  const expr = await library;
  const answer = await fetch(address);
  if (!answer.ok) throw new Error("the desk has no such chart now");
  await globalThis.vegaEmbed(slot, await answer.json(), {
    ast: true,
    expr,
    actions: false,
    renderer: "canvas",
    defaultStyle: false,
    tooltip: { disableDefaultStyle: true },
  });
}

export function prepare(part) {
  part.setAttribute("data-ready", "");
  const dialog = part.querySelector("dialog");
  const slot = part.querySelector("[data-slot]");
  const opener = part.querySelector("[data-open]");
  opener.hidden = false;
  // Drawn anew each time: an order may have filled since.
  opener.addEventListener("click", async () => {
    dialog.showModal();
    slot.textContent = "Drawing…";
    try {
      await draw(part.dataset.chart, slot);
    } catch (error) {
      slot.textContent = `The interactive chart could not be drawn: ${error.message}.`;
    }
  });
  dialog.addEventListener("click", (event) => {
    // A click beside the content is a click on the dialog itself.
    if (event.target === dialog) dialog.close();
  });
}
