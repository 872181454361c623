// Nobody gets at the pages of the person before: going back ends the session, and so does the button.
import { end } from "./end.js";

history.replaceState(null, "", location.href); // what a form sent here is not kept with the page
const [came] = performance.getEntriesByType("navigation");
if (came && came.type === "back_forward") end();
addEventListener("pageshow", (event) => event.persisted && end());
document.addEventListener("click", (event) => {
  if (!event.target.closest("a[href='/kiosk/end']")) return;
  event.preventDefault();
  end();
});
