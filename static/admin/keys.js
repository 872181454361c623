// The panel by keyboard alone. Each key is one line of KEYS, of which the help is made.
//
// A key is a single character that is typed outside of any field and without Ctrl, Alt or Meta. In a field all
// characters are text, and Esc leaves it. On a page with a scan field (scan.js) the focus begins there; Esc frees
// the keys. A scanner works all the same: what it types begins with a figure, a capital or the “h” of an address,
// none of which is a key, and any character that is no key goes, with all that follows, into the scan field.
//
// The selection in a list is nothing but the focus, on the link of its row. Whoever needs the letters for
// something else, as speech input does, turns the keys off in the help; the browser remembers it.
const KEYS = {
  "/": { words: "到查找框", act: () => reach(document.querySelector("[data-scan], [type=search]")) },
  j: { words: "列表的下一行", act: () => move(1) },
  k: { words: "列表的上一行", act: () => move(-1) },
  Enter: { words: "打开这一行，按下按钮" },
  x: { words: "勾选这一行，或取消勾选", act: () => rowHere()?.querySelector("[type=checkbox]")?.click() },
  a: { words: "去办理；在列表里，到批量操作", act: () => reach(document.querySelector("[data-act]")) },
  "[": { words: "上一件；在列表里，上一页", act: () => follow("prev") },
  "]": { words: "下一件；在列表里，下一页", act: () => follow("next") },
  Esc: { words: "离开输入框，使按键成为快捷键；关闭本说明" },
  "?": { words: "打开或关闭本说明", act: toggleHelp },
};
const FIRST = "a[href], button, summary, input:not([type=hidden]), select, textarea";
const OFF = "panyu.keys.off";

export function typing(target) {
  return target.matches?.("input:not([type=checkbox], [type=radio], [type=file]), select, textarea");
}

export function isKey(name) {
  return !turnedOff() && Boolean(KEYS[name]?.act);
}

export function free(event) {
  return !(event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target));
}

function turnedOff() {
  return localStorage.getItem(OFF) !== null;
}

function reach(place) {
  const target = place?.matches(FIRST) ? place : place?.querySelector(FIRST);
  target?.focus();
  if (target && typing(target)) target.select?.();
}

function follow(rel) {
  document.querySelector(`a[rel=${rel}]`)?.click();
}

function entry(row) {
  return row.querySelector("a[href]") ?? row.querySelector(FIRST);
}

function rowHere() {
  return document.activeElement?.closest("main tbody tr");
}

function move(step) {
  const rows = [...document.querySelectorAll("main tbody tr")].filter(entry);
  const at = rows.indexOf(rowHere());
  const next = at < 0 ? rows[0] : rows[at + step];
  if (next) entry(next).focus();
}

let help;

function toggleHelp() {
  help ??= built();
  if (help.open) help.close();
  else help.showModal();
}

function made(tag, parent, text = "") {
  const element = document.createElement(tag);
  element.textContent = text;
  parent.append(element);
  return element;
}

function built() {
  const dialog = made("dialog", document.body);
  dialog.className = "keys";
  made("h2", dialog, "键盘快捷键").id = "keys";
  dialog.setAttribute("aria-labelledby", "keys");
  const list = made("dl", dialog);
  list.className = "facts";
  for (const [name, { words }] of Object.entries(KEYS)) {
    made("kbd", made("dt", list), name);
    made("dd", list, words);
  }
  made("p", dialog, "打字时按键只是文字，先按 Esc 离开输入框。扫码随时可用，不必先点输入框。").className = "faint";
  const choice = made("label", dialog);
  choice.className = "choice";
  const use = made("input", choice);
  use.type = "checkbox";
  use.checked = !turnedOff();
  use.addEventListener("change", () => {
    if (use.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "");
  });
  choice.append(" 使用单键快捷键");
  const close = made("button", dialog, "关闭");
  close.className = "button";
  close.addEventListener("click", () => dialog.close());
  return dialog;
}

addEventListener("keydown", (event) => {
  if (event.key === "Escape" && typing(event.target) && !event.isComposing) {
    event.preventDefault(); // a search field would be emptied
    event.target.blur();
  } else if (free(event) && isKey(event.key) && (!help?.open || event.key === "?")) {
    event.preventDefault();
    KEYS[event.key].act();
  }
});
addEventListener("focusin", ({ target }) => {
  // The browser brings into sight the line of the caret alone.
  if (target.matches("textarea")) target.scrollIntoView({ block: "nearest" });
});
for (const button of document.querySelectorAll("[data-keys]")) {
  button.hidden = false;
  button.addEventListener("click", toggleHelp);
}
