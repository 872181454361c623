// Ends the session of somebody who has gone: a warning, a countdown, then everything is wiped.
import { end } from "./end.js";
import { fresh } from "./fresh.js";

const WARNING = 15;
const box = document.querySelector(".idle");
const count = box?.querySelector(".idle__count");
const pad = document.querySelector(".pad");
let last = Date.now();

function stir() {
  last = Date.now();
  box.hidden = true;
}

function warn(left) {
  count.textContent = left;
  if (!box.hidden) return;
  box.hidden = false;
  box.querySelector("button").focus();
}

function look() {
  const left = Number(document.body.dataset.idle) - Math.floor((Date.now() - last) / 1000);
  if (fresh()) {
    if (left <= 0) pad.hidden = true;
  } else if (left <= 0) end();
  else if (left <= WARNING) warn(left);
}

if (box) { // it is gone where the session has ended already
  for (const kind of ["pointerdown", "keydown", "scroll", "arrived"]) document.addEventListener(kind, stir, { capture: true, passive: true });
  setInterval(look, 500);
}
