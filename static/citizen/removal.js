// Removes a file without leaving the page.
import { fields, post } from "../shared/post.js";
import { prepareEach, renew } from "./section.js";

function prepare(form, section) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const answer = await post(form.action, fields(form));
      if (!answer.ok) throw new Error(answer.statusText);
      await renew(section);
    } catch {
      location.reload();
    }
  });
}

prepareEach((section) => section.querySelectorAll("[data-remove]").forEach((form) => prepare(form, section)));
