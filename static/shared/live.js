// Words in a live region, which screen readers read out.
export function speaker(region) {
  return (text, bad = false) => {
    region.textContent = text;
    region.classList.toggle("bad", bad);
  };
}
