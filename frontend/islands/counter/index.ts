/** The officer's counter: eyes on the resident, hands on the keyboard. */
import "../../styles/card.css";
import "../../styles/counter.css";
import "../../styles/interview.css";
import "../../styles/route.css";
import { listen } from "../../shared/live";
import "./card";
import "./results";
import "./saving";
import "./steps";
import "./walk";

const desk = document.querySelector<HTMLElement>("[data-desk]")?.dataset.desk;
if (desk) listen(`desk/${desk}`);
