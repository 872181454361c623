// Whether this is the first page as the next person should find it: nobody is being served.
const typed = [...document.querySelectorAll("input:not([type=hidden])")];

export function fresh() {
  const home = "home" in document.body.dataset && document.documentElement.lang === "zh-CN";
  return home && typed.every((input) => !input.value);
}
