// A link to folded help opens it where it is. Without scripts the link's address asks for the page with the help open.

const ARGUMENT = "apne";

function openHelp(hash) {
  const help = document.getElementById(decodeURIComponent(hash.slice(1)));
  if (!help?.matches("details")) return false;
  help.open = true;
  return true;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a");
  const isPlain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  if (!isPlain || link?.pathname !== location.pathname || !new URLSearchParams(link.search).has(ARGUMENT)) return;
  if (!openHelp(link.hash)) return;
  event.preventDefault();
  location.hash = link.hash;
});
openHelp(location.hash);
