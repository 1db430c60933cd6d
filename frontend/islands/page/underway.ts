/** Shows on the button of a plain form that its answer is under way, as htmx does on its own. */
const UNDER_WAY = "is-under-way";

document.addEventListener("submit", (event) => {
  if (!event.defaultPrevented) (event as SubmitEvent).submitter?.classList.add(UNDER_WAY);
});

// A page that the browser has kept comes back as it was left.
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll(`.${UNDER_WAY}`)) button.classList.remove(UNDER_WAY);
});
