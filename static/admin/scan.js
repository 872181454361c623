// A scanner types where the focus is: it is in the scan field whenever the page is shown, and what is typed
// nowhere goes there too. What the field holds is selected, so that the next scan takes its place.
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
    if (nowhere() && event.key.length === 1 && !(event.ctrlKey || event.metaKey || event.altKey)) take();
  });
}
