/** The resident's screen: shows what the desk shows, takes a signature, keeps nothing. */
import "../../styles/base.css";
import "../../styles/resident.css";
import "../../styles/aids.css";
import "../../shared/htmx";
import { listen } from "../../shared/live";
import "./aloud";
import "./away";
import "./pad";

if (document.body.dataset.live) listen(document.body.dataset.live);

// htmx remembers the path for its history, which we don't use: this tablet keeps nothing at all.
const forget = (): void => sessionStorage.clear();
document.addEventListener("htmx:afterSettle", forget);
// How the page is to be read goes with whoever sits here.
let wasOpen = false;
document.addEventListener("htmx:beforeSwap", () => {
  wasOpen = document.querySelector<HTMLDetailsElement>(".aids details")?.open ?? false;
});
document.addEventListener("htmx:afterSwap", () => {
  // Whoever chooses how to read chooses more than one thing.
  document.querySelector(".aids details")?.toggleAttribute("open", wasOpen);
  const aids = document.getElementById("now")?.dataset.reads ?? "";
  document.documentElement.className = `resident ${aids}`.trim();
});
forget();

// A page that the browser kept from before is a page of somebody else: ask again.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.replace("/screen/");
});
