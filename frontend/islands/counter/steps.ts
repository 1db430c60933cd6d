/**
 * A step of the application (to the check, back, sending) is taken when everything that was typed is saved.
 * Where an entry was refused, the officer is led to it instead: the step would go on with the answer before it.
 */
import { isSaved, onSaved } from "./saving";

type Detail = { elt: HTMLElement; issueRequest: (skipConfirmation: boolean) => void };

let next: (() => void) | undefined;

document.addEventListener("htmx:confirm", (event) => {
  const { elt, issueRequest } = (event as CustomEvent<Detail>).detail;
  if (elt.dataset.step === undefined) return;
  event.preventDefault();
  // The field in which the officer stands says what it holds when it is left.
  (document.activeElement as HTMLElement | null)?.blur();
  next = () => issueRequest(true);
  goOn();
});

function goOn(): void {
  if (!next || !isSaved()) return;
  const step = next;
  next = undefined;
  const refused = document.querySelector<HTMLElement>("[data-refused] :is(input, select)");
  if (refused) refused.focus();
  else step();
}

onSaved(goOn);

document.addEventListener("htmx:afterSwap", (event) => {
  const { requestConfig } = (event as CustomEvent<{ requestConfig?: { elt: HTMLElement } }>).detail;
  if (requestConfig?.elt.dataset?.step !== undefined) document.querySelector<HTMLElement>("#next")?.focus();
});
