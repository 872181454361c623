// The last lines of what happened to the device, for who asks for its logs: times, names of errors and where in the
// scripts they happened. No words of a page or an error are in it, since they may be a person's.
import { held, hold } from "./held.js";

const LINES = 200;
const LONGEST = 19_000;

export async function note(line) {
  const lines = (await held("diary")) || [];
  await hold("diary", [...lines, `${new Date().toISOString()} ${line}`].slice(-LINES));
}

export async function lines() {
  return ((await held("diary")) || []).join("\n").slice(-LONGEST);
}

function place(event) {
  return `${event.filename.split("/").pop()}:${event.lineno}`;
}

export function noteFaults() {
  addEventListener("error", (event) => note(`fault ${event.error?.name || "Error"} ${place(event)}`));
  addEventListener("unhandledrejection", (event) => note(`fault ${event.reason?.name || "Error"}`));
}
