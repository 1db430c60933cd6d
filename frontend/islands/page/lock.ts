/**
 * Locks the screen when nobody has touched any of this browser's pages for as long as the server allows.
 * While somebody does, the server hears of it: whoever listens to a resident for long and then types is not locked out.
 */
const after = Number(document.body.dataset.lockAfter ?? "0") * 1000;
const address = document.body.dataset.lockAddress;
const touchAddress = document.body.dataset.touchAddress;
const TELL_EVERY = Math.min(60_000, after / 3);
const KEY = "touched";
let told = Date.now();

function touchedAt(): number {
  return Number(localStorage.getItem(KEY) ?? "0");
}

function touch(): void {
  const now = Date.now();
  if (now - touchedAt() > 1000) localStorage.setItem(KEY, String(now));
  if (now - told < TELL_EVERY || !touchAddress) return;
  told = now;
  // Where it does not arrive, the next touch tells it.
  fetch(touchAddress, { headers: { "HX-Request": "true" } }).catch(() => undefined);
}

function look(): void {
  const left = after - (Date.now() - touchedAt());
  if (left > 0) {
    window.setTimeout(look, left);
    return;
  }
  // As if somebody had pressed "I leave the desk".
  document.querySelector<HTMLFormElement>(`form[action="${address}"]`)?.requestSubmit();
}

if (after > 0 && address) {
  for (const kind of ["keydown", "pointerdown", "pointermove"]) {
    window.addEventListener(kind, touch, { passive: true });
  }
  localStorage.setItem(KEY, String(told));
  look();
}
