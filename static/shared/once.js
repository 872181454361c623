// No form is handed in twice by a second tap.
function lock(form, locked) {
  for (const button of form.querySelectorAll("button:not([type=button])")) button.disabled = locked;
}

document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method !== "post") return;
  setTimeout(lock, 0, event.target, true); // later: a button that is disabled now would not be sent
});
addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of document.forms) lock(form, false);
});
