// Every citizen page: large text at once, without losing what was typed, and no form handed in twice.
document.documentElement.classList.add("scripted");

const size = document.querySelector(".top__tools [name=elder]");
size.addEventListener("click", (event) => {
  event.preventDefault();
  const sent = new FormData(size.form);
  sent.set("elder", size.value);
  fetch(size.form.action, { method: "POST", body: new URLSearchParams(sent), redirect: "manual", keepalive: true }).catch(() => {});
  document.documentElement.classList.toggle("elder", size.value === "1");
  size.value = size.value === "1" ? "0" : "1";
  [size.textContent, size.dataset.other] = [size.dataset.other, size.textContent];
});

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
document.getElementById("error")?.focus();
