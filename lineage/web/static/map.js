// The map is zoomed and moved; pictures grow slower than the distances between them, so that they come apart.

if (document.querySelector("[data-drawing]")) { // it is not there yet
  setTimeout(() => location.replace(location.pathname + location.search), 2000); // with its #part it would but scroll
}

const CLOSEST = 40;
const GROWTH = 0.45; // of a picture's size with the zoom, as a power

for (const place of document.querySelectorAll("[data-map]")) {
  const svg = place.querySelector("svg");
  const { width, height } = svg.viewBox.baseVal;
  const spots = [...svg.querySelectorAll("a > svg")].map((picture) => ({
    picture,
    link: picture.parentElement,
    width: picture.width.baseVal.value,
    height: picture.height.baseVal.value,
    x: picture.x.baseVal.value + picture.width.baseVal.value / 2,
    y: picture.y.baseVal.value + picture.height.baseVal.value / 2,
  }));
  const names = [...svg.querySelectorAll(".group-name")];
  let zoom = 1, x = width / 2, y = height / 2, moved = false;
  const held = new Map();

  const show = () => {
    x = Math.min(Math.max(x, 0), width);
    y = Math.min(Math.max(y, 0), height);
    svg.setAttribute("viewBox", `${x - width / 2 / zoom} ${y - height / 2 / zoom} ${width / zoom} ${height / zoom}`);
    const scale = zoom ** (GROWTH - 1);
    for (const spot of spots) {
      spot.picture.setAttribute("width", spot.width * scale);
      spot.picture.setAttribute("height", spot.height * scale);
      spot.picture.setAttribute("x", spot.x - (spot.width * scale) / 2);
      spot.picture.setAttribute("y", spot.y - (spot.height * scale) / 2);
    }
    for (const name of names) name.style.fontSize = `${22 / zoom}px`;
  };
  const at = (event) => new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  const nearer = (factor, point = { x, y }) => {
    const next = Math.min(Math.max(zoom * factor, 1), CLOSEST);
    x = point.x + ((x - point.x) * zoom) / next;
    y = point.y + ((y - point.y) * zoom) / next;
    if (next === 1) [x, y] = [width / 2, height / 2];
    zoom = next;
    show();
  };

  for (const tools of document.querySelectorAll("[data-tools]")) tools.hidden = false;
  for (const button of document.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", () => nearer({ in: 1.6, out: 1 / 1.6, all: 0 }[button.dataset.zoom]));
  }
  svg.addEventListener("wheel", (event) => {
    event.preventDefault();
    nearer(event.deltaY < 0 ? 1.25 : 1 / 1.25, at(event));
  }, { passive: false });
  svg.addEventListener("pointerdown", (event) => {
    moved = false;
    held.set(event.pointerId, event);
  });
  svg.addEventListener("pointermove", (event) => {
    const before = held.get(event.pointerId);
    if (!before) return;
    if (held.size === 2) {
      const other = [...held.values()].find((one) => one.pointerId !== event.pointerId);
      const apart = (one) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
      nearer(apart(event) / Math.max(apart(before), 1), at(other));
      moved = true;
    } else if (moved || Math.hypot(event.clientX - before.clientX, event.clientY - before.clientY) > 4) {
      const from = at(before), to = at(event);
      x += from.x - to.x;
      y += from.y - to.y;
      moved = true;
      show();
    } else return; // no more than a trembling click
    held.set(event.pointerId, event);
  });
  for (const end of ["pointerup", "pointercancel", "pointerleave"]) {
    svg.addEventListener(end, (event) => held.delete(event.pointerId));
  }
  svg.addEventListener("dragstart", (event) => event.preventDefault());
  svg.addEventListener("click", (event) => {
    if (moved) event.preventDefault();
  }, true);
  let current = spots[0]; // of all pictures the one that Tab leads to
  for (const spot of spots) spot.link.tabIndex = spot === current ? 0 : -1;
  const lead = (spot) => {
    current.link.tabIndex = -1;
    current = spot;
    spot.link.tabIndex = 0;
  };
  const go = (spot) => {
    lead(spot);
    if (zoom > 1) {
      [x, y] = [spot.x, spot.y];
      show();
    }
    spot.link.focus({ preventScroll: true });
  };
  const beside = ([across, down]) => { // the nearest of those that lie more that way than aside
    const ahead = spots.map((spot) => {
      const right = spot.x - current.x, below = spot.y - current.y;
      const along = right * across + below * down, aside = Math.abs(right * down) + Math.abs(below * across);
      return { spot, along, aside };
    });
    const there = ahead.filter(({ along, aside }) => along > 0 && along >= aside);
    return there.sort((one, other) => one.along + 2 * one.aside - other.along - 2 * other.aside)[0]?.spot;
  };
  const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  svg.addEventListener("keydown", (event) => {
    const way = WAYS[event.key];
    if (!way || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const next = beside(way);
    if (next) go(next);
  });
  svg.addEventListener("focusin", (event) => {
    const there = spots.find((spot) => spot.link === event.target);
    if (there) lead(there);
  });

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const step = 100 / zoom;
    const steps = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
    if (event.key in steps && zoom > 1) {
      event.preventDefault();
      x += steps[event.key][0];
      y += steps[event.key][1];
      show();
    } else if ("+=".includes(event.key)) nearer(1.6);
    else if (event.key === "-") nearer(1 / 1.6);
    else if (event.key === "0") nearer(0);
  });
  show();
}
