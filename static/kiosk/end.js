// Takes everything off the screen at once; the first page comes back when the server says that all is wiped.
const AGAIN = 3000;
const LONGEST = 10000;
/** From then on the page does nothing more: what was under way might show the person's pages once more. */
export let over = false;

export async function end() {
  if (over) return;
  over = true;
  const paused = document.querySelector(".paused");
  paused.hidden = false;
  document.body.replaceChildren(paused);
  while (!(await wiped())) await new Promise((resolve) => setTimeout(resolve, AGAIN));
  location.replace("/kiosk");
}

async function wiped() {
  try {
    const answer = await fetch("/kiosk/end", { cache: "no-store", signal: AbortSignal.timeout(LONGEST) });
    return answer.redirected; // on to the first page, whatever that says
  } catch {
    return false; // no network just now
  }
}
