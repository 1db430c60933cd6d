/** An element with data-key="k" is reached or pressed by that key, outside of fields; "Alt+k" works inside them too. */
function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest("input:not([type=radio],[type=checkbox]),select,textarea") !== null
  );
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
  // A key held down is pressed once: it must not send, and then end, what stands on the next page.
  if (event.isComposing || event.repeat || event.ctrlKey || event.metaKey) return;
  // With Caps Lock or Shift on, the same key is meant.
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const name = event.altKey ? `Alt+${key}` : key;
  if (!event.altKey && isTyping(event.target)) return;
  const element = document.querySelector<HTMLElement>(`[data-key="${CSS.escape(name)}"]`);
  if (!element) return;
  event.preventDefault();
  use(element);
});
