/* A comfort only: what is written in words is saved while it is being written, and when the page is left; other answers
   that are not saved yet are warned about. Every page works without it. */

const PAUSE = 1500; // milliseconds without a key before what is written is sent
const LONGEST = 10000; // milliseconds of writing without a pause

const form = document.getElementById("svar");
const shown = form.querySelector("input[type=hidden]");
let unsaved = false;
let typed = false; // something in words is among what is unsaved
let failed = false;
let writingSince = 0;
let waiting;
let sending;
let stop;

/** The questions that the server now has words for: from now on, a field left empty takes them back. */
const noteShown = () => {
  const keys = new Set(shown.value.split(" ").filter(Boolean));
  form.querySelectorAll("textarea").forEach((field) => field.value.trim() && keys.add(field.name));
  shown.value = [...keys].join(" ");
};

/** Sends the page as «Fortsett senere» does. The request outlives the page. */
const save = () => {
  clearTimeout(waiting);
  // Two at once could be read in the wrong order, and the older words would remain.
  stop?.abort();
  stop = new AbortController();
  const body = new FormData(form);
  body.set("_senere", "1");
  // What is too long is told of when it is sent; until then, as much of it is kept as there is room for.
  form.querySelectorAll("textarea").forEach((field) => body.set(field.name, field.value.slice(0, field.dataset.most)));
  unsaved = typed = false;
  writingSince = 0;
  noteShown();
  const request = { method: "POST", body, keepalive: true, redirect: "manual", signal: stop.signal };
  const mine = fetch(form.action, request).then(
    (answer) => {
      failed = answer.status >= 400 && answer.status !== 422;
    },
    (error) => {
      failed = error.name !== "AbortError";
    },
  ).finally(() => {
    if (failed) unsaved = typed = true;
    if (sending === mine) sending = undefined;
  });
  sending = mine;
};

form.addEventListener("input", (event) => {
  unsaved = true;
  if (!event.target.matches("textarea")) return;
  typed = true;
  writingSince ||= Date.now();
  clearTimeout(waiting);
  waiting = setTimeout(save, Math.max(0, Math.min(PAUSE, LONGEST - (Date.now() - writingSince))));
});
form.addEventListener("change", () => {
  unsaved = true;
});
form.addEventListener("submit", (event) => {
  clearTimeout(waiting);
  unsaved = typed = false;
  if (!sending) return;
  // What is on its way has older words: it must arrive first.
  event.preventDefault();
  const { submitter } = event;
  Promise.race([sending, new Promise((done) => setTimeout(done, PAUSE))]).then(() => {
    sending = undefined;
    form.requestSubmit(submitter);
  });
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden" && typed) save();
});
window.addEventListener("pagehide", () => {
  if (typed) save();
});
window.addEventListener("beforeunload", (event) => {
  if (typed && !failed && navigator.onLine) save();
  if (unsaved) event.preventDefault();
});
