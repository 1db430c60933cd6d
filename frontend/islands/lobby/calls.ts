/**
 * Says what is called: a chime, then the number and the window, in Japanese, and in English where the ticket is in English.
 * Each call is said once: what the screen has shown already, before it was loaded again or was away, is not repeated.
 */
import { canSpeak, chime, speak, wakeUp } from "../../shared/voice";

const SAID = "calls-said";
// Of what was called while the screen was away only the last few are said: the others have been called by voice meanwhile.
const MOST_AT_ONCE = 3;
let isOn = false;

interface Called {
  id: number;
  number: string;
  window: string;
  language: string;
}

function shown(): Called[] {
  const items = document.querySelectorAll<HTMLElement>("[data-call]");
  return [...items].map(({ dataset }) => ({
    id: Number(dataset.call),
    number: dataset.number ?? "",
    window: dataset.window ?? "",
    language: dataset.language ?? "ja",
  }));
}

/** Says the calls that this screen has not said or shown before. */
export function announceNew(): void {
  const calls = shown();
  const newest = Math.max(0, ...calls.map((call) => call.id));
  const before = sessionStorage.getItem(SAID);
  if (before !== null && newest <= Number(before)) return;
  sessionStorage.setItem(SAID, String(newest));
  if (before === null || !isOn) return;
  const fresh = calls.filter((call) => call.id > Number(before)).sort((a, b) => a.id - b.id);
  for (const call of fresh.slice(-MOST_AT_ONCE)) say(call);
}

function say(call: Called): void {
  chime();
  const where = call.window ? `${call.window}番の窓口へ` : "窓口へ";
  speak(`${call.number}番の方、${where}お越しください。`, "ja-JP");
  if (call.language !== "en") return;
  const to = call.window ? `window ${call.window}` : "the counter";
  speak(`Number ${call.number}, please come to ${to}.`, "en-US");
}

document.addEventListener("click", (event) => {
  const button = (event.target as HTMLElement).closest<HTMLButtonElement>("[data-sound]");
  if (!button) return;
  isOn = !isOn;
  button.setAttribute("aria-pressed", String(isOn));
  button.textContent = isOn ? "音を止める" : "音を出す";
  if (isOn) wakeUp();
  tell();
});

function tell(): void {
  const line = document.querySelector<HTMLElement>("#voice");
  if (!line) return;
  const { silent, speaking, ringing } = line.dataset;
  line.textContent = (!isOn ? silent : canSpeak() ? speaking : ringing) ?? "";
}
