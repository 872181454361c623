// Focuses everything on the page, as somebody with a keyboard would, and tells where that cannot be seen.
// Run after a key was pressed: until then the browser does not take us for a keyboard.
() => {
  const LEAST = { width: 2, contrast: 3 };
  const rgba = (text) => {
    const [r, g, b, a = 1] = (text.match(/[\d.]+/g) || [0, 0, 0, 0]).map(Number);
    return { r, g, b, a };
  };
  const light = ({ r, g, b }) =>
    [r, g, b].map((one) => one / 255).map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4))
      .reduce((sum, one, place) => sum + one * [0.2126, 0.7152, 0.0722][place], 0);
  const contrast = (one, other) => {
    const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  /** The colours behind an element: of the nearest ground that is not transparent; each stop of a gradient. */
  const grounds = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const style = getComputedStyle(one);
      const stops = style.backgroundImage.match(/rgba?\([^)]*\)/g);
      if (stops) return stops.map(rgba);
      if (rgba(style.backgroundColor).a === 1) return [rgba(style.backgroundColor)];
    }
    return [rgba("rgb(255, 255, 255)")];
  };
  /** Where its ring is drawn: an input that is not to be seen lends it to its label. */
  const bearer = (element) => {
    const box = element.getBoundingClientRect();
    const unseen = getComputedStyle(element).opacity === "0" || box.width <= 1 || box.height <= 1;
    return (unseen && element.labels?.[0]) || element;
  };
  const clips = (element, ring) => {
    const page = document.documentElement;
    const inside = (box) =>
      ring.left >= box.left - 0.5 && ring.right <= box.right + 0.5 && ring.top >= box.top - 0.5 && ring.bottom <= box.bottom + 0.5;
    for (let one = element.parentElement; one && one !== document.body; one = one.parentElement) {
      const style = getComputedStyle(one);
      if (style.overflow !== "visible" && !inside(one.getBoundingClientRect())) return one.className || one.tagName;
    }
    const whole = { left: 0, right: innerWidth, top: -scrollY, bottom: page.scrollHeight - scrollY };
    return inside(whole) ? "" : "the page's edge";
  };
  const covered = (element) => {
    const box = [...element.getClientRects()].find((one) => one.width > 1 && one.height > 1);
    if (!box) return true;
    const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return !top || !(element.contains(top) || top.contains(element) || [...(element.labels || [])].some((one) => one.contains(top)));
  };
  const fault = (element) => {
    const one = bearer(element);
    const style = getComputedStyle(one);
    const [width, offset] = [parseFloat(style.outlineWidth), parseFloat(style.outlineOffset)];
    if (["none", "auto"].includes(style.outlineStyle) || width < LEAST.width) return "no ring";
    const colour = rgba(style.outlineColor);
    if (colour.a < 1) return "a ring one can look through";
    const around = grounds(offset >= 0 ? one.parentElement : one);
    if (around.some((ground) => contrast(colour, ground) < LEAST.contrast)) return "a ring too like its ground";
    const box = one.getBoundingClientRect();
    const out = Math.max(0, width + offset);
    const by = clips(one, { left: box.left - out, right: box.right + out, top: box.top - out, bottom: box.bottom + out });
    if (by) return `a ring cut off by ${by}`;
    return covered(one) ? "covered" : "";
  };

  const shut = [...document.querySelectorAll("details:not([open])")];
  for (const one of shut) one.open = true;
  const faults = [];
  let seen = 0;
  for (const element of document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")) {
    if (element.tabIndex < 0) continue;
    element.focus();
    if (document.activeElement !== element) continue;
    seen += 1;
    const what = fault(element);
    if (what) faults.push(`${what}: ${element.outerHTML.slice(0, 120)}`);
  }
  document.activeElement.blur();
  for (const one of shut) one.open = false;
  scrollTo(0, 0);
  return { seen, faults };
}
