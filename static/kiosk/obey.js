// What a page can do of what a device is told to: the rest it answers in words.
import { lines, note } from "./diary.js";
import { newKey, publicKey } from "./held.js";
import { offer, signed } from "./signed.js";

const CAN = {
  reload: async () => "",
  logs: lines,
  new_key: async (device) => {
    const pair = await newKey();
    await offer(device, pair, await publicKey(pair));
    await signed(device, "/session"); // its first use, which also lets the page go on
    return "";
  },
};

/** Does one command and answers it. A page that loads anew does so when the answer has arrived. */
export async function obey(device, command) {
  const doing = CAN[command.name];
  const told = { outcome: doing ? "done" : "failed", text: document.body.dataset.cannot, picture: "" };
  if (doing) told.text = await doing(device);
  await signed(device, `/commands/${command.id}`, told);
  await note(`command ${command.name} ${told.outcome}`);
  if (command.name === "reload") location.reload();
}
