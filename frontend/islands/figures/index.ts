/** The figures: looks and the print button. */
import { printOnRequest } from "../../shared/print";
import "../../styles/figures.css";

printOnRequest();
