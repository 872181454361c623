// Uploads with a preview and their progress; without it the same form works, only plainer.
function prepare(form) {
  const [file, preview, progress] = ["input[type=file]", ".preview", "progress"].map((s) => form.querySelector(s));
  const [problem, button] = [form.querySelector(".field__error"), form.querySelector("button")];

  function stop(message) {
    problem.textContent = message;
    progress.hidden = true;
    button.disabled = false;
    file.focus();
  }

  file.addEventListener("change", () => {
    problem.textContent = "";
    const picture = file.files[0]?.type.startsWith("image/");
    if (preview.src) URL.revokeObjectURL(preview.src);
    preview.hidden = !picture;
    if (picture) preview.src = URL.createObjectURL(file.files[0]);
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const sending = new XMLHttpRequest();
    sending.open("POST", form.action);
    sending.setRequestHeader("X-Requested-With", "fetch");
    sending.responseType = "json";
    sending.upload.onprogress = (sent) => { progress.value = (100 * sent.loaded) / sent.total; };
    sending.onerror = () => stop(form.dataset.failed);
    sending.onload = () => {
      if (sending.status === 200) location.reload();
      else stop(sending.response?.message || form.dataset.failed);
    };
    button.disabled = true;
    progress.hidden = false;
    sending.send(new FormData(form));
  });
}

document.querySelectorAll("[data-upload]").forEach(prepare);
document.getElementById("error")?.focus();
