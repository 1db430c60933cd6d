/** A photograph goes up as soon as it is chosen, and shows how far it is: thirty megabytes take a while from a telephone.
 *  Without this the page's own button sends it. */
document.addEventListener("change", (event) => {
  const field = event.target as HTMLInputElement;
  const box = field.closest<HTMLElement>("[data-upload]");
  const button = box?.querySelector<HTMLButtonElement>("button[name=attach]");
  if (box && button && field.form && field.files?.length) send(field.form, button, box);
});

function send(form: HTMLFormElement, button: HTMLButtonElement, box: HTMLElement): void {
  if (form.dataset.sent) return;
  form.dataset.sent = "yes";
  const said = box.querySelector<HTMLElement>("[data-sending]");
  const bar = said?.querySelector("progress");
  const failed = box.querySelector<HTMLElement>("[data-not-sent]");
  const show = (sending: boolean, error: boolean): void => {
    if (said) said.hidden = !sending;
    if (failed) failed.hidden = !error;
  };
  const request = new XMLHttpRequest();
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    if (bar) [bar.max, bar.value] = [total, loaded];
  });
  // All of it is there, and is made smaller now: how long that takes nobody knows.
  request.upload.addEventListener("load", () => bar?.removeAttribute("value"));
  request.addEventListener("load", () => showPage(request.response as Document | null));
  request.addEventListener("error", () => {
    delete form.dataset.sent;
    show(false, true);
  });
  request.open("POST", form.action);
  request.responseType = "document";
  const fields = new FormData(form, button);
  show(true, false);
  request.send(fields);
}

/** Puts the answer's page in the place of this one: its list of files, or why one was not taken. */
function showPage(page: Document | null): void {
  const fresh = page?.querySelector("main");
  const here = document.querySelector("main");
  if (!fresh || !here) {
    location.reload();
    return;
  }
  here.replaceWith(fresh);
  const first = fresh.querySelector<HTMLElement>("[role=alert]:not([hidden]), .apply-files");
  first?.setAttribute("tabindex", "-1");
  first?.focus();
}
