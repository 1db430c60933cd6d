/** The resident's own pages: nothing here is needed but for drawing a signature. */
import "../../styles/base.css";
import "../../styles/resident.css";
import "../../styles/apply.css";
import "../../styles/aids.css";
import { printOnRequest } from "../../shared/print";
import "../page/narrow";
import "../resident/aloud";
import "../resident/pad";
import "./aids";
import "./desk";
import "./idle";
import "./once";
import "./upload";

const LOOK_AGAIN_MS = 4000;

printOnRequest();

// A page that waits for somebody else looks by itself how it stands.
if ("lookAgain" in document.body.dataset)
  window.setInterval(() => location.replace(location.href), LOOK_AGAIN_MS);

// A page that the browser kept from before may be of somebody else: ask again.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
