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
  key(pad.dataset.close, () => (pad.hidden = true), "pad__tool pad__wide");

  for (const one of fields) {
    one.inputMode = "none"; // the system's own keyboard would cover ours
    one.addEventListener("click", () => {
      field = one;
      pad.hidden = false;
    });
  }
})();

// Ends the session of somebody who has gone: a warning, a countdown, then everything is wiped.
(() => {
  const WARNING = 15;
  const idle = Number(document.body.dataset.idle);
  const box = document.querySelector(".idle");
  const count = box.querySelector(".idle__count");
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
    if (fresh() || left > WARNING) return;
    if (left <= 0) {
      for (const input of typed) input.value = "";
      location.replace("/kiosk/end");
      return;
    }
    count.textContent = left;
    if (box.hidden) {
      box.hidden = false;
      box.querySelector("button").focus();
    }
  }, 500);
})();
