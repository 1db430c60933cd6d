/** htmx with its morphing swap, and the settings that a strict content policy asks for. */
import htmx from "htmx.org";
import "idiomorph/htmx";

htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.historyEnabled = false;

export default htmx;
