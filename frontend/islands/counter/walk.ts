/**
 * Walks through the questions without a mouse: Enter goes on, Shift+Enter goes back, a digit chooses,
 * Alt+N goes to the next question that still needs something.
 */
const FIELDS = "input:not([type=hidden]):not([type=file]), select, textarea";

function fields(): HTMLElement[] {
  const all = [...document.querySelectorAll<HTMLInputElement>(`#sheet :is(${FIELDS})`)];
  // One stop for each set of radio buttons: the chosen one, or the first.
  return all.filter((field) => field.type !== "radio" || isStop(field));
}

function isStop(radio: HTMLInputElement): boolean {
  const set = [...document.querySelectorAll<HTMLInputElement>(`input[name="${CSS.escape(radio.name)}"]`)];
  return radio === (set.find((one) => one.checked) ?? set[0]);
}

function stopOf(field: HTMLElement): HTMLElement {
  if (!(field instanceof HTMLInputElement) || field.type !== "radio") return field;
  const set = document.querySelectorAll<HTMLInputElement>(`input[name="${CSS.escape(field.name)}"]`);
  return [...set].find(isStop) ?? field;
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
  if (field instanceof HTMLInputElement && field.type !== "radio" && field.type !== "checkbox")
    field.select();
  field.closest("[data-line]")?.scrollIntoView({ block: "center", behavior: "auto" });
}

function choose(line: Element, digit: string): boolean {
  const option = line.querySelector<HTMLInputElement>(`[data-digit="${digit}"]`);
  if (!option) return false;
  option.checked = option.type === "radio" ? true : !option.checked;
  option.focus();
  option.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
}

function toNextOpen(): void {
  const field = document.querySelector<HTMLElement>(`#sheet :is(.is-missing, .is-wrong) :is(${FIELDS})`);
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
