/** Reads a page aloud, part by part, in its language, and shows which part it is. */
const PARTS =
  "h1, h2, h3, legend, p, li, dt, dd, summary, .apply-option span, .apply-date label, .apply-parts label, .apply-file";
const PLAIN_READING = /([一-龠々〆ヶ]+)（[ぁ-ゖー]+）/g;
const MARK = "is-read-aloud";

/** What is said of an element: neither its readings, which are said already, nor what is hidden or stands in fields. */
function words(part: Element): string {
  const copy = part.cloneNode(true) as Element;
  for (const left of copy.querySelectorAll(
    "rt, rp, button, select, input, textarea, script, [hidden], [aria-hidden=true], .visually-hidden",
  ))
    left.remove();
  return (copy.textContent ?? "").replace(PLAIN_READING, "$1").replace(/\s+/g, " ").trim();
}

function parts(): Element[] {
  const all = [...document.querySelectorAll(`.resident-main :is(${PARTS})`)];
  return all.filter(
    (part) =>
      part.checkVisibility() &&
      !part.closest("form.languages, .aids") &&
      !all.some((other) => other !== part && part.contains(other) && words(other)) &&
      words(part),
  );
}

class ReadAloud extends HTMLElement {
  private queue: Element[] = [];

  private readonly look = (): void => this.show();

  connectedCallback(): void {
    if (!("speechSynthesis" in window)) {
      this.say(false);
      return;
    }
    this.button.addEventListener("click", () => (this.queue.length ? this.stop() : this.start()));
    // The voices come later than the page.
    speechSynthesis.addEventListener("voiceschanged", this.look);
    this.show();
  }

  disconnectedCallback(): void {
    window.speechSynthesis?.removeEventListener("voiceschanged", this.look);
    this.stop();
  }

  private get button(): HTMLButtonElement {
    return this.querySelector("button") as HTMLButtonElement;
  }

  private voice(): SpeechSynthesisVoice | undefined {
    const wanted = (this.dataset.lang ?? "ja").toLowerCase();
    const voices = speechSynthesis.getVoices();
    const tag = (voice: SpeechSynthesisVoice): string => voice.lang.toLowerCase().replace("_", "-");
    const own = wanted === "zh-hans" ? "zh-cn" : wanted;
    return (
      voices.find((voice) => tag(voice) === own) ??
      voices.find((voice) => tag(voice).split("-")[0] === wanted.split("-")[0])
    );
  }

  private show(): void {
    this.say(Boolean(this.voice()));
  }

  /** Without a voice the button would do nothing: a sentence says so in its place. */
  private say(can: boolean): void {
    this.hidden = false;
    this.button.hidden = !can;
    (this.querySelector("p") as HTMLElement).hidden = can;
  }

  private start(): void {
    this.queue = parts();
    this.button.dataset.start = this.button.textContent ?? "";
    this.button.textContent = this.button.dataset.stop ?? "";
    this.next();
  }

  private next(): void {
    for (const read of document.querySelectorAll(`.${MARK}`)) read.classList.remove(MARK);
    const part = this.queue[0];
    if (!part) {
      this.stop();
      return;
    }
    const said = new SpeechSynthesisUtterance(words(part));
    const voice = this.voice();
    if (voice) {
      said.voice = voice;
      said.lang = voice.lang;
    }
    said.onend = said.onerror = () => {
      if (this.queue[0] !== part) return;
      this.queue.shift();
      this.next();
    };
    part.classList.add(MARK);
    part.scrollIntoView({ block: "nearest" });
    speechSynthesis.speak(said);
  }

  private stop(): void {
    this.queue = [];
    window.speechSynthesis?.cancel();
    for (const read of document.querySelectorAll(`.${MARK}`)) read.classList.remove(MARK);
    if (this.button.dataset.start) this.button.textContent = this.button.dataset.start;
  }
}

customElements.define("read-aloud", ReadAloud);
// Nothing goes on speaking of a page that somebody has left.
window.addEventListener("pagehide", () => window.speechSynthesis?.cancel());
