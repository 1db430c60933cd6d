/** htmx with its morphing swap, and the settings that a strict content policy asks for. */
import htmx from "htmx.org";

declare global {
  interface Window {
    htmx: typeof htmx;
  }
}

window.htmx = htmx;
htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.historyEnabled = false;
// Morphing finds the element with the focus again by its id, so a save never takes the cursor away.
await import("idiomorph/dist/idiomorph-ext.js");

export default htmx;
