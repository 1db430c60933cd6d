/** Reception and booking of paper: looks only, keys and forms are the browser's own. */
import "../../styles/frontdesk.css";
