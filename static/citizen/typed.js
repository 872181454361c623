// What was typed survives a detour, to sign in, to change the role or the language: it is kept in this tab alone,
// for a quarter of an hour at most, and filled in where it was typed.
const KEY = "typed";
const LONGEST = 15 * 60 * 1000;
const HERE = location.pathname + location.search;

function keep(page, ...forms) {
  const fields = forms.flatMap((form) => [...new FormData(form)]).filter(([, value]) => typeof value === "string");
  sessionStorage.setItem(KEY, JSON.stringify({ page, fields, at: Date.now() }));
}

/** What was kept for this page; it is forgotten as it is read. */
function take() {
  const kept = JSON.parse(sessionStorage.getItem(KEY));
  const late = kept && Date.now() - kept.at > LONGEST;
  if (kept && (late || kept.page === HERE)) sessionStorage.removeItem(KEY);
  return kept && !late && kept.page === HERE ? kept.fields : [];
}

/** Fills in one control from the values of its name; says whether it did. What must be ticked is ticked anew. */
function fill(control, values) {
  const [toTick, toChoose] = [control.type === "checkbox", control.type === "radio"];
  if (!values.length || (toTick && control.required)) return false;
  if (["hidden", "password", "file", "submit"].includes(control.type)) return false;
  if (toTick || toChoose) control.checked = values.includes(control.value);
  else control.value = values[0];
  control.closest("details")?.setAttribute("open", "");
  control.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
}

function restore(main) {
  const fields = take();
  const values = (name) => fields.filter(([each]) => each === name).map(([, value]) => value);
  const controls = [...main.querySelectorAll("form :is(input, select, textarea)")];
  const filled = controls.filter((control) => fill(control, values(control.name)));
  if (!filled.length) return;
  const said = Object.assign(document.createElement("p"), { className: "notice notice_good" });
  said.setAttribute("role", "status");
  said.textContent = main.dataset.restored;
  filled[0].form.prepend(said);
  filled[0].dispatchEvent(new Event("input", { bubbles: true })); // a draft is saved
}

const typed = document.getElementById("typed"); // of a page that could not take it
if (typed) keep(typed.dataset.page, typed);
else addEventListener("DOMContentLoaded", () => restore(document.getElementById("main"))); // other scripts have come
document.querySelector(".top__tools").addEventListener("submit", (event) => {
  const forms = document.querySelectorAll("main form[method=post]:not([data-autosave])");
  if (!typed) keep(event.target.elements.next.value, ...forms);
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("form a[href^='/sign-in?']");
  if (link) keep(new URL(link.href).searchParams.get("next"), link.closest("form"));
});
