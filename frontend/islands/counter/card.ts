/**
 * The talk between the officer's page, the card reader's agent on this computer, and the server.
 * The PIN goes from its field to 127.0.0.1 and nowhere else; what was read goes to the server under the agent's seal.
 */
import htmx from "../../shared/htmx";

const POLL_MS = 700;
// Too few for somebody who looks for the card in a bag; the agent itself ends a reading after five minutes.
const LONGEST_WAIT_MS = 240_000;
// What no second look changes today.
const FOR_TODAY = new Set(["last_try", "blocked", "wrong_pin"]);
const NO_AGENT =
  "カードの読取りソフトにつながりません。このパソコンで読取りソフト（machimado card-agent）が動いているかを確かめてください。動いていてもつながらないときは、情報政策課に連絡してください。";
const NOT_SECURE =
  "この画面は https で開かれていないため、ブラウザーがカードの読取りソフトにつなぎません。https のアドレスで開き直してください。アドレスが分からないときは、情報政策課に連絡してください。";
const NOT_ALLOWED =
  "ブラウザーが、このパソコンの中の読取りソフトにつなぐことを止めています。アドレス欄の左のしるしを押して、この端末（ローカルネットワーク）へのアクセスを「許可」にしてください。できないときは、情報政策課に連絡してください。";
const NO_SERVER = "サーバーにつながりません。つながってから、もう一度「カードを読む」を押してください。";

type Answer = Record<string, string | number | null>;
type Reading = { token: string; nonce: string; purpose: string };

/** The agent or the server has said no, in a sentence. */
class Refused extends Error {
  constructor(
    message: string,
    readonly reason: string,
  ) {
    super(message);
  }
}

class Ended extends Error {}

async function told(answer: Response, otherwise: string): Promise<Answer> {
  const said: Answer = await answer.json().catch(() => ({}));
  if (answer.ok) return said;
  throw new Refused(String(said.message ?? otherwise), String(said.reason ?? ""));
}

/** Asks the agent on this computer. */
export async function askAgent(
  agent: string,
  path: string,
  body: BodyInit | Answer = {},
  token = "",
): Promise<Answer> {
  const headers: Record<string, string> = token ? { Authorization: `Bearer ${token}` } : {};
  const sent = body instanceof Uint8Array ? (body as BodyInit) : JSON.stringify(body);
  const answer = await fetch(`${agent}${path}`, {
    method: "POST",
    headers: { ...headers, "Content-Type": "application/octet-stream" },
    body: sent,
    credentials: "omit",
    referrerPolicy: "no-referrer",
  }).catch(async () => {
    throw new Refused(await whyNot(), "no_agent");
  });
  return told(answer, NO_AGENT);
}

/** Browsers keep pages from programs on the same computer unless somebody allows it, and then only over https. */
async function whyNot(): Promise<string> {
  if (!window.isSecureContext) return NOT_SECURE;
  for (const name of ["loopback-network", "local-network-access"]) {
    // Each browser knows another name for it, or none.
    const asked = navigator.permissions?.query({ name: name as PermissionName });
    const permission = await asked?.catch(() => undefined);
    if (permission) return permission.state === "denied" ? NOT_ALLOWED : NO_AGENT;
  }
  return NO_AGENT;
}

/** Posts a form to the server, with what else it should know. */
export async function post(address: string, form: HTMLFormElement, more: Answer): Promise<Response> {
  const fields = new FormData(form);
  for (const [name, value] of Object.entries(more)) fields.set(name, String(value));
  return fetch(address, { method: "POST", body: fields }).catch(() => {
    throw new Refused(NO_SERVER, "no_server");
  });
}

export async function askServer(address: string, form: HTMLFormElement, more: Answer): Promise<Answer> {
  return told(await post(address, form, more), NO_SERVER);
}

class Talk {
  private readonly dialog: HTMLDialogElement;
  private readonly fields: HTMLFormElement;
  private readonly pin: HTMLInputElement;
  private reading: Reading | undefined;
  // Counts talks: what belongs to one that was left is dropped.
  private turn = 0;

