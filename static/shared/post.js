// Forms sent without leaving the page. The form's own fields hold the token against forgery.
export function fields(form) {
  return new URLSearchParams(new FormData(form));
}

/** The server answers in JSON to a request that says it comes from a script. */
export function post(address, body, options = {}) {
  return fetch(address, { method: "POST", body, headers: { "X-Requested-With": "fetch" }, ...options });
}
