// The code by SMS without leaving the page: asks for it, then counts down until the next may be asked for.
import { speaker } from "../shared/live.js";
import { fields, post } from "../shared/post.js";

const button = document.querySelector("[data-code]");
const form = button.form;
const say = speaker(document.getElementById("code-status"));
const label = button.textContent;

/** Longer waits are told in words; another phone may be asked for meanwhile. */
const LONGEST_COUNT = 120;

function count(seconds) {
  button.disabled = seconds > 0;
  button.textContent = seconds > 0 ? button.dataset.again.replace("{seconds}", seconds) : label;
  if (seconds > 0) setTimeout(count, 1000, seconds - 1);
}

function clear() {
  say("");
  document.getElementById("error")?.remove();
  for (const field of form.querySelectorAll(".field_bad")) {
    field.classList.remove("field_bad");
    field.querySelector(".field__error")?.remove();
    const input = field.querySelector("[aria-invalid]");
    input?.removeAttribute("aria-invalid");
    input?.setAttribute("aria-describedby", `${input.id}-help`);
  }
}

/** The same marks as the server makes, beside the field at fault. */
function blame(name, message) {
  const input = form.elements[name];
  const field = input.closest(".field");
  const told = Object.assign(document.createElement("p"), { className: "field__error", id: `${name}-error` });
  told.textContent = message;
  field.append(told);
  field.classList.add("field_bad");
  input.closest("details")?.setAttribute("open", "");
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", `${name}-help ${name}-error`);
  input.focus();
}

button.addEventListener("click", async (event) => {
  event.preventDefault();
  button.disabled = true;
  try {
    const answer = await post(button.formAction, fields(form));
    const told = await answer.json();
    if ([401, 403].includes(answer.status)) {
      button.disabled = false;
      return form.requestSubmit(button); // the page that answers says what to do, and keeps what was typed
    }
    clear();
    const faults = Object.entries(told.fields || {}).filter(([name]) => form.elements[name]);
    if (!answer.ok && !faults.length) say(told.message, true);
    for (const [name, message] of faults) blame(name, message);
    if (answer.ok) {
      say(button.dataset.sent);
      form.elements.code.focus();
    }
    const wait = answer.ok ? told.seconds : Number(answer.headers.get("Retry-After") || 0);
    count(wait <= LONGEST_COUNT ? wait : 0);
  } catch {
    clear();
    say(button.dataset.failed, true);
    count(0);
  }
});
