/** A screen that waits for an officer to say what it is for. */
import "../../styles/base.css";
import "../../styles/resident.css";
import "../../shared/htmx";
import { listen } from "../../shared/live";

if (document.body.dataset.live) listen(document.body.dataset.live);
