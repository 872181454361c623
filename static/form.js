// Guided forms: shows a question only when it is asked, and keeps the draft while somebody writes.
function chosen(form, name) {
  return [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)]
    .filter((input) => !input.disabled && (input.checked || !["radio", "checkbox"].includes(input.type)))
    .map((input) => input.value);
}

function ask(form) {
  for (const part of form.querySelectorAll("[data-when]")) {
    const wanted = part.dataset.values.split(" ");
    const known = form.querySelector(`[name="${CSS.escape(part.dataset.when)}"]`);
    const asked = !known || chosen(form, part.dataset.when).some((value) => wanted.includes(value));
    part.hidden = !asked;
    for (const input of part.querySelectorAll("input, select, textarea")) input.disabled = !asked;
  }
}

function keep(form) {
  const status = document.getElementById("saved");
  let waiting = null;
  let last = Promise.resolve();

  function say(text, bad) {
    status.textContent = text;
    status.classList.toggle("bad", bad);
  }

  function signIn() {
    const link = document.createElement("a");
    link.href = `/sign-in?next=${encodeURIComponent(location.pathname)}`;
    link.textContent = form.dataset.signIn;
    status.append(" ", link);
  }

  async function send() {
    try {
      const answer = await fetch(form.dataset.autosave, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
        headers: { "X-Requested-With": "fetch" },
        keepalive: true,
      });
      const told = await answer.json();
      say(answer.ok ? form.dataset.saved.replace("{time}", told.saved_at) : told.message, !answer.ok);
      if (answer.status === 401) signIn();
    } catch {
      say(form.dataset.unsaved, true);
    }
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
    waiting = setTimeout(flush, 800);
  });
  form.addEventListener("submit", forget);
  addEventListener("pagehide", () => {
    if (waiting) send();
    forget();
  });
  document.querySelector(".top__tools").addEventListener("submit", async (event) => {
    if (!waiting) return;
    event.preventDefault();
    await flush();
    event.target.requestSubmit(event.submitter);
  });
}

for (const form of document.querySelectorAll("form")) {
  ask(form);
  form.addEventListener("change", () => ask(form));
  if (form.dataset.autosave) keep(form);
}
