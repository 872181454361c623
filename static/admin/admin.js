// A file that the server would cut off is named before it is sent.
"use strict";

document.addEventListener("change", ({ target }) => {
  const { largest, tooLarge } = target.dataset;
  if (!largest) return;
  const over = [...target.files].some((file) => file.size > Number(largest));
  target.setCustomValidity(over ? tooLarge : "");
  target.reportValidity();
});
