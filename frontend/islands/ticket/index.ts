/** A ticket on a phone, and the screen that gives tickets. Nothing here is needed but for hearing that one is called. */
import "../../styles/base.css";
import "../../styles/resident.css";
import "../../styles/apply.css";
import "../../styles/ticket.css";
import "../../shared/htmx";
import { listen } from "../../shared/live";
import { printOnRequest } from "../../shared/print";
import { chime, wakeUp } from "../../shared/voice";

const { live, home, homeAfter } = document.body.dataset;
if (live) listen(live);
printOnRequest();

// A screen in the hall that somebody has left goes back to the first question.
if (home) window.setTimeout(() => location.replace(home), Number(homeAfter) * 1000);

let isLoud = false;
let state = document.querySelector<HTMLElement>("#now")?.dataset.state ?? "";

document.addEventListener("click", (event) => {
  const button = (event.target as HTMLElement).closest<HTMLButtonElement>("[data-sound]");
  if (!button) return;
  isLoud = !isLoud;
  button.setAttribute("aria-pressed", String(isLoud));
  button.textContent = (isLoud ? button.dataset.on : button.dataset.off) ?? "";
  if (!isLoud) return;
  wakeUp();
  // A phone that goes to sleep hears nothing; where it cannot be kept awake the hall calls as well.
  navigator.wakeLock?.request("screen").catch(() => undefined);
});

document.addEventListener("htmx:afterSettle", () => {
  const now = document.querySelector<HTMLElement>("#now")?.dataset.state ?? "";
  if (now === state) return;
  state = now;
  if (!now.startsWith("called")) return;
  navigator.vibrate?.([400, 200, 400, 200, 400]);
  if (isLoud) chime();
});
