/**
 * A page at a desk's screen, on which somebody goes on alone: it goes as soon as it is theirs no more.
 * Where the officer takes over, what stands on it is sent first. While nobody has done anything for long, or the server is
 * out of reach, nothing of it is to be seen; it comes back as it was.
 */
import { listen } from "../../shared/live";

const EACH_MS = 2000;
const LONGEST_SILENCE_MS = 12_000;
type Still = "alone" | "officer" | "hidden" | "gone";

const { desk, deskScreen, deskKept } = document.body.dataset;
const form = document.querySelector<HTMLFormElement>("form.apply-page");
let heard = Date.now();
let isTouched = false;
let isChanged = false;
let isGoing = false;
let still: Still = "alone";

function hide(): void {
  const away = still === "hidden" || Date.now() - heard > LONGEST_SILENCE_MS;
  document.body.classList.toggle("is-away", away);
  document.getElementById("away")?.toggleAttribute("hidden", !away);
}

/** Leaves for what the desk shows; an address that was here before is nobody's way back. */
function go(): void {
  isGoing = true;
  document.querySelector("main")?.replaceChildren();
  location.replace(deskScreen ?? "/");
}

function follow(): void {
  if (isGoing || still === "alone" || still === "hidden") return;
  if (still === "gone") go();
  // What the officer changed at the same moment stays in front of them, until they have looked at it.
  else if (deskKept !== undefined || form?.dataset.sent) return;
  else if (isChanged && form) {
    isGoing = true;
    form.requestSubmit();
  } else go();
}

async function ask(): Promise<void> {
  const touched = isTouched ? "&touched=1" : "";
  isTouched = false;
  try {
    const answer = await fetch(`${desk}${touched}`);
    if (!answer.ok) return;
    still = ((await answer.json()) as { still: Still }).still;
    heard = Date.now();
    follow();
  } catch {
    // Out of reach: what is on the page is hidden after a while, and not lost.
  }
}

if (desk) {
  for (const kind of ["keydown", "pointerdown", "scroll"])
    window.addEventListener(
      kind,
      () => {
        isTouched = true;
      },
      { passive: true },
    );
  form?.addEventListener("input", () => {
    isChanged = true;
  });
  listen("screen");
  document.body.addEventListener("look", () => void ask());
  window.setInterval(() => void ask(), EACH_MS);
  window.setInterval(hide, 500);
}
