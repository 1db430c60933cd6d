/** Arrow keys go from the search box into the results and back; never into results of what stood in the box before. */
let isAwaited = false;

document.addEventListener("keydown", (event) => {
  if (event.isComposing || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
  const box = document.querySelector<HTMLInputElement>("#q");
  const results = [...document.querySelectorAll<HTMLElement>("[data-result]")];
  const here = results.indexOf(document.activeElement as HTMLElement);
  if (!box || (here < 0 && document.activeElement !== box)) return;
  // Whoever types and presses the arrow at once means the people whom the whole words find: the focus waits for them.
  isAwaited = here < 0 && event.key === "ArrowDown" && isBehind(box);
  if (!isAwaited && results.length === 0) return;
  event.preventDefault();
  if (isAwaited) return;
  const next = here + (event.key === "ArrowDown" ? 1 : -1);
  (next < 0 ? box : results[Math.min(next, results.length - 1)])?.focus();
});

document.addEventListener("htmx:afterSwap", () => {
  const box = document.querySelector<HTMLInputElement>("#q");
  if (!isAwaited || !box || isBehind(box)) return;
  isAwaited = false;
  if (document.activeElement === box) document.querySelector<HTMLElement>("[data-result]")?.focus();
});

/** Whether the results on the page are of other words than those in the box. */
function isBehind(box: HTMLInputElement): boolean {
  const shown = document.querySelector<HTMLElement>("#results [data-for]");
  return shown !== null && shown.dataset.for !== box.value.trim();
}
