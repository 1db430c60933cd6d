/**
 * Walks through the questions without a mouse: Enter goes on, Shift+Enter goes back, a digit chooses,
 * Alt+N goes to the next question that still needs something. The page opens there, and a new row at its first field.
 */
export const FIELDS = "input:not([type=hidden]):not([type=file]), select, textarea";
const FOLLOWING = Node.DOCUMENT_POSITION_FOLLOWING;

function isButton(field: HTMLInputElement): boolean {
  return /radio|checkbox/.test(field.type);
}

function fields(): HTMLElement[] {
  const all = [...document.querySelectorAll<HTMLElement>(`#sheet :is(${FIELDS})`)];
  // One stop for each set of buttons: the first that is chosen, or the first.
  return all.filter((field) => field === stopOf(field));
}

function stopOf(field: HTMLElement): HTMLElement {
  if (!(field instanceof HTMLInputElement) || !isButton(field)) return field;
  const set = [...document.querySelectorAll<HTMLInputElement>(`input[name="${CSS.escape(field.name)}"]`)];
  return set.find((one) => one.checked) ?? set[0] ?? field;
}

function step(from: HTMLElement, by: number): void {
  const stops = fields();
  const next = stops[stops.indexOf(stopOf(from)) + by];
  if (next) {
    focus(next);
  } else if (by > 0) {
    document.querySelector<HTMLElement>("#status .is-main")?.focus();
  }
}

function focus(field: HTMLElement): void {
  field.focus();
  if (field instanceof HTMLInputElement && !isButton(field)) field.select();
  field.closest("[data-line]")?.scrollIntoView({ block: "center", behavior: "auto" });
}

function choose(line: Element, digit: string): boolean {
  const option = line.querySelector<HTMLInputElement | HTMLButtonElement>(`[data-digit="${digit}"]`);
  if (!option) return false;
  if (option instanceof HTMLButtonElement) {
    // Who is chosen stands in the fields then: they are as the page has them.
    option.click();
    return true;
  }
  option.checked = option.type === "radio" ? true : !option.checked;
  option.focus();
  // As if it had been clicked: `input` says that the entry is new, `change` sends it.
  option.dispatchEvent(new Event("input", { bubbles: true }));
  option.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
}

/** Goes to the next question that needs something, and from the last one round to the first. */
function toNextOpen(): void {
  const here = document.activeElement?.closest("[data-line]");
  const open = [...document.querySelectorAll<HTMLElement>("#sheet :is(.is-missing, .is-wrong)")].filter(
    (line) => line !== here && line.querySelector(FIELDS),
  );
  const after = open.find((line) => here && here.compareDocumentPosition(line) & FOLLOWING);
  const field = (after ?? open[0] ?? here)?.querySelector<HTMLElement>(FIELDS);
  if (field) focus(field);
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (event.altKey && event.key.toLowerCase() === "n") {
    event.preventDefault();
    toNextOpen();
    return;
  }
  const target = event.target as HTMLElement;
  if (!target.closest("#sheet") || !target.matches(FIELDS) || event.ctrlKey || event.metaKey || event.altKey)
    return;
  if (event.key === "Enter") {
    event.preventDefault();
    step(target, event.shiftKey ? -1 : 1);
  } else if (/^[1-9]$/.test(event.key) && target.closest("[data-options]")) {
    const line = target.closest("[data-line]");
    if (line && choose(line, event.key)) event.preventDefault();
  }
});

// Whoever came by a link to a chapter, or to a button that waits to be pressed, stays there.
if (!location.hash && document.activeElement === document.body) toNextOpen();

/** Goes to the first field of a row that was just added, and to the group's button where one was taken out. */
document.addEventListener("htmx:afterSettle", (event) => {
  const button = (event as CustomEvent).detail.requestConfig?.elt as HTMLButtonElement | undefined;
  if (!button || !(button.name === "group" || button.name === "row")) return;
  const group = button.name === "group" ? button.value : button.value.replace(/\.\d+$/, "");
  const box = document.querySelector(`[data-group="${CSS.escape(group)}"]`);
  const field = box?.querySelector<HTMLElement>(`.group-row:last-of-type :is(${FIELDS})`);
  if (button.name === "group" && field) focus(field);
  else box?.querySelector<HTMLElement>('button[name="group"]')?.focus();
});
