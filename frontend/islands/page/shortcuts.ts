/** An element with data-key="k" is reached or pressed by that key, outside of fields; "Alt+k" works inside them too. */
function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input:not([type=radio]),select,textarea") !== null;
}

function use(element: HTMLElement): void {
  if (element.matches("input,select,textarea")) {
    element.focus();
    (element as HTMLInputElement).select?.();
  } else {
    element.click();
  }
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey) return;
  const name = event.altKey ? `Alt+${event.key}` : event.key;
  if (!event.altKey && isTyping(event.target)) return;
  const element = document.querySelector<HTMLElement>(`[data-key="${CSS.escape(name)}"]`);
  if (!element) return;
  event.preventDefault();
  use(element);
});
