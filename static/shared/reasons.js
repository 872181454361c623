// Shows the reasons that belong to the chosen level of a review.
import { whenShown } from "./shown.js";

function choose() {
  const level = document.querySelector("[name=level]:checked")?.value;
  for (const part of document.querySelectorAll("[data-level]")) {
    part.open = part.dataset.level === level;
    part.hidden = !part.open;
    for (const input of part.querySelectorAll("input")) input.disabled = !part.open;
  }
}

whenShown(choose);
document.addEventListener("change", ({ target }) => target.name === "level" && choose());
