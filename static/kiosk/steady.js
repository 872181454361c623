// Nothing that was typed is lost with the network: a step is taken once the server answers. A form that was sent
// and not answered is sent again; the service takes it once. Each page takes the place of the one before, so that
// the browser's history holds none of them. With the end of the session nothing that waited is done any more.
// A page that cannot be loaded at all is seen to by `keeper`, where the browser lets it (https, or this machine).
import { over } from "./end.js";

const AGAIN = 3000;
const LONGEST = 10000;
const said = document.querySelector(".offline");
const main = document.getElementById("main");
const leaving = new Promise(() => {});
let busy = false;

/** What the server answers, however long that takes; it is nothing once the session is over. */
async function answered(address, options) {
  while (!over) {
    try {
      const answer = await fetch(address, { cache: "no-store", signal: AbortSignal.timeout(LONGEST), ...options });
      if (answer.status < 502 && !over) return answer;
    } catch {
      // no network just now
    }
    said.hidden = false;
    await new Promise((resolve) => setTimeout(resolve, AGAIN));
  }
  return leaving;
}

/** One step at a time; meanwhile nothing can be changed that was sent already. */
async function once(step) {
  if (busy) return;
  busy = main.inert = true;
  await step();
  said.hidden = true;
  busy = main.inert = false;
}

function go(address) {
  return once(async () => {
    await answered("/kiosk/state");
    location.replace(address);
  });
}

/** The answer takes the place of the page: it is not asked for a second time. */
function show(page) {
  const { stopped, turned } = page.body.dataset;
  const answer = page.querySelector("main");
  if (!answer || stopped !== undefined || turned !== undefined) return location.replace(location.href);
  document.title = page.title;
  main.replaceChildren(...answer.childNodes);
  main.scrollTop = 0;
  scrollTo(0, 0);
  (main.querySelector("[autofocus], #error") ?? main).focus();
  document.dispatchEvent(new Event("shown"));
}

/** An answer that leads on is followed; any other is shown where one is. */
function send(form, submitter) {
  return once(async () => {
    const body = new URLSearchParams(new FormData(form, submitter));
    const answer = await answered(form.action, { method: "POST", body });
    if (answer.redirected) {
      location.replace(answer.url);
      return leaving;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    main.inert = false; // what cannot be touched takes no focus
    return show(page);
  });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (event.defaultPrevented || !link || link.getAttribute("href").startsWith("#") || link.origin !== location.origin) return;
  event.preventDefault();
  go(link.href);
});

document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  event.preventDefault();
  const { target: form, submitter } = event;
  if (form.method === "post") send(form, submitter);
  else go(`${form.action}?${new URLSearchParams(new FormData(form, submitter))}`);
});

const { keeper } = document.body.dataset;
if (keeper) navigator.serviceWorker?.register(keeper, { scope: "/kiosk" });
