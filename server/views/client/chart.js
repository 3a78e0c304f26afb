// Draws the interactive chart from the same specification as the picture, when a reader asks for it.
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

async function draw(figure, slot) {
  library ??= load();
  const expr = await library;
  const answer = await fetch(figure.dataset.chart);
  if (!answer.ok) throw new Error("the chart's specification is not there");
  await globalThis.vegaEmbed(slot, await answer.json(), {
    ast: true,
    expr,
    actions: false,
    renderer: "canvas",
    defaultStyle: false,
    tooltip: { disableDefaultStyle: true },
  });
}

function show(figure, interactive) {
  figure.querySelector("[data-picture]").hidden = interactive;
  figure.querySelector("[data-interactive]").hidden = !interactive;
  for (const button of figure.querySelectorAll("[data-show]")) {
    button.setAttribute("aria-pressed", String((button.dataset.show === "interactive") === interactive));
  }
}

export function prepare(figure) {
  figure.setAttribute("data-ready", "");
  const slot = figure.querySelector("[data-interactive]");
  let drawn = false;
  figure.querySelector("[data-switch]").hidden = false;
  figure.addEventListener("click", async (event) => {
    const wish = event.target.closest("[data-show]")?.dataset.show;
    if (wish === undefined) return;
    show(figure, wish === "interactive");
    if (wish !== "interactive" || drawn) return;
    drawn = true;
    try {
      await draw(figure, slot);
    } catch (error) {
      drawn = false;
      slot.textContent = `The interactive chart could not be drawn: ${error.message}.`;
    }
  });
}
