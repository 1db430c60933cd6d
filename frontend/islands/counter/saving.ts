/**
 * Saves each question by itself, as soon as it is changed, and lets nothing that was typed get lost:
 * a question that is being saved, or whose entry was refused, is never overwritten by the answer to another one;
 * a field in which something was typed since it was last sent is never overwritten by any answer;
 * an answer that comes late changes its own question only; what did not arrive is sent again, and what the server
 * refused for good stays in its field with the server's words.
 * A line that says the same as before comes back empty (data-same): the one on the page stays.
 */
import { Idiomorph } from "idiomorph/htmx";
import htmx from "../../shared/htmx";
import { takeTyped } from "./typed";

const RETRY_MS = 3000;
const saving = new Map<string, number>();
const unsent = new Set<string>();
const touched = new WeakSet<Node>();
let own = "";
// What is put into the page was asked for by the page itself: somebody else has answered.
let isNews = false;
let isLeaving = false;
let along: HTMLElement | null = null;
// What goes along with a step that is under way.
const carried = new WeakMap<XMLHttpRequest, HTMLElement>();

type Detail = {
  elt: HTMLElement;
  target: HTMLElement;
  xhr: XMLHttpRequest;
  shouldSwap: boolean;
  serverResponse: string;
  requestConfig: { elt: HTMLElement };
};

function lineOf(element: Element): HTMLElement | null {
  return element.closest<HTMLElement>("[data-line]");
}

/** Returns the line that is saved by itself; nothing where a button in it was pressed. */
function savedBy(element: HTMLElement): HTMLElement | null {
  return element.dataset.line === undefined ? null : element;
}

function revisionIn(root: ParentNode): number {
  return Number(root.querySelector<HTMLInputElement>("#revision")?.value ?? 0);
}

function count(id: string, by: number): void {
  const left = (saving.get(id) ?? 0) + by;
  if (left > 0) saving.set(id, left);
  else saving.delete(id);
}

/** Returns the fields that hold one entry together: all buttons of a set, or the field itself. */
function together(field: HTMLInputElement): HTMLInputElement[] {
  if (!/radio|checkbox/.test(field.type)) return [field];
  return [...document.querySelectorAll<HTMLInputElement>(`#sheet [name="${CSS.escape(field.name)}"]`)];
}

document.addEventListener("input", (event) => {
  for (const field of together(event.target as HTMLInputElement)) touched.add(field);
});

function isKept(node: Node): boolean {
  if (touched.has(node)) return true;
  if (!(node instanceof HTMLElement) || node.dataset.line === undefined || node.id === own) return false;
  return saving.has(node.id) || unsent.has(node.id) || isRefused(node);
}

/** An entry that was refused stays, but where the server knows it and somebody else has answered since. */
function isRefused(line: HTMLElement): boolean {
  return line.dataset.refused !== undefined && !(isNews && !line.querySelector("[data-server]"));
}

function isSame(node: Node): boolean {
  return node instanceof HTMLElement && node.dataset.same !== undefined;
}

Object.assign(Idiomorph.defaults.callbacks, {
  beforeNodeMorphed: (old: Node, fresh: Node) => !isKept(old) && !isSame(fresh),
  // What the officer unfolded stays so while the page asks how it stands.
  beforeAttributeUpdated: (name: string) => name !== "open",
  beforeNodeRemoved: (old: Node) => !(old instanceof HTMLElement && saving.has(old.id)),
});

/** Returns what one question holds: htmx would send the whole form around it. */
function entries(line: HTMLElement): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const field of line.querySelectorAll<HTMLInputElement>("input, select, textarea")) {
    if (!field.name || field.type === "file" || (/radio|checkbox/.test(field.type) && !field.checked))
      continue;
    found[field.name] = [...(found[field.name] ?? []), field.value];
  }
  return { ...found, ...pageEntries() };
}

