// What is photographed with the phone appears here by itself. Only the list is shown anew: what has been typed on
// the page stays, and belongs to the version with the new files.
const EVERY = 2000;
const PARTS = ".papers";
const VERSION = "input[name=version]";
const BOX = "[data-papers]";

async function asked(address) {
  return fetch(address, { cache: "no-store", signal: AbortSignal.timeout(EVERY * 2) });
}

async function show(box) {
  const answer = await asked(location.href);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector(BOX);
  if (!fresh) return location.replace(location.href); // nothing is asked for any more
  document.querySelector(PARTS).replaceChildren(...page.querySelector(PARTS).children);
  const version = document.querySelector(VERSION);
  if (version) version.value = page.querySelector(VERSION).value;
  box.dataset.files = fresh.dataset.files;
  document.dispatchEvent(new Event("arrived"));
}

async function look() {
  const box = document.querySelector(BOX);
  if (document.hidden || !box) return;
  try {
    const answer = await asked(box.dataset.papers);
    if (answer.ok && (await answer.json()).files !== box.dataset.files) await show(box);
  } catch {
    // no network just now
  }
}

setInterval(look, EVERY);
