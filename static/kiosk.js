// Ends the session of somebody who has gone: a warning, a countdown, then everything is wiped.
"use strict";
(() => {
  const WARNING = 15;
  const idle = Number(document.body.dataset.idle);
  const box = document.querySelector(".idle");
  const count = box.querySelector(".idle__count");
  const typed = [...document.querySelectorAll("input:not([type=hidden])")];
  const atHome = () => "home" in document.body.dataset && typed.every((input) => !input.value);
  let quiet = 0;

  const stir = () => {
    quiet = 0;
    box.hidden = true;
  };
  for (const kind of ["pointerdown", "keydown", "scroll"]) document.addEventListener(kind, stir, { passive: true });

  setInterval(() => {
    quiet += 1;
    if (atHome() || quiet < idle - WARNING) return;
    if (quiet >= idle) {
      location.replace("/kiosk/end");
      return;
    }
    count.textContent = idle - quiet;
    if (box.hidden) {
      box.hidden = false;
      box.querySelector("button").focus();
    }
  }, 1000);
})();
