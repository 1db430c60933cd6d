/** Counts the characters that the officer types, so that the cost of a case is known and not guessed. */
let typed = 0;

document.addEventListener("input", (event) => {
  const target = event.target;
  if (!(target instanceof HTMLInputElement) || target.dataset.typed === undefined) return;
  typed += (event as InputEvent).data?.length ?? 1;
});

/** Returns how many were typed since it was last asked. */
export function takeTyped(): number {
  const count = typed;
  typed = 0;
  return count;
}
