/** The web view: pages in a frame, with WeChat's bar above. Their own titles cannot be read from another origin. */

import { byId, make } from "/phone/static/dom.js";

const view = byId("web");
let frame = null;
let opened = "";
let entries = 0; // pages to go back through
let ahead = 0; // pages that going back has left ahead
let length = 0;
let goingBack = false;

export const isOpen = () => !view.hidden;

export function open(url, title) {
  close();
  opened = url;
  entries = ahead = 0;
  goingBack = false;
  length = history.length;
  frame = make("iframe", {
    src: url,
    title,
    allow: "geolocation; camera; clipboard-write",
    "data-testid": "webview-frame",
    load: loaded,
  });
  byId("web-page").replaceChildren(frame);
  byId("web-title").textContent = title;
  view.hidden = false;
  byId("web-back").disabled = true;
  byId("web-close").focus();
}

export function close() {
  byId("web-page").replaceChildren();
  frame = null;
  view.hidden = true;
}

/** A frame shares this window's history: what it adds tells how far one can go back in it. */
function loaded() {
  if (goingBack) {
    goingBack = false;
    entries -= 1;
    ahead += 1;
  } else if (history.length > length || (ahead && history.length <= length)) {
    entries += 1;
    ahead = 0;
  }
  length = history.length;
  byId("web-back").disabled = entries < 1;
}

function back() {
  if (entries < 1) return;
  goingBack = true;
  history.back();
}

byId("web-close").addEventListener("click", close);
byId("web-back").addEventListener("click", back);
byId("web-reload").addEventListener("click", () => open(opened, byId("web-title").textContent));
