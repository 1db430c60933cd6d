/** Narrows a long list to what somebody types: kana and width do not matter; a part with nothing left goes as well,
 *  and a folded one opens: what was found is to be seen. */
function plain(text: string): string {
  const kana = text.normalize("NFKC").toLowerCase();
  return kana
    .replace(/[ァ-ヶ]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0x60))
    .replace(/\s/g, "");
}

document.addEventListener("input", (event) => {
  const field = event.target as HTMLInputElement;
  const list = field.dataset.narrow && document.getElementById(field.dataset.narrow);
  if (!list) return;
  const wanted = plain(field.value);
  for (const item of list.querySelectorAll<HTMLElement>("[data-words]"))
    item.hidden = !plain(item.dataset.words ?? "").includes(wanted);
  for (const part of list.querySelectorAll<HTMLElement>("[data-part]")) {
    part.hidden = !part.querySelector("[data-words]:not([hidden])");
    if (part instanceof HTMLDetailsElement) part.open = wanted !== "";
  }
  const none = document.getElementById(`${list.id}-none`);
  if (none) none.hidden = Boolean(list.querySelector("[data-words]:not([hidden])"));
});
