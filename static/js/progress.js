/* How far a step in the background has come. The page is loaded again when it is over; without scripts a link does that. */

const PAUSE = 2000; // milliseconds
const place = document.querySelector("[data-progress]");
const bar = place.querySelector("progress");

const look = async () => {
  try {
    const answer = await fetch(place.dataset.progress);
    const { under_way: underWay, share } = await answer.json();
    if (!underWay) {
      location.reload();
      return;
    }
    if (bar && share !== null) {
      bar.value = share;
    }
  } catch {
    // Signed out or away from the net: the link still works.
  }
  setTimeout(look, PAUSE);
};

setTimeout(look, PAUSE);
