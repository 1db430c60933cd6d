/** A screen in the lobby that nobody touches asks whether somebody is there, and then goes back to its beginning. */
const dialog = document.querySelector<HTMLDialogElement>("dialog[data-idle]");
// Kept over the page's own looking again: only a touch is a sign of life.
const TOUCHED = "touched";
let touched = Number(sessionStorage.getItem(TOUCHED)) || Date.now();

if (dialog) {
  const idle = Number(dialog.dataset.idle) * 1000;
  const last = Number(dialog.dataset.left);
  for (const kind of ["keydown", "pointerdown", "pointermove", "scroll"])
    window.addEventListener(kind, () => stay(dialog), { passive: true });
  // The question goes away by a press that has ended, or a key that does nothing else: what lies beneath is not pressed by it.
  dialog.addEventListener("click", () => dialog.close());
  dialog.addEventListener("keydown", (event) => {
    event.preventDefault();
    dialog.close();
  });
  dialog.addEventListener("close", () => stay(dialog));
  window.setInterval(() => watch(dialog, idle, last), 500);
}

/** Any touch is a sign of life; while the question stands, only an answer to it. */
function stay(asking: HTMLDialogElement): void {
  if (asking.open) return;
  touched = Date.now();
  sessionStorage.setItem(TOUCHED, String(touched));
}

function watch(asking: HTMLDialogElement, idle: number, last: number): void {
  const silent = Date.now() - touched - idle;
  if (silent < 0) return;
  if (!asking.open) asking.showModal();
  const left = last - Math.floor(silent / 1000);
  const count = asking.querySelector("[data-count]");
  if (count) count.textContent = String(Math.max(left, 0));
  if (left <= 0) leave();
}

/** Nothing of whoever left stays on the screen, also when the server does not answer. */
function leave(): void {
  sessionStorage.removeItem(TOUCHED);
  document.querySelector("main")?.replaceChildren();
  const form = document.querySelector<HTMLFormElement>("form[data-done]");
  if (form) form.submit();
  else location.replace("/apply/");
}
