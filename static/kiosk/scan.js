// A scanner is a keyboard that types what it reads and then Enter, wherever the screen was touched last.
document.addEventListener("keydown", (event) => {
  const written = event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.altKey && !event.metaKey;
  const field = document.querySelector("[data-scan]");
  if (!written || !field || event.target === field) return;
  field.focus();
  field.select(); // a scan takes the place of what was there
});
