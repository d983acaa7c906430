/* A comfort only: the sentence that says what the limits mean follows what is typed. The server writes it, with the
   function that judges cards; without this script a button shows it. */

const form = document.getElementById("indikator");
const sentence = document.getElementById("grensesetning");
const names = ["gronn", "gul", "gronn-til", "gul-til", "retning", "desimaler", "maleenhet"];
let waiting = 0;
let asked = 0;

async function ask() {
  const query = new URLSearchParams();
  for (const name of names) {
    query.set(name, form.elements[name]?.value ?? "");
  }
  asked += 1;
  const number = asked;
  const answer = await fetch(`${form.dataset.sentence}?${query}`);
  if (answer.ok && number === asked) {
    sentence.textContent = await answer.text();
  }
}

/* Only the fields that the chosen rule uses. */
function showRule() {
  const rule = form.elements.samling?.value;
  const shown = {
    ".mean-only": rule === "weighted_mean",
    ".ratio-only": rule === "ratio",
    ".computed-only": rule !== "none",
  };
  for (const [fields, isShown] of Object.entries(shown)) {
    for (const part of form.querySelectorAll(fields)) {
      part.hidden = !isShown;
    }
  }
}

function showBand() {
  const isBand = form.elements.retning.value === "band";
  for (const part of form.querySelectorAll(".band-only")) {
    part.hidden = !isBand;
  }
}

if (form && sentence) {
  showBand();
  showRule();
  form.addEventListener("input", (event) => {
    showBand();
    showRule();
    if (names.includes(event.target.name)) {
      clearTimeout(waiting);
      waiting = setTimeout(ask, 300);
    }
  });
}
