// 「呼叫帮助」 lies over the page, so that what was typed there stays; without this module it is a page of its own.
// What has become of the call is renewed as long as it is shown.
const EVERY = 5000;
const LONGEST = 10000;
const part = "/kiosk/help?part=1";
const form = document.querySelector("[data-help]");
const box = document.querySelector(".helping");
const said = document.querySelector("[data-renewed]") ?? box?.querySelector(".helping__said");
const idle = document.body.dataset.idle;
const around = [...document.body.children].filter((one) => one.matches(".top, .main, .foot, .pad"));

async function tell(options) {
  const answer = await fetch(part, { cache: "no-store", signal: AbortSignal.timeout(LONGEST), ...options });
  const words = await answer.text();
  if (answer.ok || answer.status === 422) said.innerHTML = words;
  else throw new Error(answer.status);
}

async function call() {
  said.textContent = said.dataset.calling;
  show(true);
  try {
    await tell({ method: "POST", body: new URLSearchParams(new FormData(form)) });
  } catch {
    said.textContent = said.dataset.failed;
  }
}

function show(open) {
  box.hidden = !open;
  document.body.dataset.idle = open ? box.dataset.idle : idle; // who waits for somebody does not touch the screen
  for (const one of around) one.inert = open;
  (open ? box : form).querySelector("button").focus();
}

async function renew() {
  if (document.hidden || (box?.contains(said) && box.hidden)) return;
  try {
    await tell();
  } catch {
    // no network just now
  }
}

if (form) {
  form.addEventListener("submit", (event) => {
    if (!box.contains(said)) return; // on the page of the call
    event.preventDefault();
    call();
  });
  box.querySelector("button").addEventListener("click", () => show(false));
  box.addEventListener("keydown", (event) => event.key === "Escape" && show(false));
  setInterval(renew, EVERY);
}
