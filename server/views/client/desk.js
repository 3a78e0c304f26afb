// Keeps an open page current: one event stream per page, one fetch per burst of events, parts morphed in place.
// Without this script every page still works; it only does not move by itself.

const REFRESH_DELAY_MS = 150;
/** While much happens, a page is read anew this often and no oftener. */
const REFRESH_EVERY_MS = 1_000;
const REFRESH_DEADLINE_MS = 15_000;
const LOST_AFTER_MS = 4_000;
const LATEST_REFRESH_MS = 20_000;

const localTime = new Intl.DateTimeFormat(undefined, {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
  timeZoneName: "short",
});

const EXCHANGE_ZONE = "America/New_York";
const localHour = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
  timeZoneName: "short",
});
const wallClock = (timeZone) =>
  new Intl.DateTimeFormat("en-CA", { dateStyle: "short", timeStyle: "short", hourCycle: "h23", timeZone });
const localClock = wallClock(undefined);
const exchangeClock = wallClock(EXCHANGE_ZONE);

/** In a table: nothing in the exchange's own zone, the day only where it is another one. */
function shortLocal(at) {
  const [here, there] = [localClock.format(at), exchangeClock.format(at)];
  if (here === there) return "";
  return here.slice(0, 10) === there.slice(0, 10) ? localHour.format(at) : localTime.format(at);
}

/** Adds the reader's own time beside exchange time. */
function showLocalTimes(root) {
  for (const slot of root.querySelectorAll("time[data-time] [data-local]")) {
    const instant = slot.closest("time")?.getAttribute("datetime");
    if (!instant) continue;
    const at = new Date(instant);
    slot.textContent = slot.dataset.local === "short" ? shortLocal(at) : localTime.format(at);
  }
}

function remainingText(milliseconds) {
  if (milliseconds <= 0) return "expired";
  const minutes = Math.floor(milliseconds / 60_000);
  const hours = Math.floor(minutes / 60);
  if (hours >= 1) return `${hours} h ${String(minutes % 60).padStart(2, "0")} min left`;
  if (minutes >= 10) return `${minutes} min left`;
  return `${minutes} min ${String(Math.floor((milliseconds % 60_000) / 1000)).padStart(2, "0")} s left`;
}

function showCountdowns() {
  for (const slot of document.querySelectorAll("[data-expires]")) {
    slot.textContent = remainingText(Date.parse(slot.dataset.expires) - Date.now());
  }
}

function enhance(root) {
  showLocalTimes(root);
  showCountdowns();
  const charts = [...root.querySelectorAll("[data-chart]:not([data-ready])")];
  if (charts.length > 0) {
    import("./chart.js").then((chart) => charts.forEach(chart.prepare));
  }
  const copies = [...root.querySelectorAll("[data-copy]:not([data-ready])")];
  if (copies.length > 0) {
    import("./copy.js").then((copy) => copies.forEach(copy.prepare));
  }
  const forms = [...root.querySelectorAll("form[data-check]:not([data-ready])")];
  if (forms.length > 0) {
    import("./check.js").then(({ watch }) => {
      for (const form of forms) watch(form, () => enhance(document));
    });
  }
}

const MORPH_OPTIONS = {
  morphStyle: "outerHTML",
  ignoreActiveValue: true,
  callbacks: {
    // What a reader has opened, drawn or begun to type stays as it is.
    beforeNodeMorphed: (old, fresh) =>
      !(old instanceof Element && old.hasAttribute("data-keep") && fresh.id === old.id),
    beforeAttributeUpdated: (name, node) =>
      !(name === "open" && node.nodeName === "DETAILS") &&
      // A button that is ready would otherwise be made ready again, and copy twice.
      !((name === "data-ready" || name === "hidden") && node.hasAttribute("data-copy")),
  },
};

let refreshing = false;
let wanted = new Set();
let timer;
let refreshedAt = 0;

/** Parts of this page that these topics concern. */
function concerned(topics) {
  return [...document.querySelectorAll("[data-live]")].filter(({ dataset: { live } }) =>
    topics.has("all") || live === "any" ? true : live.split(" ").some((topic) => topics.has(topic)),
  );
}

async function refresh() {
  timer = undefined;
  // What nobody looks at is read when somebody looks again.
  if (refreshing || document.hidden) return;
  const topics = wanted;
  wanted = new Set();
  if (concerned(topics).length === 0) return;
  refreshing = true;
  try {
    const signal = AbortSignal.timeout(REFRESH_DEADLINE_MS);
    const answer = await fetch(location.href, {
      headers: { "x-refresh": "1" },
      redirect: "manual",
      signal,
    });
    if (answer.type === "opaqueredirect") location.reload();
    // A desk that is starting, or has too much to do, is asked again; a page that is gone is not.
    if (answer.status >= 500 || answer.status === 429) throw new Error(`answered ${answer.status}`);
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of concerned(topics)) {
      const next = part.id === "" ? null : fresh.getElementById(part.id);
      if (next === null || !part.isConnected) continue;
      globalThis.Idiomorph.morph(part, next, MORPH_OPTIONS);
    }
    enhance(document);
  } catch {
    // The server is away: what was told is not forgotten.
    for (const topic of topics) wanted.add(topic);
  } finally {
    refreshing = false;
    refreshedAt = performance.now();
    if (wanted.size > 0) schedule();
  }
}

function schedule() {
  const rest = refreshedAt === 0 ? 0 : refreshedAt + REFRESH_EVERY_MS - performance.now();
  if (timer === undefined) timer = setTimeout(refresh, Math.max(REFRESH_DELAY_MS, rest));
}

function note(...topics) {
  for (const topic of topics) wanted.add(topic);
  schedule();
}

function showStream(lost) {
  for (const slot of document.querySelectorAll("[data-stream]")) {
    slot.classList.toggle("hidden", !lost);
    slot.classList.toggle("flex", lost);
  }
}

/** The browser reconnects by itself with the last id it saw; the server then sends what was missed. */
function follow(address) {
  let lostTimer;
  const source = new EventSource(address);
  source.addEventListener("open", () => {
    clearTimeout(lostTimer);
    lostTimer = undefined;
    showStream(false);
  });
  source.addEventListener("error", () => {
    lostTimer ??= setTimeout(() => showStream(true), LOST_AFTER_MS);
    if (source.readyState === EventSource.CLOSED) {
      // Turned away and not merely cut off, such as after signing out elsewhere: the page itself finds out why.
      note("all");
      setTimeout(() => follow(address), LOST_AFTER_MS);
    }
  });
  for (const topic of document.body.dataset.topics.split(" ")) {
    source.addEventListener(topic, (message) => {
      const { symbolRunId, executionId } = JSON.parse(message.data);
      note(topic, `run:${symbolRunId}`, `execution:${executionId}`);
    });
  }
  source.addEventListener("refresh", () => note("all"));
  addEventListener("pagehide", () => source.close(), { once: true });
}

// A page that the browser kept and shows again is as old as its forms: their keys have been used.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

/** Asks once more before something that cannot be taken back. */
function confirmRiskyForms() {
  document.addEventListener("submit", (event) => {
    const question = event.submitter?.dataset.confirm;
    if (question && !confirm(question)) event.preventDefault();
  });
}

enhance(document);
setInterval(showCountdowns, 1_000);
// Not every change is announced (a price, the market's clock): nothing that is looked at grows older than this.
setInterval(() => {
  if (!document.hidden && document.body.dataset.events) note("all");
}, LATEST_REFRESH_MS);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && wanted.size > 0) schedule();
});
confirmRiskyForms();
if (document.body.dataset.events) follow(document.body.dataset.events);
