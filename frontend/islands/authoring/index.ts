/** The screens on which procedures are written: looks only, forms are the browser's own. */
import "../../styles/authoring.css";
