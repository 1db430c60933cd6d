/** Reception and booking of paper: keys and forms are the browser's own; who waits is news; a search for a purpose chooses by Enter. */
import "../../styles/frontdesk.css";
import { listen } from "../../shared/live";

const hall = document.querySelector<HTMLElement>("#hall[data-live]");
if (hall) listen("hall");

/** What was typed into the search is chosen by Enter: the first that is left; the next Enter then sends the form. */
document.addEventListener("keydown", (event) => {
  const field = event.target as HTMLInputElement;
  if (event.key !== "Enter" || event.isComposing || !field.matches?.("[data-pick]")) return;
  event.preventDefault();
  const list = document.getElementById(field.dataset.narrow ?? "");
  const first = list?.querySelector<HTMLInputElement>("[data-words]:not([hidden]) input");
  if (!first || field.value.trim() === "") return;
  first.checked = true;
  first.focus();
});

/** What is folded away is found as well. */
document.addEventListener("input", (event) => {
  const field = event.target as HTMLInputElement;
  if (!field.matches("[data-pick]")) return;
  const list = document.getElementById(field.dataset.narrow ?? "");
  for (const folded of list?.querySelectorAll<HTMLDetailsElement>("[data-unfold]") ?? [])
    folded.open = field.value.trim() !== "" || Boolean(folded.querySelector("input:checked"));
});
