// Uploads as soon as a file is chosen, with a preview and progress; without it the same forms work, only plainer.
import { tooLarge } from "../shared/files.js";
import { prepareEach, renew, underWay } from "./section.js";

function prepare(form, section) {
  const [file, preview, progress] = ["input[type=file]", ".preview", "progress"].map((s) => form.querySelector(s));
  const [problem, button] = [form.querySelector(".field__error"), form.querySelector("button")];
  button.hidden = true;

  function isTooLarge() {
    return tooLarge(file.files, form.dataset.largest);
  }

  function sayTooLarge() {
    const size = ((file.files[0]?.size ?? 0) / 2 ** 20).toFixed(1);
    return form.dataset.tooLarge.replace("{size}", size);
  }

  preview.addEventListener("error", () => {
    preview.hidden = true; // what this browser cannot show
  });

  function stop(request, message) {
    underWay.delete(request);
    problem.textContent = message;
    progress.hidden = true;
    button.hidden = button.disabled = file.disabled = false;
    file.focus();
  }

  /** Signing in leads back here; the file is chosen again. */
  function signIn(request, message) {
    stop(request, `${message} `);
    const link = document.createElement("a");
    link.href = `/sign-in?next=${encodeURIComponent(location.pathname)}`;
    link.textContent = form.dataset.signIn;
    problem.append(link);
  }

  function take() {
    problem.textContent = "";
    const picture = file.files[0]?.type.startsWith("image/");
    if (preview.src) URL.revokeObjectURL(preview.src);
    preview.hidden = !picture;
    if (picture) preview.src = URL.createObjectURL(file.files[0]);
    if (isTooLarge()) problem.textContent = sayTooLarge();
    else if (file.files.length) form.requestSubmit();
  }

  file.addEventListener("change", take);

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (isTooLarge()) return;
    const request = new XMLHttpRequest(); // fetch tells no progress
    request.open("POST", form.action);
    request.setRequestHeader("X-Requested-With", "fetch");
    request.responseType = "json";
    request.upload.onprogress = (sent) => {
      progress.value = (100 * sent.loaded) / sent.total;
    };
    request.onerror = () => stop(request, form.dataset.failed);
    request.onload = () => {
      if (request.status === 413) return stop(request, request.response?.message || sayTooLarge());
      if (request.status === 401) return signIn(request, request.response?.message);
      if (request.status !== 200) return stop(request, request.response?.message || form.dataset.failed);
      underWay.delete(request);
      renew(section).catch(() => location.reload());
    };
    underWay.add(request);
    progress.hidden = false;
    request.send(new FormData(form));
    button.disabled = file.disabled = true;
  });
  if (file.files.length) take(); // chosen before this script had come
}

prepareEach((section) => section.querySelectorAll("[data-upload]").forEach((form) => prepare(form, section)));
addEventListener("beforeunload", (event) => {
  if (underWay.size) event.preventDefault();
});
