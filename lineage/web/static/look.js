// Looking closer: the asset laid over the post, the two flipped, and a zoom that all pictures of a look share.

const STEP = 1.5;
const CLOSEST = 24;
const MOVE = 0.2; // of what is seen
const ARROWS = { ArrowLeft: [-MOVE, 0], ArrowRight: [MOVE, 0], ArrowUp: [0, -MOVE], ArrowDown: [0, MOVE] };

for (const look of document.querySelectorAll("[data-look]")) watch(look);

function watch(look) {
  const views = [...look.querySelectorAll(".view svg")].map((svg) => ({ svg, whole: svg.viewBox.baseVal.width, box: box(svg) }));
  const tools = look.querySelector("[data-tools]");
  const laid = look.querySelector("[data-laid]");
  const slide = look.querySelector("[data-slide]");
  const flip = look.querySelector("[data-flip]");
  let zoom = 1, x = 0.5, y = 0.5; // how near, and which point is in the middle, as shares of the picture
  if (tools) tools.hidden = false;

  const show = () => {
    const margin = 0.5 / zoom;
    x = Math.min(Math.max(x, margin), 1 - margin);
    y = Math.min(Math.max(y, margin), 1 - margin);
    for (const { svg, box } of views) {
      const width = box.width / zoom, height = box.height / zoom;
      svg.setAttribute("viewBox", `${x * box.width - width / 2} ${y * box.height - height / 2} ${width} ${height}`);
    }
    look.classList.toggle("near", zoom > 1);
  };
  const nearer = (factor, at) => {
    const next = Math.min(Math.max(zoom * factor, 1), CLOSEST);
    if (at) {
      x = at.x + ((x - at.x) * zoom) / next;
      y = at.y + ((y - at.y) * zoom) / next;
    }
    zoom = next;
    show();
  };
  const share = (view, event) => {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(view.svg.getScreenCTM().inverse());
    return { x: point.x / view.box.width, y: point.y / view.box.height };
  };

  for (const button of look.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", () => nearer({ in: STEP, out: 1 / STEP, all: 0 }[button.dataset.zoom]));
  }
  for (const view of views) {
    const held = new Map();
    view.svg.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && zoom === 1 && event.deltaY > 0) return; // nothing is nearer: the page scrolls
      event.preventDefault();
      nearer(event.deltaY < 0 ? 1.2 : 1 / 1.2, share(view, event));
    }, { passive: false });
    view.svg.addEventListener("dblclick", (event) => nearer(zoom > 1 ? 0 : 3, share(view, event)));
    view.svg.addEventListener("pointerdown", (event) => {
      held.set(event.pointerId, event);
      if (zoom > 1) view.svg.setPointerCapture(event.pointerId);
    });
    view.svg.addEventListener("pointermove", (event) => {
      const before = held.get(event.pointerId);
      if (!before) return;
      if (held.size === 1 && zoom > 1) {
        const from = share(view, before), to = share(view, event);
        x += from.x - to.x;
        y += from.y - to.y;
        show();
      } else if (held.size === 2) {
        const other = [...held.values()].find((one) => one.pointerId !== event.pointerId);
        const apart = (one) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
        nearer(apart(event) / Math.max(apart(before), 1), share(view, other));
      }
      held.set(event.pointerId, event);
    });
    for (const end of ["pointerup", "pointercancel"]) view.svg.addEventListener(end, (event) => held.delete(event.pointerId));
  }

  addEventListener("keydown", (event) => { // before `keys.js`, for which arrows are the next and the one before
    const [across, down] = ARROWS[event.key] ?? [0, 0];
    if (zoom === 1 || !(across || down) || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.target.closest("input, textarea, select, dialog")) return;
    event.preventDefault();
    x += across / zoom;
    y += down / zoom;
    show();
  });

  const lay = (opacity) => {
    if (laid) laid.style.opacity = opacity;
    if (slide) slide.value = 100 * opacity;
    look.classList.toggle("over", opacity > 0);
  };
  slide?.addEventListener("input", () => lay(slide.value / 100));
  flip?.addEventListener("click", () => {
    const turned = flip.getAttribute("aria-pressed") !== "true";
    flip.setAttribute("aria-pressed", String(turned));
    look.classList.toggle("flipped", turned && !laid);
    lay(turned ? 1 : 0);
  });
  lay(0);
}

function box(svg) {
  const { width, height } = svg.viewBox.baseVal;
  return { width, height };
}
