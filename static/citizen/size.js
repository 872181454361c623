// Large text at once, without losing what was typed.
import { post } from "../shared/post.js";

const tools = document.querySelector(".top__tools"); // its buttons may send another form
const size = tools.querySelector("[name=elder]");

size.addEventListener("click", (event) => {
  event.preventDefault();
  const sent = new FormData(tools);
  sent.set("elder", size.value);
  post(tools.action, new URLSearchParams(sent), { redirect: "manual", keepalive: true }).catch(() => {});
  document.documentElement.classList.toggle("elder", size.value === "1");
  size.value = size.value === "1" ? "0" : "1";
  [size.textContent, size.dataset.other] = [size.dataset.other, size.textContent];
});
