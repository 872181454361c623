// A file beside the form: only the pane is exchanged, so that what was typed stays. Larger, smaller and turned it
// is seen at once; another page or file is asked for at the address of its link.
const SMALLEST = 1;
const LARGEST = 6;
const STEP = 1.25;
const KEYS = {
  "+": "in",
  "=": "in",
  "-": "out",
  0: "fit",
  r: "right",
  R: "left",
  PageDown: "next_page",
  PageUp: "previous_page",
  Escape: "close",
};
const SHOWN = {
  in: () => zoomTo(zoom * STEP),
  out: () => zoomTo(zoom / STEP),
  fit: () => zoomTo(SMALLEST),
  left: () => turnTo(turn - 90),
  right: () => turnTo(turn + 90),
};

let zoom = 1;
let turn = 0;
let asked = 0;
let at = location.search;

const pane = () => document.querySelector("#viewer");
const stage = () => document.querySelector(".viewer__stage");
const link = (name) => pane().querySelector(`[data-viewer="${name}"]`);

function zoomTo(wanted, middle = centre()) {
  const before = zoom;
  zoom = Math.min(LARGEST, Math.max(SMALLEST, wanted));
  const grown = zoom / before;
  const { scrollLeft, scrollTop } = stage();
  apply();
  stage().scrollLeft = (scrollLeft + middle.x) * grown - middle.x;
  stage().scrollTop = (scrollTop + middle.y) * grown - middle.y;
}

function centre() {
  return { x: stage().clientWidth / 2, y: stage().clientHeight / 2 };
}

function turnTo(degrees) {
  turn = (degrees + 360) % 360;
  apply();
}

function apply() {
  stage().style.setProperty("--zoom", zoom);
  stage().dataset.turn = turn;
  stage().classList.toggle("viewer__stage_larger", zoom > SMALLEST);
  able("in", zoom < LARGEST);
  able("out", zoom > SMALLEST);
}

// Larger and smaller go on where the links of the page without a script end.
function able(name, is) {
  if (is) link(name).removeAttribute("aria-disabled");
  else link(name).setAttribute("aria-disabled", "true");
  link(name).href = link("fit").href;
}

// As the address has it, where a file has just been opened; the next page of it is seen as the one before.
function begin(before) {
  if (!stage()) return;
  if (before !== pane().dataset.file) {
    zoom = stage().dataset.zoom / 100;
    turn = Number(stage().dataset.turn);
  }
  apply();
  const { x } = centre();
  stage().scrollLeft = x * (zoom - 1);
  stage().querySelector("img").addEventListener("error", ({ target }) => {
    complain(target.dataset.failed);
  });
}

function complain(words) {
  const fault = Object.assign(document.createElement("p"), { className: "fault", textContent: words });
  fault.setAttribute("role", "alert");
  pane().querySelector(".fault")?.remove();
  pane().prepend(fault);
}

// Of several that are asked for one after the other the last is shown.
async function show(address, name, keep) {
  const mine = (asked += 1);
  const before = pane().dataset.file;
  pane().setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address);
    const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#viewer");
    if (mine !== asked) return;
    if (!answer.ok || !found) throw new Error(answer.status);
    const answers = found.querySelector("details");
    if (answers) answers.open = Boolean(pane().querySelector("details")?.open);
    pane().replaceWith(found);
    keep();
    at = location.search;
    begin(before);
    focus(name, before);
  } catch {
    if (mine === asked) complain(pane().dataset.failed);
  } finally {
    if (mine === asked) pane().removeAttribute("aria-busy");
  }
}

// Where the reader was: on the same button, on the page, or, once it is closed, on the link that opened it.
function focus(name, before) {
  const opener = [...document.querySelectorAll('[data-viewer="open"]')].find((one) =>
    one.href.includes(`file=${before}`),
  );
  if (!stage() && !pane().dataset.file) return opener?.focus();
  const same = link(name);
  if (name && same?.hasAttribute("href")) return same.focus({ preventScroll: true });
  const place = stage() ?? link("close");
  place.focus({ preventScroll: true });
  if (name === "open") pane().scrollIntoView({ block: "nearest" });
}

function follow(chosen) {
  const name = chosen.dataset.viewer;
  if (SHOWN[name] && stage()) {
    if (!chosen.hasAttribute("aria-disabled")) SHOWN[name]();
    return;
  }
  if (!chosen.href) return;
  const stays = name !== "open" && name !== "close";
  const inStage = document.activeElement === stage();
  show(chosen.href, inStage ? "" : name, () =>
    history[stays ? "replaceState" : "pushState"](null, "", chosen.href),
  );
}

document.addEventListener("click", (event) => {
  const chosen = event.target.closest("[data-viewer]");
  if (!chosen || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  follow(chosen);
});

// The arrows leaf through all pages of all files; with Shift from file to file.
function byKey({ key, shiftKey }) {
  const way = { ArrowRight: "next", ArrowLeft: "previous" }[key];
  if (!way) return link(KEYS[key]);
  const leaf = shiftKey ? null : link(`${way}_page`);
  return leaf?.hasAttribute("href") ? leaf : link(`${way}_file`);
}

document.addEventListener(
  "keydown",
  (event) => {
    if (!event.target.closest("#viewer") || event.ctrlKey || event.metaKey || event.altKey) return;
    const chosen = byKey(event);
    if (!chosen) return;
    event.preventDefault();
    event.stopPropagation();
    follow(chosen);
  },
  true,
);

document.addEventListener(
  "wheel",
  (event) => {
    if (!event.ctrlKey || !stage()?.contains(event.target)) return;
    event.preventDefault();
    const { left, top } = stage().getBoundingClientRect();
    const middle = { x: event.clientX - left, y: event.clientY - top };
    zoomTo(event.deltaY < 0 ? zoom * STEP : zoom / STEP, middle);
  },
  { passive: false },
);

// A mouse drags the page; a finger scrolls it anyway.
document.addEventListener("pointerdown", (event) => {
  if (event.pointerType !== "mouse" || event.button || !stage()?.contains(event.target)) return;
  stage().setPointerCapture(event.pointerId);
});
document.addEventListener("pointermove", (event) => {
  if (!stage()?.hasPointerCapture(event.pointerId)) return;
  stage().scrollLeft -= event.movementX;
  stage().scrollTop -= event.movementY;
});

addEventListener("popstate", () => {
  if (location.search !== at) show(location.href, "", () => {});
});

begin();
