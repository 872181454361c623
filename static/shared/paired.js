// A page that shows a pairing: it is shown anew when that has gone on, or when its time is over. A form that
// needs nobody's touch is handed in at once.
import { follow } from "./pairing.js";

const shown = document.querySelector("[data-pairing]");

function again() {
  location.replace(shown.dataset.page); // of a page that answered a form, too
}

if (shown.dataset.pairing) follow(shown.dataset.pairing, shown.dataset.state, again);
if (shown.dataset.left) setTimeout(again, Number(shown.dataset.left) * 1000);
document.querySelector("form[data-now]")?.requestSubmit();
