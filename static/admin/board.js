// Renews the board every 15 s in place: the focus stays on the link or button it was on, the page does not scroll. What is
// older than a minute says so. A page that nobody looks at is not renewed until it is looked at again.
const EVERY = 15000;
const OLD = 60000;

const board = document.querySelector("[data-board]");
const late = document.querySelector("[data-late]");
let renewedAt = Date.now();

async function renew() {
  if (!document.hidden) {
    try {
      const answer = await fetch(board.dataset.board, { credentials: "same-origin", redirect: "error" });
      if (answer.ok) put(await answer.text());
    } catch {
      // the next round tries again; the words below tell that it is late
    }
  }
  late.hidden = Date.now() - renewedAt < OLD;
}

function put(html) {
  const at = board.contains(document.activeElement) ? document.activeElement : null;
  const same = at && (at.id ? `#${CSS.escape(at.id)}` : `a[href="${CSS.escape(at.getAttribute("href"))}"]`);
  board.innerHTML = html;
  if (same) board.querySelector(same)?.focus({ preventScroll: true });
  renewedAt = Date.now();
}

setInterval(renew, EVERY);
document.addEventListener("visibilitychange", renew);
