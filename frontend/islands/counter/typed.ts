/** Counts the characters that the officer types, so that the cost of a case is known and not guessed. */
let typed = 0;

document.addEventListener("input", (event) => {
  const target = event.target;
  if (!(target instanceof HTMLInputElement) || target.dataset.typed === undefined) return;
  typed += (event as InputEvent).data?.length ?? 1;
});

document.addEventListener("htmx:configRequest", (event) => {
  const detail = (event as CustomEvent).detail as { path: string; parameters: Record<string, unknown> };
  if (!detail.path.endsWith("/answers/")) return;
  detail.parameters.typed = typed;
  typed = 0;
});
