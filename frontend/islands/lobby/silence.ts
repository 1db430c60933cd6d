/** Says so where the screen has heard nothing of the server for a while: what stands there may be old. */
const LONGEST_SILENCE_MS = 15_000;
let heard = Date.now();

document.addEventListener("htmx:afterRequest", (event) => {
  const { xhr } = (event as CustomEvent<{ xhr: XMLHttpRequest }>).detail;
  if (xhr.status > 0 && xhr.status < 500) heard = Date.now();
  tell();
});

function tell(): void {
  const away = Date.now() - heard > LONGEST_SILENCE_MS;
  document.body.classList.toggle("is-stale", away);
  const notice = document.querySelector<HTMLElement>("#away");
  if (notice) notice.hidden = !away;
}

window.setInterval(tell, 1000);

export {};
