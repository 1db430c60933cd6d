/** A chime and the browser's own voice. A browser gives neither before somebody has touched the page. */
let audio: AudioContext | undefined;

/** Makes the page able to sound: to be called while somebody presses a button. */
export function wakeUp(): void {
  audio ??= new AudioContext();
  void audio.resume();
  chime();
  if (canSpeak()) window.speechSynthesis.resume();
}

/** Whether there is a voice at all; where there is none the chime and the text have to do. */
export function canSpeak(): boolean {
  return "speechSynthesis" in window && "SpeechSynthesisUtterance" in window;
}

export function speak(words: string, language: string): void {
  if (!canSpeak()) return;
  const said = new SpeechSynthesisUtterance(words);
  said.lang = language;
  said.rate = 0.9;
  const voices = window.speechSynthesis.getVoices();
  said.voice = voices.find((voice) => voice.lang.startsWith(language.slice(0, 2))) ?? null;
  window.speechSynthesis.speak(said);
}

/** Two tones, the second lower, as in a hall. */
export function chime(): void {
  if (!audio) return;
  for (const [place, pitch] of [880, 659].entries()) tone(audio, pitch, place * 0.35);
}

function tone(context: AudioContext, pitch: number, after: number): void {
  const from = context.currentTime + after;
  const source = new OscillatorNode(context, { frequency: pitch, type: "sine" });
  const loudness = new GainNode(context, { gain: 0.25 });
  loudness.gain.setValueAtTime(0.25, from);
  loudness.gain.exponentialRampToValueAtTime(0.001, from + 0.6);
  source.connect(loudness).connect(context.destination);
  source.start(from);
  source.stop(from + 0.6);
}