function pageEntries(): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const id of ["revision", "page", "spoken"]) {
    found[id] = [document.querySelector<HTMLInputElement>(`#${id}`)?.value ?? ""];
  }
  return found;
}

/** At which question the officer is, or was before going to a button: from there the resident goes on. */
let standsAt = "";

document.addEventListener("focusin", (event) => {
  const line = lineOf(event.target as Element);
  const path = line?.querySelector<HTMLInputElement>("[name=path]")?.value;
  if (path) standsAt = path;
});

/** Returns what a hand-over takes along besides an answer: from where to go on, and the field that its button names. */
function brought(button: HTMLElement): Record<string, string[]> {
  if (button.dataset.brings === undefined) return {};
  const field = document.getElementById(button.dataset.brings);
  const note = field instanceof HTMLTextAreaElement ? { [field.name]: [field.value] } : {};
  return { ...note, stands: [standsAt] };
}

document.addEventListener("htmx:confirm", (event) => {
  const line = lineOf((event as CustomEvent<Detail>).detail.elt);
  if (!isLeaving || !line) return;
  event.preventDefault();
  along = line;
});

document.addEventListener("htmx:configRequest", (event) => {
  const detail = (event as CustomEvent).detail as { elt: HTMLElement; path: string; parameters: unknown };
  // Whoever is chosen takes the place of what was typed.
  if (detail.elt.matches("[name=person]")) forget(lineOf(detail.elt));
  const isStep = detail.elt.dataset.step !== undefined;
  const line = detail.path.endsWith("answers/") ? lineOf(detail.elt) : isStep && along;
  const more = isStep ? brought(detail.elt) : {};
  if (isStep && detail.elt.dataset.brings !== undefined) detail.parameters = more;
  if (!line) return;
  detail.parameters = { ...more, ...entries(line), typed: takeTyped() };
  forget(line);
});

/** Lets the page's answer stand in the fields of a line: what was typed there is sent, or given up. */
function forget(line: HTMLElement | null): void {
  for (const field of line?.querySelectorAll("input, select, textarea") ?? []) touched.delete(field);
}

document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt, xhr } = (event as CustomEvent<Detail>).detail;
  const line = savedBy(elt);
  if (line) count(line.id, 1);
  if (elt.dataset.step === undefined || !along) return;
  carried.set(xhr, along);
  along = null;
});

document.addEventListener("htmx:afterRequest", (event) => {
  const { elt, xhr } = (event as CustomEvent<Detail>).detail;
  const line = savedBy(elt);
  if (line) {
    count(line.id, -1);
    weigh(line, xhr);
    return;
  }
  if (!elt.matches("#watch")) tellNotDone(xhr.status === 0 || xhr.status >= 500);
  if (elt.matches("[name=attach]")) attached(elt, xhr);
  const taken = carried.get(xhr);
  if (taken) weigh(taken, xhr);
});

/** After a file was sent: it is not chosen any more, and what is larger than the server takes is told. */
function attached(button: HTMLElement, xhr: XMLHttpRequest): void {
  const line = lineOf(button);
  const input = line?.querySelector<HTMLInputElement>("input[type=file]");
  if (xhr.status > 0 && xhr.status < 500 && input) input.value = "";
  if (isForGood(xhr.status) && line) say(line, xhr.responseText);
}

/** Draws the conclusion from what the server said to an entry. */
function weigh(line: HTMLElement, xhr: XMLHttpRequest): void {
  if (xhr.status >= 200 && xhr.status < 300) sent(line.id);
  else if (isForGood(xhr.status)) refuse(line, xhr.responseText);
  else keep(line.id);
}

/** Returns whether the same request would be refused again: not where the server was late or busy. */
function isForGood(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}

/** Shows in the line why it was refused; the entry stays, and its next change is sent. */
function refuse(line: HTMLElement, page: string): void {
  sent(line.id);
  line.dataset.refused = "";
  say(line, page);
}

