// Keeps the draft while somebody writes.
import { speaker } from "../shared/live.js";
import { fields, post } from "../shared/post.js";

const PAUSE = 800;
const AGAIN = 5000;
const LONGEST = 10000;

/** Saves one request after the other, each for the version that the one before has made. */
function keep(form) {
  const status = document.getElementById("saved");
  const say = speaker(status);
  const version = form.elements.version;
  let waiting = null; // a timer: something was written that is not on its way
  let lost = null; // what was sent, and may or may not have arrived
  let sending = 0;
  let stopped = false;
  let last = Promise.resolve();
  let settle = null; // what must be known before the form itself is sent
  let settled = false;

  /** What is being written stays in sight above the sentence that it is not saved. */
  function keepInSight() {
    if (form.contains(document.activeElement)) document.activeElement.scrollIntoView({ block: "nearest" });
  }

  function tryAgainSoon() {
    waiting ??= setTimeout(flush, AGAIN);
  }

  function signIn() {
    const link = document.createElement("a");
    link.href = `/sign-in?next=${encodeURIComponent(location.pathname)}`;
    link.textContent = form.dataset.signIn;
    status.append(" ", link);
  }

  /** It was changed elsewhere, or is another role's: nothing more is saved until the person has seen to it. */
  function stop(why) {
    stopped = true;
    const button = document.createElement("button");
    button.className = "button";
    button.textContent = why === "other_role" ? form.dataset.switch : form.dataset.compare;
    status.append(" ", button); // inside the form, so it sends what was written
  }

  async function save(body) {
    lost = body;
    const options = { keepalive: true, signal: AbortSignal.timeout?.(LONGEST) };
    const answer = await post(form.dataset.autosave, body, options);
    const told = await answer.json();
    if (answer.status < 500) lost = null;
    if (answer.ok) version.value = told.version;
    if (answer.ok) say(form.dataset.saved.replace("{time}", told.saved_at));
    else say(form.dataset.refused.replace("{why}", told.message), true);
    if (answer.status === 401) signIn();
    if (answer.status === 409) stop(told.code);
    if (answer.status >= 500) tryAgainSoon();
    if (!answer.ok) keepInSight();
    return answer.ok;
  }

  async function send() {
    if (stopped) return;
    sending += 1;
    try {
      if (!lost || (await save(lost))) await save(fields(form));
    } catch {
      say(form.dataset.unsaved, true);
      keepInSight();
      tryAgainSoon();
    }
    sending -= 1;
  }

  async function repeat() {
    if (lost) await save(lost).catch(() => {});
  }

  function forget() {
    clearTimeout(waiting);
    waiting = null;
  }

  function flush() {
    if (waiting) last = last.then(send);
    forget();
    return last;
  }

  form.addEventListener("input", () => {
    forget();
    if (!stopped) waiting = setTimeout(flush, PAUSE);
  });
  form.addEventListener("submit", (event) => {
    forget();
    if (settled || stopped || !(sending || lost)) return;
    event.preventDefault();
    settle ??= last.then(repeat).then(() => {
      settled = true;
      form.requestSubmit(event.submitter);
    });
  });
  addEventListener("pagehide", flush);
  addEventListener("beforeunload", (event) => {
    if (waiting && sending) event.preventDefault();
  });
  document.querySelector(".top__tools").addEventListener("submit", async (event) => {
    if (!waiting && !sending) return;
    event.preventDefault();
    await flush();
    event.target.requestSubmit(event.submitter);
  });
}

document.querySelectorAll("form[data-autosave]").forEach(keep);
