// What the device holds in this browser (IndexedDB): `device`, with the kiosk and its keys, of which no script can
// read the private half, and `diary`. The end of a person's session leaves it.
const NAME = "panyu-kiosk";
const STORE = "held";
const CURVE = { name: "ECDSA", namedCurve: "P-256" };
let database = null;

function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function transaction(mode) {
  if (!database) {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE);
    database = settled(asked);
  }
  return (await database).transaction(STORE, mode, { durability: "strict" });
}

export async function held(what) {
  return settled((await transaction("readonly")).objectStore(STORE).get(what));
}

/** Held when this returns, also after a loss of power. */
export async function hold(what, value) {
  const writing = await transaction("readwrite");
  writing.objectStore(STORE).put(value, what);
  await new Promise((resolve, reject) => {
    writing.oncomplete = resolve;
    writing.onabort = () => reject(writing.error);
  });
}

/** Whether a key can be made here: on https, or on the machine itself. */
export const able = Boolean(globalThis.crypto?.subtle && navigator.locks && globalThis.indexedDB);

/** A pair of keys; the private one cannot be taken out of the browser. */
export function newKey() {
  return crypto.subtle.generateKey(CURVE, false, ["sign", "verify"]);
}

export function base64(bytes) {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)));
}

export async function publicKey(pair) {
  return base64(await crypto.subtle.exportKey("spki", pair.publicKey));
}
