/** The resident's screen: shows what the desk shows, takes a signature, keeps nothing. */
import "../../styles/base.css";
import "../../styles/resident.css";
import "../../shared/htmx";
import { listen } from "../../shared/live";
import "./away";
import "./pad";

if (document.body.dataset.live) listen(document.body.dataset.live);

// htmx remembers the path for its history, which we don't use: this tablet keeps nothing at all.
const forget = (): void => sessionStorage.clear();
document.addEventListener("htmx:afterSettle", forget);
forget();

// A page that the browser kept from before is a page of somebody else: ask again.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.replace("/screen/");
});
