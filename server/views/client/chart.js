// Draws the interactive chart from the same specification as the picture, with the order's levels added, in a dialog.
// Vega's expressions are interpreted, not compiled: the pages forbid eval.

const base = new URL(".", import.meta.url).href;
const LEVEL_COLOURS = { entry: "#1c6fd6", stop: "#d62839", target: "#0a8f5b" };
const TAG_HEIGHT = 16;
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

/** Value tags beside the panel stand at pixels: they move with the axis and keep clear of each other. */
function moveTags(tags, toPixel) {
  let free = 0;
  for (const tag of tags.toSorted((one, other) => one.y - other.y)) {
    tag.from = toPixel(tag.from);
    tag.y = Math.max(toPixel(tag.y), free);
    free = tag.y + TAG_HEIGHT;
  }
}

/** Widens the price axis so that every level lies on it, below the line of values at the top. */
function widen(spec, panel, levels) {
  const domain = spec.params?.find((param) => param.name === "priceDomain");
  if (domain === undefined) return;
  const prices = levels.map((level) => level.price);
  const [low, high] = domain.value;
  const span = Math.max(high, ...prices) - Math.min(low, ...prices);
  const lower = Math.min(low, ...prices.map((price) => price - span * 0.03));
  const upper = Math.max(high, ...prices.map((price) => price + span * 0.07));
  const priceAt = (pixel) => high - (pixel / panel.height) * (high - low);
  moveTags(
    spec.datasets?.priceTags ?? [],
    (pixel) => ((upper - priceAt(pixel)) / (upper - lower)) * panel.height,
  );
  domain.value = [lower, upper];
}

/** Entry, stop and target as labelled lines over the price panel. */
function withLevels(spec, levels) {
  const panel = spec.vconcat?.find((part) => part.name === "price");
  const scale = panel?.layer?.find((layer) => layer.encoding?.y?.scale?.domain)?.encoding.y.scale;
  if (levels.length === 0 || scale === undefined) return spec;
  widen(spec, panel, levels);
  const values = levels.map((level) => ({
    price: level.price,
    text: `${level.label} ${level.text}`,
    colour: LEVEL_COLOURS[level.kind] ?? "#111827",
  }));
  const y = { field: "price", type: "quantitative", scale };
  const color = { field: "colour", type: "nominal", scale: null };
  const rule = { mark: { type: "rule", strokeWidth: 2, strokeDash: [8, 4], clip: true } };
  const text = {
    mark: { type: "text", align: "left", dx: 6, dy: -8, fontSize: 14, fontWeight: "bold", clip: true },
  };
  const added = [
    { data: { values }, ...rule, encoding: { y, color } },
    {
      data: { values },
      ...text,
      encoding: { x: { value: 0 }, y, color, text: { field: "text", type: "nominal" } },
    },
  ];
  // Below the layer that feels the pointer, which is the last one.
  panel.layer.splice(-1, 0, ...added);
  return spec;
}

async function draw(figure, slot) {
  library ??= load();
  const expr = await library;
  const answer = await fetch(figure.dataset.chart);
  if (!answer.ok) throw new Error("the chart's specification is not there");
  const levels = JSON.parse(figure.dataset.levels ?? "[]");
  await globalThis.vegaEmbed(slot, withLevels(await answer.json(), levels), {
    ast: true,
    expr,
    actions: false,
    renderer: "canvas",
    defaultStyle: false,
    tooltip: { disableDefaultStyle: true },
  });
}

export function prepare(figure) {
  figure.setAttribute("data-ready", "");
  const dialog = figure.querySelector("dialog");
  const slot = figure.querySelector("[data-slot]");
  const opener = figure.querySelector("[data-open]");
  let drawn = false;
  opener.hidden = false;
  opener.addEventListener("click", async () => {
    dialog.showModal();
    if (drawn) return;
    drawn = true;
    slot.textContent = "Drawing…";
    try {
      await draw(figure, slot);
    } catch (error) {
      drawn = false;
      slot.textContent = `The interactive chart could not be drawn: ${error.message}.`;
    }
  });
  dialog.addEventListener("click", (event) => {
    // A click beside the content is a click on the dialog itself.
    if (event.target === dialog) dialog.close();
  });
}
