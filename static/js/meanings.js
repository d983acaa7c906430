// «Hva betyr dette?»: a link to a folded help opens it. Without scripts it leads to the help, and the reader opens it.

const PREFIX = "#betyr-";

function openHelp(hash) {
  if (!hash.startsWith(PREFIX)) return;
  const help = document.getElementById(decodeURIComponent(hash.slice(1)));
  if (help?.matches("details")) help.open = true;
}

document.addEventListener("click", (event) => openHelp(event.target.closest?.("a")?.getAttribute("href") ?? ""));
openHelp(location.hash);
