// Hears what becomes of a pairing: the server pushes it, and is asked every few seconds where nothing comes.
// A page that nobody sees holds no connection; it hears how things stand when it is seen again.
const ASK = 3000;
const SILENT = 5000;

/** `changed` is called once, with the first state that is not the `known` one; what is returned ends the listening. */
export function follow(address, known, changed) {
  let source = null;
  let asking = 0;
  let over = false;

  function hear(state) {
    if (over || state === known) return;
    over = true;
    stop();
    changed(state);
  }

  async function ask() {
    try {
      const answer = await fetch(`${address}/state`, { cache: "no-store", signal: AbortSignal.timeout(SILENT) });
      if (answer.ok) hear((await answer.json()).state);
      else if (answer.status < 500) hear("ended");
    } catch {
      // no network just now
    }
  }

  function askOn() {
    if (!asking && !over) asking = setInterval(ask, ASK);
  }

  function stop() {
    source?.close();
    clearInterval(asking);
    source = null;
    asking = 0;
  }

  function start() {
    if (over || source) return;
    if (!("EventSource" in window)) return askOn();
    let heard = false;
    source = new EventSource(`${address}/events`);
    source.onmessage = (event) => {
      heard = true;
      hear(JSON.parse(event.data).state);
    };
    source.onerror = () => source?.readyState === EventSource.CLOSED && askOn();
    setTimeout(() => heard || (source && askOn()), SILENT);
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? stop() : start()));
  addEventListener("pagehide", stop);
  if (!document.hidden) start();
  return () => {
    over = true;
    stop();
  };
}
