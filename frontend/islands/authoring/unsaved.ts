/** Whoever leaves a form with something typed in it is asked first; sending it is no leaving. */
const form = document.querySelector<HTMLFormElement>("form[data-unsaved]");

function written(of: HTMLFormElement): string {
  return JSON.stringify([...new FormData(of)].map(([name, value]) => [name, String(value)]));
}

if (form) {
  const before = written(form);
  let sending = false;
  form.addEventListener("submit", () => {
    sending = true;
  });
  window.addEventListener("beforeunload", (event) => {
    if (!sending && written(form) !== before) event.preventDefault();
  });
  window.addEventListener("pageshow", () => {
    sending = false;
  });
}
