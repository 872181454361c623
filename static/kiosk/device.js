// This browser as the device of a kiosk: says how it is, and keeps the session in which the kiosk's pages are shown.
import { note, noteFaults } from "./diary.js";
import { end } from "./end.js";
import { fresh } from "./fresh.js";
import { able, held, hold } from "./held.js";
import { obey } from "./obey.js";
import { dismissed, named, signed } from "./signed.js";

const LOOK = 1000;
const AGAIN = 5000;
const TOO_MANY = 60_000;
const LAPSES = 8 * 60_000; // the session lasts ten minutes from the last heartbeat
const RETURN = 20_000; // a page that is still turned away is not loaded anew more often
const { known, turned } = document.body.dataset;
const software = `page ${new URL(import.meta.url).pathname.split("/")[2]}`;
let device = null;
let trip = null;
let shown = known !== undefined;
let wait = 0;

const state = () => (fresh() || turned !== undefined ? "idle" : "serving");

async function open() {
  await signed(device, "/session");
  Object.assign(device, { session: Date.now(), opened: Date.now() });
  await hold("device", device);
  if (!shown && turned) location.replace(turned);
  shown = true;
}

async function beat() {
  const said = state();
  const network = trip === null ? {} : { network: { rtt_ms: trip } };
  const begun = performance.now();
  const told = { state: said, session: said === "serving", software, peripherals: network };
  const answer = await signed(device, "/heartbeat", told);
  trip = Math.round(performance.now() - begun);
  Object.assign(device, { said, session: Date.now(), due: Date.now() + answer.next_after_s * 1000 });
  await hold("device", device);
  for (const command of answer.commands) await obey(device, command);
}

async function work() {
  const now = Date.now();
  if (shown ? now - device.session > LAPSES : now - device.opened > RETURN) await open();
  else if (shown && (device.said !== state() || now >= device.due)) await beat();
}

/** Whether to go on: not without a device, and not with one that is the kiosk's no more. */
async function turn() {
  device = await held("device");
  if (!device) return false;
  try {
    await work();
  } catch (error) {
    await note(`unheard ${named(error)}`);
    wait = Date.now() + (error.status === 429 ? TOO_MANY : AGAIN);
    if (!dismissed(error)) return true;
    if (shown) end();
    return false;
  }
  return true;
}

/** One thing at a time, also where the kiosk has several pages open: what another one did is not done again. */
async function live() {
  noteFaults();
  for (let going = true; going; ) {
    if (Date.now() >= wait) going = await navigator.locks.request("panyu-kiosk", turn);
    await new Promise((resolve) => setTimeout(resolve, LOOK));
  }
}

if (able) live();
