/** htmx with its morphing swap, and the settings that a strict content policy asks for. */
import htmx from "htmx.org";
import "idiomorph/htmx";

htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.historyEnabled = false;
// A button that stays where it was and now does something else does so at once: a key that is pressed within the
// fiftieth of a second that htmx would wait still had the old meaning.
htmx.config.defaultSettleDelay = 0;

export default htmx;
