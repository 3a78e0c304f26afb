// Checks a form while it is typed: posts what stands in it and takes the marked parts of the answered page, faults and
// previews. Nothing is saved by it. Without this script the form's own button does the same.

const DELAY_MS = 400;
const NOTED = ["aria-invalid", "aria-describedby"];

function take(fresh, form) {
  for (const part of document.querySelectorAll("[data-checked]")) {
    const next = part.id === "" ? null : fresh.getElementById(part.id);
    if (next !== null) globalThis.Idiomorph.morph(part, next, { morphStyle: "outerHTML" });
  }
  for (const field of form.elements) {
    const next = field.id === "" ? null : fresh.getElementById(field.id);
    if (next === null) continue;
    for (const name of NOTED) {
      if (next.hasAttribute(name)) field.setAttribute(name, next.getAttribute(name));
      else field.removeAttribute(name);
    }
  }
}

/** `done` is told after each answer, to enhance what has come. */
export function watch(form, done) {
  if ("ready" in form.dataset) return;
  form.dataset.ready = "";
  let timer;
  let asking;
  const check = async () => {
    asking?.abort();
    const mine = new AbortController();
    asking = mine;
    form.setAttribute("aria-busy", "true");
    try {
      const body = new URLSearchParams(new FormData(form));
      const answer = await fetch(form.dataset.check, { method: "POST", body, signal: mine.signal });
      const text = await answer.text();
      // A newer edit asks again: an older answer must not speak about it.
      if (asking !== mine || !answer.headers.get("content-type")?.startsWith("text/html")) return;
      take(new DOMParser().parseFromString(text, "text/html"), form);
      done();
    } catch {
      // The server is away or a newer check has taken over; the form's button still checks.
    } finally {
      if (asking === mine) form.removeAttribute("aria-busy");
    }
  };
  form.addEventListener("input", () => {
    asking?.abort();
    clearTimeout(timer);
    timer = setTimeout(check, DELAY_MS);
  });
}
