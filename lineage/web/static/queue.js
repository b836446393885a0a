// What others do meanwhile: the page is asked for again, which also tells that somebody still looks at this review.

const AGAIN = 15_000; // ms; who gives no sign for a minute is taken to have gone

async function renew() {
  if (document.hidden) return; // nobody looks
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const now = fresh.getElementById(part.id);
    if (now && now.innerHTML !== part.innerHTML) part.replaceChildren(...now.childNodes);
  }
}

const again = () => renew().catch(() => {}); // the service is away: the next time tells
setInterval(again, AGAIN);
addEventListener("visibilitychange", again);
