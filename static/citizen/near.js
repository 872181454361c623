// The visitor's position, asked for at a touch and sent once in the body of the form; the page keeps it nowhere.
import { speaker } from "../shared/live.js";

const form = document.querySelector("[data-near]");
const say = speaker(form.querySelector("[data-said]"));
const PATIENCE = { enableHighAccuracy: false, maximumAge: 60_000, timeout: 10_000 };
const DIGITS = 4; // some 10 m
let here = null;

form.addEventListener("formdata", (event) => {
  if (!here) return;
  event.formData.set("lat", here.latitude.toFixed(DIGITS));
  event.formData.set("lng", here.longitude.toFixed(DIGITS));
  here = null;
});
form.addEventListener("submit", (event) => {
  if (here) return;
  event.preventDefault();
  navigator.geolocation.getCurrentPosition(
    (found) => {
      here = found.coords;
      form.requestSubmit();
    },
    () => say(form.dataset.refused, true),
    PATIENCE,
  );
});
form.hidden = !("geolocation" in navigator);
