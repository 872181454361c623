// Whether this is the first page as the next person should find it: nobody is being served.
const typed = [...document.querySelectorAll("input:not([type=hidden])")];

export function fresh() {
  const page = document.documentElement;
  const home = "home" in document.body.dataset && page.lang === "zh-CN" && !page.classList.contains("elder");
  const helping = document.querySelector(".helping:not([hidden])");
  return home && !helping && typed.every((input) => !input.value);
}
