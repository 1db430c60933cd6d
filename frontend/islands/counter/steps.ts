/**
 * A step of the application (to the check, back, sending) is taken when everything that was typed is saved;
 * what stands in the field that is being left goes along with it.
 * Where an entry was refused, the officer is led to it: the step would go on with the answer before it.
 */
import { isLeft, isSaved, leaveField, onSaved, saveLeft } from "./saving";
import { FIELDS } from "./walk";

const REFUSED = `[data-refused] :is(${FIELDS})`;

type Detail = { elt: HTMLElement; issueRequest: (skipConfirmation: boolean) => void };

let next: (() => void) | undefined;

document.addEventListener("htmx:confirm", (event) => {
  const { elt, issueRequest } = (event as CustomEvent<Detail>).detail;
  if (elt.dataset.step === undefined) return;
  event.preventDefault();
  leaveField();
  next = () => issueRequest(true);
  goOn();
});

function goOn(): void {
  if (!next || !isSaved()) return;
  const step = next;
  next = undefined;
  const all = [...document.querySelectorAll<HTMLElement>(REFUSED)];
  const refused = all.find((field) => !isLeft(field.closest("[data-line]")));
  if (refused) {
    saveLeft();
    refused.focus();
  } else {
    step();
  }
}

onSaved(goOn);

document.addEventListener("htmx:afterSwap", (event) => {
  const { requestConfig } = (event as CustomEvent<{ requestConfig?: { elt: HTMLElement } }>).detail;
  if (requestConfig?.elt.dataset?.step === undefined) return;
  document.querySelector<HTMLElement>(`${REFUSED}, #next`)?.focus();
});
