/** Scanning: a picture from the album or the clipboard, read by jsQR, or the words of a code. */

import { byId, tell } from "/phone/static/dom.js";

const LARGEST = 1600; // pixels of the longer side

/** What the code in a picture says, "" if there is none. */
async function read(file) {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, LARGEST / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  const { data, width, height } = context.getImageData(0, 0, canvas.width, canvas.height);
  const found = window.jsQR(data, width, height);
  return found ? found.data : "";
}

/** `act` gets the simulator's answer: `open`, `chat` or `notice`. */
export function prepare(act) {
  const result = byId("scan-result");

  async function scan(text) {
    if (!text.trim()) {
      result.textContent = "没有识别到二维码，请换一张清楚的图片";
      return;
    }
    result.textContent = "正在识别…";
    const answer = await tell("/phone/scan", { text });
    result.textContent = answer ? (answer.notice ?? "") : "请先选择一个人";
    if (answer) act(answer);
  }

  async function scanPicture(file) {
    byId("finder").classList.add("busy");
    try {
      await scan(await read(file));
    } catch {
      result.textContent = "这个文件不是图片";
    } finally {
      byId("finder").classList.remove("busy");
    }
  }

  byId("scan-form").addEventListener("submit", (event) => {
    event.preventDefault();
    scan(byId("scan-text").value);
  });
  byId("scan-file").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (file) await scanPicture(file);
    event.target.value = "";
  });
  document.addEventListener("paste", (event) => {
    const picture = [...event.clipboardData.files].find((file) => file.type.startsWith("image/"));
    if (picture && !byId("scan").hidden) scanPicture(picture);
  });
}
