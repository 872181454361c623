/** The phone: which screen is shown, whose it is, and what has changed. */

import { ask, avatar, badge, byId, clock, make, moment, tell } from "/phone/static/dom.js";
import * as chat from "/phone/static/chat.js";
import * as scanner from "/phone/static/scan.js";
import * as web from "/phone/static/web.js";

const SCREENS = ["people", "home", "scan", "sms", "me", "chat", "account"];
const TABS = new Set(["home", "scan", "sms", "me"]);
const KINDS = {
  resident_id: "居民身份证",
  hmt_residence_permit: "港澳台居民居住证",
  foreign_permanent_resident_id: "外国人永久居留身份证",
  social_security: "社保号",
  passport: "外国护照",
  registration_number: "工商注册号",
  uscc: "统一社会信用代码",
  legal_person_certificate: "法人证",
};

let state = null;
let screen = "";

function go(name) {
  const moved = screen && screen !== name;
  screen = name;
  for (const id of SCREENS) byId(id).hidden = id !== name;
  byId("tabs").hidden = !TABS.has(name);
  for (const tab of byId("tabs").children) {
    if (tab.dataset.go === name) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  if (name === "chat") chat.bottom();
  if (moved) byId(name).querySelector("h1").focus({ preventScroll: true });
  markSeen();
}

/** Say that what is on the screen has been read. */
function markSeen() {
  if (!state?.person || document.hidden || web.isOpen()) return;
  if (screen === "chat" && state.chat_unread) tell("/phone/seen", { what: "chat" });
  if (screen === "sms" && state.sms_unread) tell("/phone/seen", { what: "sms" });
}

function openPage(url) {
  web.open(url, new URL(url).origin === state.service ? state.account : new URL(url).host);
}

/** What a tap or a scan leads to. */
function act(answer) {
  if (answer.open) openPage(answer.open);
  else if (answer.scan) go("scan");
  else if (answer.chat) go("chat");
}

async function take(id) {
  web.close();
  await tell("/phone/person", { id });
  await refresh();
  go("home");
}

let asking = null;
let again = false;

/** One question at a time; what changes meanwhile is asked for once more. */
async function refresh() {
  if (asking) {
    again = true;
    return asking;
  }
  asking = (async () => {
    do {
      again = false;
      try {
        state = await ask("/phone/state");
      } catch {
        return; // the simulator is away; the socket asks again when it is back
      }
      render();
    } while (again);
  })();
  try {
    await asking;
  } finally {
    asking = null;
  }
}

function render() {
  renderPeople();
  if (!state.person) {
    if (screen !== "people") go("people");
    return;
  }
  byId("phone").dataset.person = state.person.id;
  byId("people-back").hidden = false;
  chat.render(state);
  renderHome();
  renderSms();
  renderMe();
  renderAccount();
  if (!screen) go("home");
  else markSeen();
}

function renderPeople() {
  const cells = state.people.map((person) => {
    const mine = person.id === state.person?.id;
    const attributes = {
      class: "cell",
      "data-testid": `person-${person.id}`,
      "aria-current": mine ? "true" : null,
      click: () => take(person.id),
    };
    const main = make(
      "span",
      { class: "cell-main" },
      make("span", { class: "cell-name" }, person.name),
      make("span", { class: "cell-note" }, person.about),
    );
    return make("li", {}, make("button", attributes, avatar(person), main));
  });
  byId("people-list").replaceChildren(...cells);
}

function renderHome() {
  const last = state.chat.at(-1);
  const text = last?.parts?.map((part) => part.text).join("") ?? last?.text;
  const words = { text, template: last?.title, image: "[图片]", news: last?.articles?.[0]?.title };
  byId("preview").textContent = last ? (words[last.kind] ?? last.text) : state.following ? "已关注" : "尚未关注";
  byId("preview-time").textContent = last ? moment(last.at) : "";
  badge(byId("chat-badge"), state.chat_unread);
  badge(byId("home-badge"), state.chat_unread);
  badge(byId("sms-badge"), state.sms_unread);
}

function renderSms() {
  const rows = state.sms.flatMap((message) => [
    make("li", { class: "moment" }, moment(message.at)),
    make("li", { class: "message account", "data-testid": "sms" }, make("div", { class: "bubble" }, ...withLinks(message.text))),
  ]);
  byId("sms-list").replaceChildren(...(rows.length ? rows : [make("li", { class: "empty" }, "还没有短信")]));
  byId("sms-list").scrollTop = byId("sms-list").scrollHeight;
}

/** What a phone makes of an address in a short message. */
const withLinks = (text) =>
  text.split(/(https?:\/\/[\w.:/-]+)/).map((part, n) => (n % 2 ? make("a", { href: part, "data-testid": "sms-link" }, part) : part));

function renderMe() {
  const main = make(
    "div",
    { class: "cell-main" },
    make("p", { class: "profile-name" }, state.person.name),
    make("p", { class: "cell-note" }, `手机号 ${state.person.phone}`),
    make("p", { class: "cell-note" }, state.person.about),
  );
  byId("profile").replaceChildren(avatar(state.person), main);
  byId("credentials").replaceChildren(...state.person.credentials.map(credential));
  byId("bodies").replaceChildren(...state.bodies.map(body));
}

const credential = ({ kind, number }) =>
  make("li", { class: "cell" }, make("span", { class: "cell-label" }, KINDS[kind]), make("code", {}, number));

function body({ name, credentials }) {
  const lines = credentials.map(({ kind, number }) =>
    make("span", { class: "cell-note" }, `${KINDS[kind]} `, make("code", {}, number)),
  );
  const main = make("span", { class: "cell-main" }, make("span", { class: "cell-name" }, name), ...lines);
  return make("li", { class: "cell" }, main);
}

function renderAccount() {
  byId("follow").hidden = state.following;
  byId("enter").hidden = byId("unfollow").hidden = !state.following;
}

function listen() {
  const socket = new WebSocket(`${location.origin.replace("http", "ws")}/phone/updates`);
  socket.onopen = () => refresh();
  socket.onmessage = () => refresh();
  socket.onclose = () => setTimeout(listen, 1000);
}

function tick() {
  byId("time").textContent = clock(new Date());
}

document.addEventListener("click", (event) => {
  const to = event.target.closest("[data-go]");
  if (to) go(to.dataset.go);
});
document.addEventListener("visibilitychange", markSeen);
byId("conversation").addEventListener("click", () => go(state.following ? "chat" : "account"));
byId("account-back").addEventListener("click", () => go(state.following ? "chat" : "home"));
byId("follow").addEventListener("click", async () => {
  const done = tell("/phone/follow");
  await refresh();
  go("chat");
  await done;
});
byId("unfollow").addEventListener("click", async () => {
  if (!window.confirm("不再关注后，将收不到通知。确定吗？")) return;
  tell("/phone/unfollow");
  go("home");
});
chat.prepare(act, openPage);
scanner.prepare(act);
tick();
setInterval(tick, 10_000);
refresh();
listen();
