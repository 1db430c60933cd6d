import SignaturePad from "signature_pad";

/** <signature-pad>: a canvas to sign on; what was drawn goes into the form as strokes of numbers. */
class Pad extends HTMLElement {
  #pad: SignaturePad | undefined;
  #turned: ResizeObserver | undefined;

  connectedCallback(): void {
    const canvas = this.querySelector("canvas");
    if (!canvas) return;
    fit(canvas);
    this.#pad = new SignaturePad(canvas, { minWidth: 1.2, maxWidth: 3.6, penColor: "#1a1a1a" });
    this.#pad.addEventListener("endStroke", () => this.toggleAttribute("data-drawn", true));
    this.#turned = new ResizeObserver(() => this.redraw(canvas));
    this.#turned.observe(canvas);
    const form = this.closest("form");
    form?.querySelector("[data-clear]")?.addEventListener("click", () => {
      this.#pad?.clear();
      this.removeAttribute("data-drawn");
    });
    form?.addEventListener("htmx:configRequest", (event) => {
      (event as CustomEvent).detail.parameters.strokes = this.strokes(canvas);
    });
    form?.addEventListener("submit", () => {
      const field = form.querySelector<HTMLInputElement>("[name=strokes]");
      if (field) field.value = this.strokes(canvas);
    });
  }

  disconnectedCallback(): void {
    this.#pad?.off();
    this.#turned?.disconnect();
  }

  /** Draws the signature again when the tablet was turned: a line must stand where the finger is. */
  redraw(canvas: HTMLCanvasElement): void {
    if (canvas.offsetWidth === 0) return;
    const drawn = this.#pad?.toData() ?? [];
    const scale = fit(canvas);
    const points = (all: { x: number; y: number }[]): void => {
      for (const point of all) [point.x, point.y] = [point.x * scale, point.y * scale];
    };
    for (const stroke of drawn) points(stroke.points);
    this.#pad?.fromData(drawn);
  }

  strokes(canvas: HTMLCanvasElement): string {
    const round = (value: number): number => Math.round(value * 10) / 10;
    const strokes = (this.#pad?.toData() ?? []).map((group) =>
      group.points.map((p) => [round(p.x), round(p.y)]),
    );
    return JSON.stringify({ width: canvas.offsetWidth, height: canvas.offsetHeight, strokes });
  }
}

/** Gives the canvas as many pixels as it has on this screen, so that a line is sharp; returns by how much a drawing must shrink to fit. */
function fit(canvas: HTMLCanvasElement): number {
  const ratio = Math.max(window.devicePixelRatio, 1);
  const shrunk = Math.min(
    canvas.offsetWidth / (canvas.width / ratio),
    canvas.offsetHeight / (canvas.height / ratio),
    1,
  );
  canvas.width = canvas.offsetWidth * ratio;
  canvas.height = canvas.offsetHeight * ratio;
  canvas.getContext("2d")?.scale(ratio, ratio);
  return shrunk;
}

customElements.define("signature-pad", Pad);
