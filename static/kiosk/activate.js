// Makes this browser the device of a kiosk, with the code that digital affairs issued for its place. A link may hand
// over the code behind `#`, which no server sees; such a link needs no touch, unless this is a kiosk already.
import { note } from "./diary.js";
import { able, held, hold, newKey, publicKey } from "./held.js";
import { Refused, dismissed, send, signed } from "./signed.js";

const form = document.querySelector("#activation");
const field = form.elements.code;
const button = form.querySelector("button");
const fault = document.querySelector("#fault");
const given = new URLSearchParams(location.hash.slice(1)).get("code");
const software = `page ${new URL(import.meta.url).pathname.split("/")[2]}`;
const alone = (doing) => navigator.locks.request("panyu-kiosk", doing);

function say(text) {
  fault.textContent = text;
  fault.hidden = !text;
}

async function activate() {
  const key = await newKey();
  const about = { hardware: navigator.userAgent.slice(0, 200), software };
  const answer = await send("/activation", { code: field.value, public_key: await publicKey(key), ...about });
  const device = { kiosk: answer.kiosk, key, next: null, skew: 0, session: 0, opened: 0, said: "", due: 0 };
  await hold("device", device);
  await note("activated");
  await signed(device, "/session");
  await hold("device", { ...device, session: Date.now(), opened: Date.now() });
  location.replace("/kiosk");
}

async function tried() {
  say("");
  button.disabled = true;
  try {
    await alone(activate);
  } catch (error) {
    say(error instanceof Refused ? error.message : form.dataset.away);
    button.disabled = false;
  }
}

/** Whether no device is held here that is still a kiosk's. */
async function free() {
  const device = await held("device");
  if (!device) return true;
  try {
    await signed(device, "/session");
  } catch (error) {
    return dismissed(error);
  }
  return false;
}

async function begin() {
  history.replaceState(null, "", location.pathname);
  field.value = given;
  if (await alone(free)) await tried();
  else say(form.dataset.already);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  tried();
});
if (!able) {
  say(form.dataset.unable);
  button.disabled = true;
} else if (given) begin();
