// Uploads as soon as a file is chosen, with a preview and progress, and leaves the rest of the page alone;
// without it the same forms work, only plainer.
let sending = 0;

/** The section as the server has it now; where nothing more is to be handed in, the page that says so. */
async function renew(section) {
  const answer = await fetch(location.pathname);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById(section.id);
  if (!fresh) return location.assign(answer.url);
  section.replaceWith(fresh);
  renewOthers(page);
  document.querySelector("#error:not(:has(a))")?.remove(); // it said that a file was missing
  prepare(fresh);
  fresh.tabIndex = -1;
  fresh.focus();
}

function keptFile(section) {
  return section.querySelector(".kept a")?.getAttribute("href");
}

/** What else was handed in meanwhile comes into sight, and the page is again of the newest version. */
function renewOthers(page) {
  const version = document.querySelector("[name=version]");
  if (sending || !version) return;
  for (const other of page.querySelectorAll("[data-material]")) {
    const shown = document.getElementById(other.id);
    if (keptFile(shown) === keptFile(other)) continue;
    shown.replaceWith(other);
    prepare(other);
  }
  version.value = page.querySelector("[name=version]").value;
}

function prepareUpload(form, section) {
  const [file, preview, progress] = ["input[type=file]", ".preview", "progress"].map((s) => form.querySelector(s));
  const [problem, button] = [form.querySelector(".field__error"), form.querySelector("button")];
  button.hidden = true;

  function tooLarge() {
    const size = ((file.files[0]?.size ?? 0) / 2 ** 20).toFixed(1);
    return form.dataset.tooLarge.replace("{size}", size);
  }

  preview.addEventListener("error", () => { preview.hidden = true; }); // what this browser cannot show

  function stop(message) {
    sending -= 1;
    problem.textContent = message;
    progress.hidden = true;
    button.hidden = button.disabled = file.disabled = false;
    file.focus();
  }

  file.addEventListener("change", () => {
    problem.textContent = "";
    const picture = file.files[0]?.type.startsWith("image/");
    if (preview.src) URL.revokeObjectURL(preview.src);
    preview.hidden = !picture;
    if (picture) preview.src = URL.createObjectURL(file.files[0]);
    if (file.files[0]?.size > Number(form.dataset.largest)) problem.textContent = tooLarge();
    else if (file.files.length) form.requestSubmit();
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (file.files[0]?.size > Number(form.dataset.largest)) return;
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("X-Requested-With", "fetch");
    request.responseType = "json";
    request.upload.onprogress = (sent) => { progress.value = (100 * sent.loaded) / sent.total; };
    request.onerror = () => stop(form.dataset.failed);
    request.onload = () => {
      if (request.status === 413) return stop(request.response?.message || tooLarge());
      if (request.status !== 200) return stop(request.response?.message || form.dataset.failed);
      sending -= 1;
      renew(section).catch(() => location.reload());
    };
    sending += 1;
    progress.hidden = false;
    request.send(new FormData(form));
    button.disabled = file.disabled = true;
  });
}

function prepareRemoval(form, section) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      if (!answer.ok) throw new Error(answer.statusText);
      await renew(section);
    } catch {
      location.reload();
    }
  });
}

function prepare(section) {
  section.querySelectorAll("[data-upload]").forEach((form) => prepareUpload(form, section));
  section.querySelectorAll("[data-remove]").forEach((form) => prepareRemoval(form, section));
}

document.querySelectorAll("[data-material]").forEach(prepare);
addEventListener("beforeunload", (event) => { if (sending) event.preventDefault(); });
