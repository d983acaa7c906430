/* A comfort only: warns before answers that are not saved yet are left behind. Every page works without it. */

const form = document.getElementById("svar");
let unsaved = false;

form.addEventListener("change", () => {
  unsaved = true;
});
form.addEventListener("submit", () => {
  unsaved = false;
});
window.addEventListener("beforeunload", (event) => {
  if (unsaved) {
    event.preventDefault();
  }
});
