// A file too large cannot be handed in, and its field says why.
import { tooLarge } from "../shared/files.js";

document.addEventListener("change", ({ target }) => {
  const { largest, tooLarge: complaint } = target.dataset;
  if (!largest) return;
  target.setCustomValidity(tooLarge(target.files, largest) ? complaint : "");
  target.reportValidity();
});
