// A kiosk has no keyboard, and nobody's words stay on it: the screen's own keys, and the end of a session.
"use strict";

// Letters and digits suffice: guides are found by the initials of their pinyin, serial numbers have no others.
(() => {
  const pad = document.querySelector(".pad");
  const fields = [...document.querySelectorAll("[data-pad]")];
  if (!fields.length) return;
  let field = fields[0];

  const write = (text) => {
    const room = field.maxLength < 0 || field.value.length < field.maxLength;
    if (room) field.value += text;
  };
  const key = (label, press, name = "") => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    if (name) button.className = name;
    button.addEventListener("click", press);
    pad.append(button);
  };
  for (const letter of "1234567890QWERTYUIOP") key(letter, () => write(letter));
  for (const letter of "ASDFGHJKL") key(letter, () => write(letter), letter === "A" ? "pad__shift" : "");
  for (const letter of "ZXCVBNM") key(letter, () => write(letter), letter === "Z" ? "pad__row" : "");
  key(pad.dataset.delete, () => (field.value = field.value.slice(0, -1)), "pad__tool");
  key(pad.dataset.clear, () => (field.value = ""), "pad__tool");
  key(pad.dataset.space, () => write(" "), "pad__space");
  key(pad.dataset.close, () => (pad.hidden = true), "pad__close");

  const open = (one) => {
    field = one;
    pad.hidden = false;
  };
  for (const one of fields) {
    one.inputMode = "none"; // the system's own keyboard would cover ours
    for (const kind of ["focus", "click"]) one.addEventListener(kind, () => open(one));
    if (one === document.activeElement) open(one); // with a fault, say
  }
})();

// Takes everything off the screen at once; the first page comes back when the server says that all is wiped.
const end = (() => {
  const AGAIN = 3000;
  const LONGEST = 10000;
  let over = false;

  return async () => {
    if (over) return;
    over = true;
    const paused = document.querySelector(".paused");
    paused.hidden = false;
    document.body.replaceChildren(paused);
    for (;;) {
      try {
        const answer = await fetch("/kiosk/end", { cache: "no-store", signal: AbortSignal.timeout(LONGEST) });
        if (answer.ok) break;
      } catch {
        // no network just now
      }
      await new Promise((resolve) => setTimeout(resolve, AGAIN));
    }
    location.replace("/kiosk");
  };
})();

// Nobody gets at the pages of the person before: going back ends the session, and so does the button.
(() => {
  const [came] = performance.getEntriesByType("navigation");
  if (came && came.type === "back_forward") end();
  addEventListener("pageshow", (event) => event.persisted && end());
  document.addEventListener("click", (event) => {
    if (!event.target.closest("a[href='/kiosk/end']")) return;
    event.preventDefault();
    end();
  });
})();

// Ends the session of somebody who has gone: a warning, a countdown, then everything is wiped.
(() => {
  const WARNING = 15;
  const idle = Number(document.body.dataset.idle);
  const box = document.querySelector(".idle");
  const count = box.querySelector(".idle__count");
  const pad = document.querySelector(".pad");
  const typed = [...document.querySelectorAll("input:not([type=hidden])")];
  const fresh = () =>
    "home" in document.body.dataset &&
    document.documentElement.lang === "zh-CN" &&
    typed.every((input) => !input.value);
  let last = Date.now();

  const stir = () => {
    last = Date.now();
    box.hidden = true;
  };
  for (const kind of ["pointerdown", "keydown", "scroll"]) document.addEventListener(kind, stir, { passive: true });

  setInterval(() => {
    const left = idle - Math.floor((Date.now() - last) / 1000);
    if (fresh()) {
      if (left <= 0) pad.hidden = true;
      return;
    }
    if (left > WARNING) return;
    if (left <= 0) return void end();
    count.textContent = left;
    if (box.hidden) {
      box.hidden = false;
      box.querySelector("button").focus();
    }
  }, 500);
})();
