/** Goes to the lock when nobody has touched the page for as long as the server allows. */
const after = Number(document.body.dataset.lockAfter ?? "0") * 1000;
const address = document.body.dataset.lockAddress;
let timer = 0;

function rest(): void {
  window.clearTimeout(timer);
  timer = window.setTimeout(() => {
    const here = `${location.pathname}${location.search}`;
    location.assign(`${address}?next=${encodeURIComponent(here)}`);
  }, after);
}

if (after > 0 && address) {
  for (const touch of ["keydown", "pointerdown", "pointermove"]) {
    window.addEventListener(touch, rest, { passive: true });
  }
  rest();
}
