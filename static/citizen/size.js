// Large text at once, without losing what was typed.
import { post } from "../shared/post.js";

const size = document.querySelector(".top__tools [name=elder]");

size.addEventListener("click", (event) => {
  event.preventDefault();
  const sent = new FormData(size.form);
  sent.set("elder", size.value);
  post(size.form.action, new URLSearchParams(sent), { redirect: "manual", keepalive: true }).catch(() => {});
  document.documentElement.classList.toggle("elder", size.value === "1");
  size.value = size.value === "1" ? "0" : "1";
  [size.textContent, size.dataset.other] = [size.dataset.other, size.textContent];
});
