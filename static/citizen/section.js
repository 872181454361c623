// The section of one material, made new from the server after each change; the rest of the page is left alone.
const preparations = [];

/** What is being sent just now. */
export const underWay = new Set();

/** Calls `prepare` for each section: of the page as it came, and of what is made new. */
export function prepareEach(prepare) {
  preparations.push(prepare);
  document.querySelectorAll("[data-material]").forEach(prepare);
}

/** The section as the server has it now; where nothing more is to be handed in, the page that says so. */
export async function renew(section) {
  const answer = await fetch(location.pathname);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById(section.id);
  if (!fresh) return location.assign(answer.url);
  replace(section, fresh);
  renewOthers(page);
  document.querySelector("#error:not(:has(a))")?.remove(); // it said that a file was missing
  fresh.tabIndex = -1;
  fresh.focus();
}

/** What else was handed in meanwhile comes into sight, and the page is again of the newest version. */
function renewOthers(page) {
  const version = document.querySelector("[name=version]");
  if (underWay.size || !version) return;
  for (const other of page.querySelectorAll("[data-material]")) {
    const shown = document.getElementById(other.id);
    if (keptFile(shown) !== keptFile(other)) replace(shown, other);
  }
  version.value = page.querySelector("[name=version]").value;
}

function replace(shown, fresh) {
  shown.replaceWith(fresh);
  preparations.forEach((prepare) => prepare(fresh));
}

function keptFile(section) {
  return section.querySelector(".kept a")?.getAttribute("href");
}
