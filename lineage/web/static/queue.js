// What others do meanwhile: the page is asked for again, which also tells that somebody still looks at this review.

const AGAIN = 15_000; // ms; whose page is not asked for again for a minute is taken to have gone
const PRESENT = 300_000; // ms since the last key or pointer, after which nobody sits there
let touched = Date.now();

async function renew() {
  if (document.hidden || Date.now() - touched >= PRESENT) return; // nobody looks
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const now = fresh.getElementById(part.id);
    if (now && now.innerHTML !== part.innerHTML) replace(part, now);
  }
}

function replace(part, now) { // the focus stays where it was, or goes to the way on
  const focused = part.contains(document.activeElement) && document.activeElement;
  part.replaceChildren(...now.childNodes);
  if (!focused) return;
  const same = [...part.querySelectorAll("a, button")].find((one) => one.textContent === focused.textContent);
  (same ?? document.getElementById("on")).focus({ preventScroll: true });
}

const again = () => renew().catch(() => {}); // the service is away: the next time tells
setInterval(again, AGAIN);
addEventListener("visibilitychange", again);
for (const sign of ["keydown", "pointerdown", "pointermove"]) {
  addEventListener(sign, () => {
    const gone = Date.now() - touched >= PRESENT;
    touched = Date.now();
    if (gone) again();
  });
}
