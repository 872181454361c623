// What a module does with a page, it does anew where the main part of the page has been put in place of another.
export function whenShown(run) {
  run();
  document.addEventListener("shown", run);
}
