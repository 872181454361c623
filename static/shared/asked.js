// Shows a question only when the answer to another asks for it.
import { whenShown } from "./shown.js";

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

whenShown(() => [...document.forms].forEach(ask));
document.addEventListener("change", ({ target }) => target.form && ask(target.form));
