// Requests of the device to the service, signed by its key (docs/devices.md). `device` is what is held:
// { kiosk, key, next, skew }, where `next` is a key that was offered and `skew` how far the clock here is behind, in ms.
import { base64, hold } from "./held.js";

const PREFIX = "/api/v1/devices";
const LONGEST = 10_000;
const STALE = "device_clock_stale";
const INVALID = "signature_invalid";

/** The service answered with an error; `code` is stable, `message` is for people. */
export class Refused extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Errors that say that this browser is the kiosk no more. */
export function dismissed(error) {
  return error instanceof Refused && ["key_revoked", INVALID].includes(error.code);
}

/** What an error is called in the diary. */
export function named(error) {
  return error instanceof Refused ? error.code : error.name;
}

export async function send(path, asked, headers = {}) {
  const body = typeof asked === "string" ? asked : JSON.stringify(asked);
  const answer = await fetch(PREFIX + path, {
    method: "POST",
    body,
    headers: { "Content-Type": "application/json", "Accept-Language": document.documentElement.lang, ...headers },
    cache: "no-store",
    signal: AbortSignal.timeout(LONGEST),
  });
  const said = answer.status === 204 ? null : await answer.json();
  if (answer.ok) return said;
  const refused = new Refused(answer.status, said?.error?.code, said?.error?.message);
  refused.at = Date.parse(answer.headers.get("Date"));
  throw refused;
}

async function headers(device, pair, path, body) {
  const text = new TextEncoder();
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", text.encode(body)));
  const hex = [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const timestamp = String(Math.floor((Date.now() + (device.skew || 0)) / 1000));
  const nonce = crypto.randomUUID();
  const message = ["POST", PREFIX + path, timestamp, nonce, hex].join("\n");
  const how = { name: "ECDSA", hash: "SHA-256" };
  const signature = base64(await crypto.subtle.sign(how, pair.privateKey, text.encode(message)));
  return { "X-Kiosk": device.kiosk, "X-Timestamp": timestamp, "X-Nonce": nonce, "X-Signature": signature };
}

async function attempt(device, pair, path, body) {
  try {
    return await send(path, body, await headers(device, pair, path, body));
  } catch (error) {
    if (!(error instanceof Refused && error.code === STALE && error.at)) throw error;
    device.skew = error.at - Date.now();
    return send(path, body, await headers(device, pair, path, body));
  }
}

/** Signs by the key in force. Of two the new one is tried first: once it was taken the old one is worth nothing. */
export async function signed(device, path, asked = "") {
  const body = typeof asked === "string" ? asked : JSON.stringify(asked);
  if (!device.next) return attempt(device, device.key, path, body);
  let answer;
  try {
    answer = await attempt(device, device.next, path, body);
    device.key = device.next;
  } catch (error) {
    if (!(error instanceof Refused && error.code === INVALID)) throw error;
    answer = await attempt(device, device.key, path, body); // the offer never arrived
  }
  device.next = null;
  await hold("device", device);
  return answer;
}

/** Offers a new key, which is held before it is offered; the old one signs. */
export async function offer(device, pair, publicKey) {
  device.next = pair;
  await hold("device", device);
  await attempt(device, device.key, "/key", JSON.stringify({ public_key: publicKey }));
}
