// Looking closer: the asset laid over the post, the two flipped, and a zoom by which all pictures of a look show one place.

const STEP = 1.5;
const CLOSEST = 24;
const MOVE = 0.2; // of what is seen
const ARROWS = { ArrowLeft: [-MOVE, 0], ArrowRight: [MOVE, 0], ArrowUp: [0, -MOVE], ArrowDown: [0, MOVE] };

for (const look of document.querySelectorAll("[data-look]")) watch(look);

function watch(look) {
  const views = [...look.querySelectorAll(".view svg")].map((svg) => {
    const { width, height } = svg.viewBox.baseVal;
    return { svg, width, height, x: width / 2, y: height / 2, zoom: 1, frame: svg.dataset.frame };
  });
  const given = look.querySelector("[data-asset-to-post]")?.dataset.assetToPost.split(" ").map(Number);
  const maps = given && { asset: given, post: inverse(given) }; // by the frame that they lead out of
  const tools = look.querySelector("[data-tools]");
  const laid = look.querySelector("[data-laid]");
  const slide = look.querySelector("[data-slide]");
  const flip = look.querySelector("[data-flip]");
  let lead = views[0]; // where somebody zooms and moves; the others show the same place
  if (tools) tools.hidden = false;

  const follow = (view) => {
    if (lead.zoom === 1) Object.assign(view, { x: view.width / 2, y: view.height / 2, zoom: 1 });
    else if (!maps) {
      Object.assign(view, { x: (lead.x / lead.width) * view.width, y: (lead.y / lead.height) * view.height, zoom: lead.zoom });
    } else if (view.frame === lead.frame) Object.assign(view, { x: lead.x, y: lead.y, zoom: lead.zoom });
    else {
      const { x, y, scale } = carried(maps[lead.frame], lead);
      const near = Math.min(view.width / lead.width, view.height / lead.height) * (lead.zoom / scale); // all of it is seen
      Object.assign(view, { x, y, zoom: Math.max(near, 1) });
    }
  };
  const show = () => {
    kept(lead);
    for (const view of views) {
      if (view !== lead) {
        follow(view);
        kept(view);
      }
      const width = view.width / view.zoom, height = view.height / view.zoom;
      view.svg.setAttribute("viewBox", `${view.x - width / 2} ${view.y - height / 2} ${width} ${height}`);
    }
    look.classList.toggle("near", lead.zoom > 1);
  };
  const nearer = (factor, at) => {
    const next = Math.min(Math.max(lead.zoom * factor, 1), Math.max(CLOSEST, lead.zoom));
    if (at) {
      lead.x = at.x + ((lead.x - at.x) * lead.zoom) / next;
      lead.y = at.y + ((lead.y - at.y) * lead.zoom) / next;
    }
    lead.zoom = next;
    show();
  };
  const place = (view, event) => new DOMPoint(event.clientX, event.clientY).matrixTransform(view.svg.getScreenCTM().inverse());

  for (const button of look.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", () => nearer({ in: STEP, out: 1 / STEP, all: 0 }[button.dataset.zoom]));
  }
  for (const view of views) {
    const held = new Map();
    view.svg.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && lead.zoom === 1 && event.deltaY > 0) return; // nothing is nearer: the page scrolls
      event.preventDefault();
      lead = view;
      nearer(event.deltaY < 0 ? 1.2 : 1 / 1.2, place(view, event));
    }, { passive: false });
    view.svg.addEventListener("dblclick", (event) => {
      lead = view;
      nearer(view.zoom > 1 ? 0 : 3, place(view, event));
    });
    view.svg.addEventListener("pointerdown", (event) => {
      held.set(event.pointerId, event);
      if (view.zoom > 1) view.svg.setPointerCapture(event.pointerId);
    });
    view.svg.addEventListener("pointermove", (event) => {
      const before = held.get(event.pointerId);
      if (!before) return;
      if (held.size === 1 && view.zoom > 1) {
        const from = place(view, before), to = place(view, event);
        lead = view;
        lead.x += from.x - to.x;
        lead.y += from.y - to.y;
        show();
      } else if (held.size === 2) {
        lead = view;
        const other = [...held.values()].find((one) => one.pointerId !== event.pointerId);
        const apart = (one) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
        nearer(apart(event) / Math.max(apart(before), 1), place(view, other));
      }
      held.set(event.pointerId, event);
    });
    for (const end of ["pointerup", "pointercancel"]) view.svg.addEventListener(end, (event) => held.delete(event.pointerId));
  }

  addEventListener("keydown", (event) => { // before `keys.js`, for which arrows are the next and the one before
    const [across, down] = ARROWS[event.key] ?? [0, 0];
    if (lead.zoom === 1 || !(across || down) || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.target.closest("input, textarea, select, dialog")) return;
    event.preventDefault();
    lead.x += (across * lead.width) / lead.zoom;
    lead.y += (down * lead.height) / lead.zoom;
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

function kept(view) { // within its picture
  const margin = 0.5 / view.zoom;
  view.x = Math.min(Math.max(view.x, margin * view.width), (1 - margin) * view.width);
  view.y = Math.min(Math.max(view.y, margin * view.height), (1 - margin) * view.height);
}

function carried([a, b, c, d, e, f, g, h, i], { x, y }) { // a point by a homography, and by how much that enlarges there
  const depth = g * x + h * y + i;
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  const scale = Math.sqrt(Math.abs(determinant / depth ** 3));
  return { x: (a * x + b * y + c) / depth, y: (d * x + e * y + f) / depth, scale };
}

function inverse([a, b, c, d, e, f, g, h, i]) { // but for a factor, which a homography does not have
  return [e * i - f * h, c * h - b * i, b * f - c * e, f * g - d * i, a * i - c * g, c * d - a * f, d * h - e * g, b * g - a * h, a * e - b * d];
}
