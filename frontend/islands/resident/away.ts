/**
 * Hides what the screen shows while the server is out of reach: nobody could take it off when the resident leaves.
 * A tablet that wakes up shows nothing either until it has asked what there is to see now.
 */
const LONGEST_SILENCE_MS = 12_000;
const EACH_MS = 1000;
let heard = Date.now();

document.addEventListener("htmx:afterRequest", (event) => {
  const { xhr } = (event as CustomEvent<{ xhr: XMLHttpRequest }>).detail;
  if (xhr.status > 0 && xhr.status < 500) heard = Date.now();
  tellSilence();
});

function tellSilence(): void {
  const away = Date.now() - heard > LONGEST_SILENCE_MS;
  document.body.classList.toggle("is-away", away);
  const notice = document.querySelector<HTMLElement>("#away");
  if (notice) notice.hidden = !away;
}

window.setInterval(tellSilence, EACH_MS);
document.addEventListener("visibilitychange", tellSilence);
