// The code by SMS without leaving the page: asks for it, then counts down until the next may be asked for.
const button = document.querySelector("[data-code]");
const status = document.getElementById("code-status");
const label = button.textContent;

function count(seconds) {
  button.disabled = seconds > 0;
  button.textContent = seconds > 0 ? button.dataset.again.replace("{seconds}", seconds) : label;
  if (seconds > 0) setTimeout(count, 1000, seconds - 1);
}

button.addEventListener("click", async (event) => {
  event.preventDefault();
  const form = button.form;
  button.disabled = true;
  try {
    const answer = await fetch(button.formAction, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      headers: { "X-Requested-With": "fetch" },
    });
    const told = await answer.json();
    status.textContent = answer.ok ? button.dataset.sent : told.message;
    count(answer.ok ? told.seconds : Number(answer.headers.get("Retry-After") || 0));
    form.elements[answer.ok ? "code" : "phone"].focus();
  } catch {
    status.textContent = button.dataset.failed;
    count(0);
  }
});
document.getElementById("error")?.focus();
