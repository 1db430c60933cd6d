/** The resident's screen: shows what the desk shows, takes a signature, keeps nothing. */
import "../../styles/base.css";
import "../../styles/resident.css";
import "../../shared/htmx";
import { listen } from "../../shared/live";
import "./pad";

if (document.body.dataset.live) listen(document.body.dataset.live);

// A page that the browser kept from before is a page of somebody else: ask again.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.replace("/screen/");
});
