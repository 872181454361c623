/** The chat: what was said, the menu, and the keyboard. */

import { avatar, byId, make, moment, readPicture, tell } from "/phone/static/dom.js";

const list = byId("chat-list");
const GAP = 5 * 60 * 1000; // milliseconds of silence after which the time is shown

let shown = "";
let menuShown = "";

export function prepare(act, openPage) {
  byId("toggle").addEventListener("click", () => keyboard(byId("say").hidden));
  byId("say").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = byId("words").value;
    if (!text.trim()) return;
    byId("words").value = "";
    tell("/phone/text", { text });
  });
  byId("picture").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (file) tell("/phone/image", { picture: await readPicture(file) });
    event.target.value = "";
  });
  list.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!link) return;
    event.preventDefault();
    openPage(link.href);
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".menu")) fold();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") fold();
  });
  byId("menu").addEventListener("click", async (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const path = button.dataset.path.split("-").map(Number);
    if (button.hasAttribute("aria-expanded")) {
      const expand = button.getAttribute("aria-expanded") !== "true";
      fold();
      button.setAttribute("aria-expanded", String(expand));
      button.nextElementSibling.hidden = !expand;
      return;
    }
    fold();
    const answer = await tell("/phone/menu", { path });
    if (answer) act(answer);
  });
}

function fold() {
  for (const button of byId("menu").querySelectorAll("[aria-expanded=true]")) {
    button.setAttribute("aria-expanded", "false");
    button.nextElementSibling.hidden = true;
  }
}

function keyboard(open) {
  byId("say").hidden = !open;
  byId("menu").hidden = open;
  byId("toggle").classList.toggle("list", open);
  byId("toggle").setAttribute("aria-label", open ? "切换到菜单" : "切换到键盘");
  if (open) byId("words").focus();
}

export function render(state) {
  renderMenu(state.menu);
  const mark = `${state.person.id}:${state.chat.map((entry) => entry.number)}`;
  if (mark === shown) return;
  shown = mark;
  let before = 0;
  list.replaceChildren(
    ...state.chat.flatMap((entry) => {
      const at = Date.parse(entry.at);
      const late = at - before > GAP;
      before = at;
      const row = BUBBLES[entry.kind](entry, state);
      row.dataset.testid = "message";
      row.dataset.from = entry.from;
      row.dataset.kind = entry.kind;
      return late ? [make("div", { class: "moment" }, moment(entry.at)), row] : [row];
    }),
  );
  bottom();
}

export function bottom() {
  list.scrollTop = list.scrollHeight;
}

function renderMenu(menu) {
  const mark = JSON.stringify(menu);
  if (mark === menuShown) return;
  menuShown = mark;
  const buttons = menu ? menu.button : [];
  byId("menu").replaceChildren(...buttons.map(menuButton));
  byId("toggle").hidden = !buttons.length;
  keyboard(!buttons.length);
  if (document.activeElement === byId("words")) byId("words").blur();
}

function menuButton(button, index) {
  const subs = button.sub_button ?? [];
  const path = String(index);
  const top = make(
    "button",
    {
      type: "button",
      "data-path": path,
      "data-testid": `menu-${path}`,
      "aria-expanded": subs.length ? "false" : null,
    },
    button.name,
  );
  if (!subs.length) return make("div", { class: "menu-top" }, top);
  const items = subs.map((sub, at) => {
    const attributes = { type: "button", "data-path": `${path}-${at}`, "data-testid": `menu-${path}-${at}` };
    return make("li", {}, make("button", attributes, sub.name));
  });
  const folded = make("ul", { class: "menu-sub" }, ...items);
  folded.hidden = true;
  return make("div", { class: "menu-top with-sub" }, top, folded);
}

const BUBBLES = { text: words, image: picture, template: card, news: article, notice };

function row(entry, state, ...content) {
  const face =
    entry.from === "person"
      ? avatar(state.person)
      : make("span", { class: "avatar account" }, make("img", { src: "/phone/static/icons/account.svg", alt: "" }));
  return make("div", { class: `message ${entry.from}` }, face, ...content);
}

function words(entry, state) {
  const parts = entry.parts.map((part) => (part.url ? make("a", { href: part.url }, part.text) : part.text));
  return row(entry, state, make("div", { class: "bubble" }, ...parts));
}

function picture(entry, state) {
  return row(entry, state, make("img", { class: "sent-picture", src: entry.url, alt: "图片" }));
}

function card(entry) {
  const rows = entry.rows.map((field) =>
    make("div", { class: "card-row" }, make("dt", {}, field.label), make("dd", {}, field.value)),
  );
  const inside = [
    make("h2", {}, entry.title),
    make("dl", {}, ...rows),
    entry.url ? make("span", { class: "card-more" }, "查看详情") : null,
  ];
  const tag = entry.url ? "a" : "div";
  const attributes = { class: "template", href: entry.url || null, "data-testid": "template-card" };
  return make("div", { class: "wide" }, make(tag, attributes, ...inside.filter(Boolean)));
}

function article(entry) {
  const [first] = entry.articles;
  const inside = [make("h2", {}, first.title), make("p", {}, first.description ?? "")];
  return make("div", { class: "wide" }, make("a", { class: "template", href: first.url }, ...inside));
}

function notice(entry) {
  return make("div", { class: "notice", role: "alert" }, entry.text);
}
