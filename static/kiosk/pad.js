// The screen's own keys: a kiosk has no keyboard. Letters and digits suffice, since guides are found by the
// initials of their pinyin and serial numbers have no others.
import { whenShown } from "../shared/shown.js";

const pad = document.querySelector(".pad");
const FIELD = "[data-pad]";
let field = null;

function write(text) {
  const room = field.maxLength < 0 || field.value.length < field.maxLength;
  if (room) field.value += text;
}

function key(label, press, name = "") {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = label;
  if (name) button.className = name;
  button.addEventListener("click", press);
  pad.append(button);
}

function row(letters, first = "") {
  for (const [place, letter] of [...letters].entries()) key(letter, () => write(letter), place ? "" : first);
}

function keys() {
  row("1234567890QWERTYUIOP");
  row("ASDFGHJKL", "pad__shift");
  row("ZXCVBNM", "pad__row");
  key(pad.dataset.delete, () => (field.value = field.value.slice(0, -1)), "pad__tool");
  key(pad.dataset.clear, () => (field.value = ""), "pad__tool");
  key(pad.dataset.space, () => write(" "), "pad__space");
  key(pad.dataset.close, () => (pad.hidden = true), "pad__close");
}

function open(one) {
  field = one;
  if (!pad.children.length) keys();
  pad.hidden = false;
  one.form.scrollIntoView({ block: "nearest" }); // with what it says of a fault: the keys take room
}

function touched({ target }) {
  if (target.matches?.(FIELD)) open(target);
}

whenShown(() => {
  pad.hidden = true;
  for (const one of document.querySelectorAll(FIELD)) one.inputMode = "none"; // the system's own keyboard would cover ours
  touched({ target: document.activeElement }); // with a fault, say
});
for (const kind of ["focusin", "click"]) document.addEventListener(kind, touched);
document.addEventListener("focusin", ({ target }) => {
  if (target.matches("textarea")) target.scrollIntoView({ block: "nearest" }); // the browser shows its caret alone
});
