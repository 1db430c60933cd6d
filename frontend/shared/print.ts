/** A button with data-print prints the page. */
export function printOnRequest(): void {
  for (const button of document.querySelectorAll("[data-print]")) {
    button.addEventListener("click", () => window.print());
  }
}
