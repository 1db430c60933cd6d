/** The screens on which procedures are written: forms are the browser's own; what was typed is not lost unasked. */
import "../../styles/authoring.css";
import "./unsaved";