  constructor(private readonly button: HTMLButtonElement) {
    this.dialog = document.querySelector("#card-dialog") as HTMLDialogElement;
    this.fields = this.dialog.querySelector("#card-fields") as HTMLFormElement;
    this.pin = this.dialog.querySelector("#pin") as HTMLInputElement;
    button.hidden = false;
    button.addEventListener("click", () => this.begin());
    this.dialog.addEventListener("close", () => this.end());
    this.dialog.addEventListener("click", (event) => this.press(event.target as HTMLElement));
    this.pin.addEventListener("input", () => this.keepDigits());
    this.pin.closest("form")?.addEventListener("submit", (event) => {
      event.preventDefault();
      this.showPin();
    });
  }

  private get agent(): string {
    return this.button.dataset.agent ?? "";
  }

  private press(target: HTMLElement): void {
    const button = target.closest("button");
    const digit = button?.dataset.digitOfPin;
    if (digit) {
      this.pin.value = `${this.pin.value}${digit}`.slice(0, 4);
      this.pin.focus();
    } else if (button?.matches("[data-pin-back]")) {
      this.pin.value = this.pin.value.slice(0, -1);
      this.pin.focus();
    } else if (button?.matches("[data-card-close]")) {
      this.dialog.close();
    } else if (button?.matches("[data-card-again]")) {
      void this.talk();
    }
  }

  private keepDigits(): void {
    this.pin.value = this.pin.value.normalize("NFKC").replace(/\D/g, "").slice(0, 4);
  }

  private begin(): void {
    if (this.dialog.open) return;
    this.dialog.showModal();
    void this.talk();
  }

  /** Closed, whichever way: nothing that was typed stays, and the agent forgets the reading. */
  private end(): void {
    this.turn += 1;
    this.pin.value = "";
    const { token } = this.reading ?? {};
    this.reading = undefined;
    if (token) void askAgent(this.agent, "/close", {}, token).catch(() => undefined);
  }

  private show(step: string): void {
    for (const part of this.dialog.querySelectorAll<HTMLElement>("[data-step]"))
      part.hidden = part.dataset.step !== step;
  }

  /** From nothing to the PIN's field: the server asks, the card is put down, its tries are known. */
  private async talk(): Promise<void> {
    this.end();
    const turn = this.turn;
    this.show("card");
    await this.unlessEnded(turn, async () => {
      this.reading = await this.open();
      const tries = await this.waitForCard(turn, this.reading.token);
      this.askPin("", tries);
    });
  }

  private async open(): Promise<Reading> {
    const { nonce } = await askAgent(this.agent, "/challenge");
    const asked = await askServer(this.button.dataset.ask ?? "", this.fields, { nonce: nonce ?? "" });
    const purpose = String(asked.purpose);
    const { token } = await askAgent(this.agent, "/open", {
      nonce: String(nonce),
      purpose,
      proof: String(asked.proof),
    });
    return { token: String(token), nonce: String(nonce), purpose };
  }

  private async waitForCard(turn: number, token: string): Promise<number> {
    const until = performance.now() + LONGEST_WAIT_MS;
    for (;;) {
      try {
        return Number((await askAgent(this.agent, "/look", {}, token)).tries);
      } catch (refusal) {
        if (this.turn !== turn) throw new Ended();
        const waits = refusal instanceof Refused && refusal.reason === "no_card";
        if (!waits || performance.now() > until) throw refusal;
      }
      await new Promise((resolve) => window.setTimeout(resolve, POLL_MS));
      if (this.turn !== turn) throw new Ended();
    }
  }

  private askPin(wrong: string, tries: number): void {
    this.show("pin");
    const said = this.dialog.querySelector<HTMLElement>("[data-wrong]");
    const warning = this.dialog.querySelector<HTMLElement>("[data-warning]");
    if (said) {
      said.textContent = wrong;
      said.hidden = !wrong;
    }
    if (warning) warning.hidden = tries > 2 || Boolean(wrong);
    this.pin.value = "";
    this.pin.focus();
  }

