/** Arrow keys go from the search box into the results and back. */
document.addEventListener("keydown", (event) => {
  if (event.isComposing || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
  const box = document.querySelector<HTMLInputElement>("#q");
  const results = [...document.querySelectorAll<HTMLElement>("[data-result]")];
  const here = results.indexOf(document.activeElement as HTMLElement);
  if (!box || results.length === 0 || (here < 0 && document.activeElement !== box)) return;
  event.preventDefault();
  const next = here + (event.key === "ArrowDown" ? 1 : -1);
  (next < 0 ? box : results[Math.min(next, results.length - 1)])?.focus();
});
