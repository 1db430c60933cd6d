/** Prints the number as soon as it is drawn, then goes back to reception for the next resident. */
import { printOnRequest } from "../../shared/print";
import "../../styles/slip.css";

const back = document.querySelector<HTMLAnchorElement>("[data-back]");

printOnRequest();
window.addEventListener("afterprint", () => back?.focus());
window.addEventListener("load", () => document.fonts.ready.then(() => window.print()));
