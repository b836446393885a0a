// One key a decision: a key presses what carries it in `data-key`. `?` tells all of them, and turns them off.

const OFF = "lineage: no keys";
const help = document.querySelector("dialog[data-help]");
const switched = help?.querySelector("[data-keys-on]");

if (switched) {
  switched.checked = !localStorage.getItem(OFF);
  switched.addEventListener("change", () => {
    if (switched.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  });
}
for (const opener of document.querySelectorAll("[data-opens-help]")) {
  opener.hidden = false;
  opener.addEventListener("click", () => help?.showModal());
}

let sent = false;
addEventListener("submit", (event) => { // one decision a page, however often it is clicked
  if (event.target.method === "dialog") return;
  if (sent) event.preventDefault();
  sent = true;
});
addEventListener("pageshow", () => { sent = false; });

addEventListener("keydown", (event) => {
  if (event.repeat) return; // a key that is held would decide the next page too, unseen
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.target.closest("input:not([type=range], [type=checkbox]), textarea, select, dialog")) return;
  if (localStorage.getItem(OFF) && event.key !== "?") return;
  const key = event.key.toLowerCase();
  const meant = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key.split(" ").includes(key) && one.offsetParent);
  if (!meant) return;
  event.preventDefault();
  meant.click();
});
