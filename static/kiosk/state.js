// A page at which nobody is shows by itself that the kiosk has stopped, or serves again.
const EVERY = 60_000;
const stopped = "stopped" in document.body.dataset;

async function look() {
  try {
    const answer = await fetch("/kiosk/state", { cache: "no-store", signal: AbortSignal.timeout(EVERY / 2) });
    if (answer.ok && (await answer.json()).stopped !== stopped) location.reload();
  } catch {
    // no network just now
  }
}

if (stopped || "home" in document.body.dataset) setInterval(look, EVERY);
