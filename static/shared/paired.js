// A page that shows a pairing: it is shown anew when that has gone on, or when its time is over. A form that
// needs nobody's touch is handed in at once.
import { follow } from "./pairing.js";

const shown = document.querySelector("[data-pairing]");

function again() {
  if (!shown.isConnected) return; // all was taken off the screen: the session is being ended
  location.replace(shown.dataset.page); // of a page that answered a form, too
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
