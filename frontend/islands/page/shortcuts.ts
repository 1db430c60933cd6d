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

/** Whoever presses twice in a hurry means the first: by the second the key may send, or end, what nobody has looked at. */
const HURRY_MS = 700;
let last = { name: "", meaning: "", at: Number.NEGATIVE_INFINITY };

function isHurry(name: string, meaning: string, at: number): boolean {
  return name === last.name && meaning !== last.meaning && at - last.at < HURRY_MS;
}

document.addEventListener("keydown", (event) => {
  // A key held down is pressed once: it must not send, and then end, what stands on the next page.
  if (event.isComposing || event.repeat || event.ctrlKey || event.metaKey) return;
  // With Caps Lock or Shift on, the same key is meant.
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const name = event.altKey ? `Alt+${key}` : key;
  if (!event.altKey && isTyping(event.target)) return;
  // Who has switched them off presses by one character nothing (WCAG 2.1.4): Alt+k, Enter and the arrows stay.
  if (!event.altKey && key.length === 1 && document.body.dataset.singleKeys === "off") return;
  const element = document.querySelector<HTMLElement>(`[data-key="${CSS.escape(name)}"]`);
  // What lies behind a dialog waits until it is closed.
  const dialog = document.querySelector("dialog[open]");
  if (!element || (dialog && !dialog.contains(element))) return;
  event.preventDefault();
  const meaning = element.textContent?.trim() ?? "";
  if (isHurry(name, meaning, event.timeStamp)) return;
  last = { name, meaning, at: event.timeStamp };
  use(element);
});
