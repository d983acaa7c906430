/* A comfort only: how many characters are left, and the colour of the forecast while it is typed. The server counts and
   judges; without this script a button shows the colour. */

const form = document.getElementById("svarskjema");
const sentence = document.getElementById("prognosesetning");
let waiting = 0;
let asked = 0;

async function ask() {
  asked += 1;
  const number = asked;
  const answer = await fetch(`${form.dataset.sentence}?${new URLSearchParams({ prognose: form.elements.prognose.value })}`);
  if (answer.ok && number === asked) {
    sentence.textContent = await answer.text();
  }
}

function count(counter) {
  const left = Number(counter.dataset.most) - [...document.getElementById(counter.dataset.for).value.trim()].length;
  counter.textContent = (left < 0 ? counter.dataset.over : counter.dataset.many).replace("#", Math.abs(left));
  counter.classList.toggle("too-long", left < 0);
}

if (form) {
  const counters = [...form.querySelectorAll(".counter")];
  counters.forEach(count);
  form.addEventListener("input", (event) => {
    if (event.target.name === "prognose") {
      clearTimeout(waiting);
      waiting = setTimeout(ask, 300);
    }
    counters.filter((counter) => counter.dataset.for === event.target.id).forEach(count);
  });
}
