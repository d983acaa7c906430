/* A comfort only: the list of what can feed an indicator follows what is typed and chosen. The server finds it, in the page
   that the button asks for; without this script the button is pressed. */

const form = document.getElementById("indikator");
const finder = form?.querySelector('[name="handling"][value="finn"]');
let waiting = 0;
let asked = 0;
let isScripted = true;

async function find() {
  clearTimeout(waiting);
  asked += 1;
  const number = asked;
  const fields = new FormData(form, finder);
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(fields) });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (number !== asked) return;
  if (!page.getElementById("kilder")) {
    // The page has something else to say: signed out, or the indicator is gone.
    isScripted = false;
    finder.click();
  } else if (form.elements.mates.value !== fields.get("mates")) {
    // Chosen another meanwhile: the list must have it.
    await find();
  } else {
    for (const id of ["kilder", "kilder-status"]) {
      document.getElementById(id).replaceChildren(...page.getElementById(id).childNodes);
    }
  }
}

if (form) {
  form.elements.skjema.addEventListener("change", find);
  form.elements.sok.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(find, 300);
  });
  form.elements.sok.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    find();
  });
  finder.addEventListener("click", (event) => {
    if (!isScripted) return;
    event.preventDefault();
    find();
  });
}
