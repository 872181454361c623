// Guided forms: shows a question only when it is asked, and keeps the draft while somebody writes.
document.documentElement.classList.add("scripted");

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
  let waiting;
  let last = Promise.resolve();
  const send = async () => {
    try {
      const answer = await fetch(form.dataset.autosave, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
        headers: { "X-Requested-With": "fetch" },
      });
      const told = await answer.json();
      status.textContent = answer.ok ? form.dataset.saved.replace("{time}", told.saved_at) : told.message;
    } catch {
      status.textContent = form.dataset.unsaved;
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { last = last.then(send); }, 800);
  });
  form.addEventListener("submit", () => clearTimeout(waiting));
}

for (const form of document.querySelectorAll("form")) {
  ask(form);
  form.addEventListener("change", () => ask(form));
  if (form.dataset.autosave) keep(form);
}
document.getElementById("error")?.focus();
