/** The aids of a page take effect at once, without losing what was typed on it; without a script they are a plain form. */
function typed(form: HTMLFormElement): Map<string, string[]> {
  const held = new Map<string, string[]>();
  for (const [name, value] of new FormData(form))
    if (typeof value === "string") held.set(name, [...(held.get(name) ?? []), value]);
  return held;
}

function putBack(form: HTMLFormElement, held: Map<string, string[]>): void {
  for (const field of form.elements) {
    if (
      !(
        field instanceof HTMLInputElement ||
        field instanceof HTMLSelectElement ||
        field instanceof HTMLTextAreaElement
      )
    )
      continue;
    if (field.type === "file" || field.name === "csrfmiddlewaretoken") continue;
    const values = held.get(field.name);
    if (field instanceof HTMLInputElement && ["radio", "checkbox"].includes(field.type))
      field.checked = values?.includes(field.value) ?? false;
    else if (values) field.value = values.shift() ?? "";
  }
}

/** What would be lost with the page: a chosen file, a signature that is being drawn. */
function holdsMore(): boolean {
  const files = [...document.querySelectorAll<HTMLInputElement>('input[type="file"]')];
  return (
    files.some((field) => field.files?.length) || document.querySelector("signature-pad[data-drawn]") !== null
  );
}

async function change(form: HTMLFormElement, button: HTMLButtonElement): Promise<void> {
  const body = new FormData(form, button);
  const page = document.querySelector<HTMLFormElement>("form.apply-page, main form");
  const held = page && typed(page);
  const answer = await fetch(form.action, { method: "POST", body });
  const drawn = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = drawn.querySelector("main");
  const bar = drawn.querySelector("[data-aids]");
  if (!answer.ok || !fresh || !bar) {
    location.reload();
    return;
  }
  document.documentElement.className = drawn.documentElement.className;
  form.replaceWith(bar);
  bar.querySelector("details")?.setAttribute("open", "");
  bar
    .querySelector<HTMLElement>(`[name="${button.name}"][aria-pressed="true"], [name="${button.name}"]`)
    ?.focus();
  if (holdsMore()) return;
  document.querySelector("main")?.replaceWith(fresh);
  const again = document.querySelector<HTMLFormElement>("form.apply-page, main form");
  if (again && held) putBack(again, held);
}

document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (!form.matches("[data-aids]") || !(event.submitter instanceof HTMLButtonElement)) return;
  event.preventDefault();
  const button = event.submitter;
  change(form, button).catch(() => form.submit());
});