  private showPin(): void {
    const { reading, turn } = this;
    if (!reading) return;
    if (this.pin.value.length !== 4) {
      this.askPin("暗証番号は数字4桁です。カードには何も送っていません。", 3);
      return;
    }
    const pin = new TextEncoder().encode(this.pin.value);
    this.pin.value = "";
    this.show("reading");
    void this.unlessEnded(turn, () => this.read(turn, reading, pin));
  }

  private async read(turn: number, reading: Reading, pin: Uint8Array): Promise<void> {
    let answer: Answer;
    try {
      answer = await askAgent(this.agent, "/read", pin as unknown as BodyInit, reading.token);
    } catch (refusal) {
      const isWrong = refusal instanceof Refused && refusal.reason === "wrong_pin";
      if (!isWrong || this.turn !== turn) throw refusal;
      await this.afterWrongPin(turn, reading, refusal);
      return;
    } finally {
      pin.fill(0);
    }
    if (this.turn !== turn) throw new Ended();
    await this.handOver({ ...answer, nonce: reading.nonce, purpose: reading.purpose });
  }

  /** The agent says whether another try is left for here; its own sentence tells what else there is to do. */
  private async afterWrongPin(turn: number, reading: Reading, refusal: Refused): Promise<void> {
    try {
      const tries = await this.waitForCard(turn, reading.token);
      this.askPin(refusal.message, tries);
    } catch (again) {
      if (again instanceof Refused && again.reason === "last_try") throw refusal;
      throw again;
    }
  }

  /** The server's page shows what was read, beside what it knows: in the dialog, or where a search shows whom it found. */
  private async handOver(sealed: Answer): Promise<void> {
    const answer = await post(this.button.dataset.take ?? "", this.fields, sealed);
    if (!answer.ok) throw new Refused(NO_SERVER, "no_server");
    const results = document.querySelector<HTMLElement>("#results");
    const place = results ?? this.dialog.querySelector<HTMLElement>('[data-step="result"]');
    if (!place) return;
    this.reading = undefined;
    place.innerHTML = await answer.text();
    htmx.process(place);
    if (results) this.dialog.close();
    else this.show("result");
    place.querySelector<HTMLElement>("[data-first]")?.focus();
  }

  /** Where the card itself says no, another try is no way on: then what goes on without it comes first. */
  private offer(again: boolean): void {
    const button = this.dialog.querySelector<HTMLElement>("[data-card-again]");
    const close = button?.parentElement?.querySelector<HTMLElement>("[data-card-close]");
    if (button) button.hidden = !again;
    close?.classList.toggle("is-main", !again);
    (again ? button : close)?.focus();
  }

  private async unlessEnded(turn: number, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (this.turn !== turn || error instanceof Ended) return;
      if (!(error instanceof Refused)) throw error;
      const place = this.dialog.querySelector("[data-trouble]");
      if (place) place.textContent = error.message;
      this.show("trouble");
      this.offer(!FOR_TODAY.has(error.reason));
    }
  }
}

/** Pairs the agent on this computer with the desk at which the page stands: the key goes past this page once. */
function pairing(form: HTMLFormElement): void {
  const trouble = document.querySelector<HTMLElement>("#reader-trouble");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const code = String(new FormData(form).get("code"));
    void pair(form, code).catch((error: unknown) => {
      if (!trouble || !(error instanceof Refused)) throw error;
      trouble.textContent = error.message;
      trouble.hidden = false;
    });
  });
}

async function pair(form: HTMLFormElement, code: string): Promise<void> {
  const desk = form.dataset.called ?? "";
  const { key } = await askAgent(form.dataset.agent ?? "", "/pair", { code, desk });
  await askServer(form.action, form, { key: key ?? "" });
  location.reload();
}

const button = document.querySelector<HTMLButtonElement>("#read-card");
if (button) new Talk(button);
const form = document.querySelector<HTMLFormElement>("#pair-reader");
if (form) pairing(form);
