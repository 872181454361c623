/** Small helpers: find, build and show elements; talk to the simulator. */

export const byId = (id) => document.getElementById(id);

/** An element: `make("a", {class: "x", href: "/"}, "words", child)`; attributes that are null are left out. */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(key, value);
    else if (value !== null) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

export function badge(element, count) {
  element.hidden = !count;
  element.textContent = count > 99 ? "99+" : String(count);
  element.setAttribute("aria-label", `${count} 条未读`);
}

export async function ask(path) {
  const response = await fetch(path);
  return response.json();
}

/** POST JSON; null where the simulator refuses. */
export async function tell(path, body = {}) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  return response.ok ? response.json() : null;
}

export const avatar = (person) =>
  make("span", { class: `avatar ${person.colour}`, "aria-hidden": "true" }, [...person.name][0]);

const DAY = new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", month: "numeric", day: "numeric" });
const CLOCK = new Intl.DateTimeFormat("zh-CN", {
  timeZone: "Asia/Shanghai",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

export const clock = (date) => CLOCK.format(date);

/** As WeChat: the time alone today, with the day otherwise. */
export function moment(iso) {
  const date = new Date(iso);
  const today = DAY.format(date) === DAY.format(new Date());
  return today ? clock(date) : `${DAY.format(date)} ${clock(date)}`;
}

export function readPicture(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = reject;
    reader.readAsDataURL(file);
  });
}
