// A page that shows a pairing: it is shown anew when that has gone on, or when its time is over. A form that
// needs nobody's touch is handed in at once.
import { follow } from "./pairing.js";

const AGAIN = 3000;
const LONGEST = 10000;
const shown = document.querySelector("[data-pairing]");

/** The page anew, once the server answers: without a network the browser would show a page of its own. */
async function again() {
  const { page } = shown.dataset; // of a page that answered a form, too
  while (shown.isConnected && !(await reached(page))) await new Promise((resolve) => setTimeout(resolve, AGAIN));
  if (shown.isConnected) location.replace(page); // else all was taken off the screen: the session is being ended
}

async function reached(page) {
  try {
    return await fetch(page, { cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(LONGEST) });
  } catch {
    return null;
  }
}

function begin() {
  const { pairing, state, left } = shown.dataset;
  const deaf = pairing ? follow(pairing, state, again) : () => {};
  const late = left ? setTimeout(again, Number(left) * 1000) : 0;
  document.addEventListener("submit", () => {
    deaf(); // the answer to the form says what has become of it
    clearTimeout(late);
  });
  document.querySelector("form[data-now]")?.requestSubmit();
}

if (shown) begin(); // it is gone where the session has ended already
