// A scanner types where the focus is: it is in the scan field whenever the page is shown, and what is typed
// outside of any field goes there too, unless it is a key of the panel (keys.js). What the field holds is
// selected, so that the next scan takes its place.
import { free, isKey } from "./keys.js";

const field = document.querySelector("[data-scan]");

function take() {
  field.focus({ preventScroll: true });
  field.select();
}

function nowhere() {
  return document.activeElement === null || document.activeElement === document.body;
}

if (field) {
  take();
  addEventListener("pageshow", take);
  addEventListener("focus", () => nowhere() && take());
  addEventListener("keydown", (event) => {
    if (free(event) && event.key.length === 1 && event.key !== " " && !isKey(event.key)) take();
  });
}
