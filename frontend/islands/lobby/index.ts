/** A screen in the hall: shows who is called, and says each call once. */
import "../../styles/base.css";
import "../../styles/resident.css";
import "../../styles/lobby.css";
import "../../shared/htmx";
import { listen } from "../../shared/live";
import { announceNew } from "./calls";
import "./silence";

if (document.body.dataset.live) listen(document.body.dataset.live);
document.addEventListener("htmx:afterSettle", announceNew);
announceNew();