function say(line: HTMLElement, page: string): void {
  line.classList.add("is-wrong");
  line.querySelector("[data-server]")?.remove();
  const told = document.createElement("p");
  told.className = "error";
  told.role = "alert";
  told.dataset.server = "";
  told.textContent = wordsIn(page);
  line.querySelector(".line-field")?.append(told);
}

/** Returns what a page of ours says first. */
function wordsIn(page: string): string {
  const found = new DOMParser().parseFromString(page, "text/html");
  const [title, why] = ["h1", "main p"].map((part) => found.querySelector(part)?.textContent?.trim());
  return title && why
    ? `${title}。${why}`
    : "サーバーがこの入力を受け付けませんでした。画面を読み込み直してください。";
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const detail = (event as CustomEvent<Detail>).detail;
  // What asked is gone from the page, and its question with it.
  if (!detail.requestConfig.elt.isConnected) {
    detail.shouldSwap = false;
    return;
  }
  const fresh = new DOMParser().parseFromString(detail.serverResponse, "text/html");
  if (detail.target.id === "status" && fresh.querySelector("#interview")) {
    // Instead of the part that was asked for, all of it came.
    detail.target = detail.target.closest<HTMLElement>("#interview") ?? detail.target;
  }
  isNews = detail.requestConfig.elt.id === "watch";
  if (detail.target.id !== "interview") return;
  own = (lineOf(detail.requestConfig.elt) ?? carried.get(detail.xhr))?.id ?? "";
  if (revisionIn(fresh) >= revisionIn(document)) return;
  // It was overtaken: only its own question is news.
  detail.shouldSwap = false;
  const [before, after] = [document.getElementById(own), fresh.getElementById(own)];
  if (before && after) Idiomorph.morph(before, after);
});

document.addEventListener("htmx:afterSwap", () => {
  // A button that has gone leaves the keyboard where it was.
  if (own && document.activeElement === document.body) fieldOf(own)?.focus();
  own = "";
});

function fieldOf(id: string): HTMLElement | null {
  return document.querySelector<HTMLElement>(
    `#${CSS.escape(id)} :is(input:not([type=hidden]), select, textarea)`,
  );
}

function sent(id: string): void {
  unsent.delete(id);
  tell();
}

/** Keeps what could not be sent, and sends it again. */
function keep(id: string): void {
  unsent.add(id);
  tell();
  window.setTimeout(() => {
    const line = document.getElementById(id);
    if (line && unsent.has(id)) htmx.trigger(line, "change");
  }, RETRY_MS);
}

/** Leaves the field in which the officer stands: what it holds then goes along with the next step. */
export function leaveField(): void {
  isLeaving = true;
  (document.activeElement as HTMLElement | null)?.blur();
  isLeaving = false;
}

/** Tells whether a line goes along with the next step. */
export function isLeft(line: Element | null): boolean {
  return along !== null && along === line;
}

/** Sends what was to go along by itself: the step is not taken. */
export function saveLeft(): void {
  if (along) htmx.trigger(along, "change");
  along = null;
}

/** Tells whether everything that was typed has reached the server, or was refused by it. */
export function isSaved(): boolean {
  return saving.size === 0 && unsent.size === 0;
}

/** Calls `then` each time that the last answer under way has come back. */
export function onSaved(then: () => void): void {
  // What waits in htmx's queue behind this answer is sent first.
  document.addEventListener("htmx:afterRequest", () => window.setTimeout(() => isSaved() && then()));
}

function tell(): void {
  const notice = document.querySelector<HTMLElement>("#unsent");
  if (notice) notice.hidden = unsent.size === 0;
}

/** Says of a button that was pressed in vain that it was: unlike an answer, it is not pressed again by itself. */
function tellNotDone(failed: boolean): void {
  const notice = document.querySelector<HTMLElement>("#not-done");
  if (notice) notice.hidden = !failed;
}

window.addEventListener("beforeunload", (event) => {
  if (unsent.size > 0 || saving.size > 0 || along) event.preventDefault();
});
