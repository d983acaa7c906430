/* A comfort only: remembers in this browser, and nowhere else, that a survey with a public link was answered here.
   Nothing but the survey's public name is kept. Every page works without it. */

const place = document.querySelector("[data-answered]");
const name = `answered:${place.dataset.answered}`;

function remembered() {
  try {
    return window.localStorage.getItem(name) !== null;
  } catch {
    return false; // the browser keeps nothing: then neither do we
  }
}

if ("remember" in place.dataset) {
  try {
    window.localStorage.setItem(name, "1");
  } catch {
    /* as above */
  }
}
place.hidden = !remembered();
place.querySelector("[data-forget]").addEventListener("click", () => {
  window.localStorage.removeItem(name);
  place.hidden = true;
});
