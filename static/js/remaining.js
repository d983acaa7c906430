/* A comfort only: how many questions on the page are not answered yet. Said after the first answer, and when one
   pauses, so that nobody who listens is interrupted while choosing. Every page works without it. */

const PAUSE = 1500; // milliseconds
const form = document.getElementById("svar");
const place = form.querySelector(".remaining");
let waiting;

const isAnswered = (question) =>
  [...question.querySelectorAll("input, select")].some((field) =>
    ["radio", "checkbox"].includes(field.type) ? field.checked && field.value : field.value.trim(),
  );

const wording = (left) =>
  left === 0 ? place.dataset.none : left === 1 ? place.dataset.one : place.dataset.many.replace("#", left);

form.addEventListener("change", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    const questions = [...form.querySelectorAll(".question")].filter((one) => one.querySelector("input, select"));
    place.textContent = wording(questions.filter((question) => !isAnswered(question)).length);
  }, PAUSE);
});
