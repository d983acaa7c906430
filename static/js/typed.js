/* A comfort only: whoever has written something in words is asked before she loses it, by a link, by «Tilbake» or by
   sending another form on the page. Every page works without it. */

const typed = new Set(); // forms with words that are not sent
let sent;

const note = ({ form }) => form?.querySelector("textarea") && typed.add(form);

// What was refused is not sent either.
document.querySelectorAll("[aria-invalid]").forEach(note);
document.addEventListener("input", ({ target }) => note(target));
document.addEventListener("submit", ({ target }) => {
  sent = target;
});
window.addEventListener("beforeunload", (event) => {
  if ([...typed].some((form) => form !== sent)) event.preventDefault();
  // Whoever stays has not sent it after all.
  sent = undefined;
});
