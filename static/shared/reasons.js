// Shows the reasons that belong to the chosen level of a review.
function choose() {
  const level = document.querySelector("[name=level]:checked")?.value;
  for (const part of document.querySelectorAll("[data-level]")) {
    part.open = part.dataset.level === level;
    part.hidden = !part.open;
    for (const input of part.querySelectorAll("input")) input.disabled = !part.open;
  }
}

document.querySelectorAll("[name=level]").forEach((input) => input.addEventListener("change", choose));
if (document.querySelector("[name=level]")) choose();
