// The module graph: draws DATA's boxes and edges, moves the view, opens a module in the panel.

const FAR = 0.42; // below this scale names are too small to read, and are left out
const MANY = 150; // edges
const LEAST = 0.0005, MOST = 3; // scales
const MEASURED = 3000; // boxes; to measure the labels of more takes seconds

const canvas = byId("canvas"), view = byId("view"), panel = byId("panel"), search = byId("search");
const nodes = new Map(DATA.nodes.map((node) => [node.name, { ...node, users: [], edges: [] }]));
for (const node of nodes.values()) for (const name of node.needs) nodes.get(name).users.push(node.name);
const place = { x: 0, y: 0, scale: 1 };
let moved = false; // by the reader: before, the drawing follows the window's size
let picked = null;
let only = null; // the state that the legend shows alone

const styleOf = (state) => (state in DATA.styles ? state : "other");
const signOf = (state) => DATA.styles[state]?.sign ?? "·";
const meaningOf = (state) => DATA.styles[state]?.meaning ?? "";

// --- drawing -----------------------------------------------------------------------------------------

function drawAll() {
  const edges = document.createDocumentFragment(), boxes = document.createDocumentFragment();
  for (const [from, to, path] of DATA.edges) {
    nodes.get(from).edges.push([from, to, path]);
    nodes.get(to).edges.push([from, to, path]);
    edges.append(draw("path", { class: "edge", d: path }));
  }
  for (const node of nodes.values()) boxes.append((node.element = drawNode(node)));
  byId("edges").append(edges);
  byId("nodes").append(boxes);
  if (nodes.size <= MEASURED) fitLabels();
  drawPackages();
  canvas.classList.toggle("many", DATA.edges.length > MANY);
  byId("heading").textContent = `${DATA.project} · ${count(nodes.size, "module")}`;
}

function drawNode(node) {
  const [x, y, width, height] = node.box;
  const dot = node.name.lastIndexOf(".");
  const own = node.name.slice(dot + 1), parent = dot < 0 ? "" : node.name.slice(0, dot);
  return draw(
    "g",
    {
      class: `node ${styleOf(node.state)} ${node.kind}`, transform: `translate(${x} ${y})`, tabindex: -1, role: "button",
      "aria-label": `${node.name}, ${node.state}`, "data-name": node.name,
    },
    draw("title", {}, [node.name, node.state, ...node.reasons].join("\n")),
    draw("rect", { width, height, rx: 9 }),
    draw("path", { class: "tint", d: `M9 1H30V${height - 1}H9a8 8 0 0 1 -8 -8V9a8 8 0 0 1 8 -8z` }),
    draw("text", { class: "sign", x: 16, y: height / 2 }, signOf(node.state)),
    parent && draw("text", { class: "package", x: 38, y: 15.5 }, shorten(parent, (width - 44) / 6.1)),
    draw("text", { class: "own", x: 38, y: parent ? 31 : 24.5 }, shorten(own, (width - 44) / 7.4)),
  );
}

/** Squeeze labels that are too long for their boxes: the reader's font may be wider than ours. */
function fitLabels() {
  const labels = [...byId("nodes").querySelectorAll(".own, .package")];
  const sizes = labels.map((label) => [label.getComputedTextLength(), label.parentNode.querySelector("rect").getAttribute("width") - 44]);
  labels.forEach((label, index) => {
    const [length, room] = sizes[index];
    if (length <= room) return;
    label.setAttribute("textLength", room);
    label.setAttribute("lengthAdjust", "spacingAndGlyphs");
  });
}

let packages = []; // the largest first

/** Write each package's name amid its modules, to be seen where their own names are too small. */
function drawPackages() {
  const members = new Map();
  for (const node of nodes.values()) {
    const dot = node.name.lastIndexOf("."), name = dot < 0 ? node.name : node.name.slice(0, dot);
    if (!members.has(name)) members.set(name, []);
    members.get(name).push(node.box);
  }
  packages = [...members]
    .sort(([, one], [, other]) => other.length - one.length)
    .map(([name, boxes]) => ({ name, places: placesAmid(boxes), element: draw("text", {}, name) }));
  byId("packages").append(...packages.map((each) => each.element));
}

/** Return where a package's name may stand: amid its modules, or else on one of them, the nearest to there first. */
function placesAmid(boxes) {
  const centres = boxes.map(([x, y, width, height]) => ({ x: x + width / 2, y: y + height / 2 }));
  const mean = (side) => centres.reduce((all, each) => all + each[side], 0) / centres.length;
  const middle = { x: mean("x"), y: mean("y") };
  const distance = (each) => Math.hypot(each.x - middle.x, each.y - middle.y);
  return [middle, ...centres.sort((one, other) => distance(one) - distance(other)).slice(0, 40)];
}

/** Show packages in letters of the same size at any scale, where they don't overlap; the largest one has the choice. */
function placePackages(scale) {
  const size = 13 / scale, taken = [];
  byId("packages").style.fontSize = `${size}px`;
  for (const { name, places, element } of packages) {
    const half = name.length * size * 0.32;
    const covers = (other, { x, y }) => Math.abs(other.x - x) < other.half + half && Math.abs(other.y - y) < 1.3 * size;
    const free = places.find((place) => !taken.some((other) => covers(other, place)));
    element.classList.toggle("covered", !free);
    if (!free) continue;
    element.setAttribute("x", free.x);
    element.setAttribute("y", free.y);
    taken.push({ ...free, half });
  }
}

/** Cut a name at its start: its end tells more. */
const shorten = (text, most) => (text.length <= most + 1 ? text : "…" + text.slice(-Math.floor(most - 1)));
const count = (number, what) => `${number.toLocaleString("en")} ${what}${number === 1 ? "" : "s"}`;

function drawLegend() {
  for (const state of DATA.states) {
    const number = DATA.nodes.filter((node) => node.state === state).length;
    byId("legend").append(
      make(
        "button",
        { class: styleOf(state), "aria-pressed": "false", "data-state": state, title: meaningOf(state) || state, click: toggle },
        `${signOf(state)} ${number.toLocaleString("en")} ${state}`,
      ),
    );
  }
  function toggle(event) {
    only = event.currentTarget.dataset.state === only ? null : event.currentTarget.dataset.state;
    for (const button of byId("legend").children) button.setAttribute("aria-pressed", String(button.dataset.state === only));
    highlight();
  }
}

// --- what stands out: the search's hits, the legend's state, or what the picked module needs and affects --------------

function highlight() {
  const text = search.value.trim().toLowerCase();
  const hits = text || only ? matches(text) : [];
  const shown = new Set(text || only ? hits : picked ? [picked, ...reach(picked, "needs"), ...reach(picked, "users")] : []);
  for (const node of nodes.values()) {
    node.element.classList.toggle("hit", Boolean(text) && shown.has(node.name));
    const layer = byId(shown.has(node.name) ? "front" : "nodes");
    if (node.element.parentNode !== layer) layer.append(node.element);
    node.element.classList.toggle("picked", node.name === picked);
  }
  canvas.classList.toggle("focus", Boolean(text || only || picked));
  byId("found").textContent = text ? `${hits.length.toLocaleString("en")} of ${nodes.size.toLocaleString("en")}` : "";
  light();
  return hits;
}

const matches = (text) =>
  [...nodes.values()]
    .filter((node) => node.name.toLowerCase().includes(text) && (!only || node.state === only))
    .map((node) => node.name);

/** Every module that is reached from one, along `needs` or along `users`. */
function reach(start, along) {
  const found = new Set(nodes.get(start)[along]);
  for (const name of found) for (const next of nodes.get(name)[along]) found.add(next);
  return found;
}

/** Draw the edges of the picked module, and of all that it needs and affects, on top of the others. */
function light() {
  const lit = byId("lit");
  lit.replaceChildren();
  if (!picked) return;
  const paths = (names, along, style) => {
    for (const name of names)
      for (const [from, to, d] of nodes.get(name).edges)
        if ((along === "needs" ? from : to) === name) lit.append(draw("path", { class: `edge ${style}`, d }));
  };
  paths([picked, ...reach(picked, "needs")], "needs", "needs");
  paths([picked, ...reach(picked, "users")], "users", "used");
}

// --- the panel ---------------------------------------------------------------------------------------

function pick(name) {
  picked = nodes.has(name) ? name : null;
  moved = true; // the panel must not push away what was clicked
  panel.hidden = !picked;
  if (picked) fillPanel(nodes.get(picked));
  highlight();
  history.replaceState(null, "", picked ? `#${encodeURIComponent(picked)}` : location.pathname + location.search);
}

function fillPanel(node) {
  const links = (title, style, names) => [
    make("h3", {}, make("span", { class: `line ${style}` }), `${title} (${names.length.toLocaleString("en")})`),
    names.length ? make("ul", { class: "links" }, [...names].sort().map(linkTo)) : make("p", { class: "soft" }, "none"),
  ];
  panel.className = styleOf(node.state);
  panel.replaceChildren(
    make("button", { id: "close", "aria-label": "Close", title: "Close (Esc)", click: () => pick(null) }, "✕"),
    make("h2", {}, node.name),
    make("span", { class: "chip", id: "state" }, `${signOf(node.state)} ${node.state}`),
    make("span", { class: "soft" }, `  ${node.kind === "test" ? "test module" : meaningOf(node.state)}`),
    make("ul", { class: "reasons" }, node.reasons.map((reason) => make("li", {}, reason))),
    make("div", { class: "files" }, make("div", {}, node.file), make("div", {}, `→ ${node.generated}`)),
    make("h3", {}, `Contract (${count(node.specs.length, "spec")})`),
    ...node.specs.map((spec) => make("pre", { class: "code", "aria-label": spec.name }, colourCode(spec.source))),
    ...links("Needs", "needs", node.needs),
    ...links("Needed by", "used", node.users),
  );
  panel.scrollTop = 0;
}

function linkTo(name) {
  const { state } = nodes.get(name);
  const go = (event) => {
    event.preventDefault();
    pick(name);
    reveal(name);
  };
  return make(
    "li",
    { class: styleOf(state) },
    make("a", { href: `#${encodeURIComponent(name)}`, click: go }, make("span", { class: "sign", title: state }, signOf(state)), name),
  );
}

const TOKENS = new RegExp(
  [
    /(?<string>(?:\b[rbfu]{1,2})?(?:"""[^]*?"""|'''[^]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))/,
    /(?<comment>#.*)/,
    /(?<decorator>^[ \t]*@[\w.]+)/,
    /(?<keyword>\b(?:async|await|class|def|return|raise|from|import|if|elif|else|for|while|in|is|not|and|or|None|True|False|pass|yield|with|as|try|except|lambda)\b)/,
  ].map((part) => part.source).join("|"),
  "gim",
);

/** Split Python source to coloured pieces. */
function colourCode(source) {
  const pieces = [];
  let end = 0;
  for (const match of source.matchAll(TOKENS)) {
    const kind = Object.keys(match.groups).find((name) => match.groups[name] !== undefined);
    pieces.push(source.slice(end, match.index), make("span", { class: kind }, match[0]));
    end = match.index + match[0].length;
  }
  return [...pieces, source.slice(end)];
}

// --- moving the view ---------------------------------------------------------------------------------

function move(x, y, scale) {
  moved = true;
  if (scale < FAR && scale !== place.scale) placePackages(scale);
  Object.assign(place, { x, y, scale });
  view.setAttribute("transform", `translate(${x} ${y}) scale(${scale})`);
  canvas.classList.toggle("far", scale < FAR);
}

function zoom(factor, x = canvas.clientWidth / 2, y = canvas.clientHeight / 2) {
  const scale = Math.min(MOST, Math.max(LEAST, place.scale * factor));
  const ratio = scale / place.scale;
  move(x - (x - place.x) * ratio, y - (y - place.y) * ratio, scale);
}

function fit() {
  const margin = 36, width = canvas.clientWidth, height = canvas.clientHeight;
  const scale = Math.min(1.25, (width - 2 * margin) / (DATA.width || 1), (height - 2 * margin) / (DATA.height || 1));
  move((width - DATA.width * scale) / 2, (height - DATA.height * scale) / 2, Math.max(LEAST, scale));
  moved = false;
}

/** Bring a module into the middle of the view, large enough to read. */
function reveal(name) {
  const [x, y, width, height] = nodes.get(name).box;
  const scale = Math.max(place.scale, 0.8);
  move(canvas.clientWidth / 2 - (x + width / 2) * scale, canvas.clientHeight / 2 - (y + height / 2) * scale, scale);
}

/** Move the view as little as it takes to show a whole box. */
function keepInView(name) {
  const [x, y, width, height] = nodes.get(name).box, { scale } = place, margin = 12;
  const shift = (start, size, room) => Math.min(0, room - margin - start - size) || Math.max(0, margin - start);
  const dx = shift(x * scale + place.x, width * scale, canvas.clientWidth);
  const dy = shift(y * scale + place.y, height * scale, canvas.clientHeight);
  if (dx || dy) move(place.x + dx, place.y + dy, scale);
}

const pointers = new Map();
let dragged = false;

canvas.addEventListener("pointerdown", (event) => {
  if (!pointers.size) dragged = false;
  pointers.set(event.pointerId, event);
});
canvas.addEventListener("pointermove", (event) => {
  const before = pointers.get(event.pointerId);
  if (!before) return;
  if (!dragged && Math.hypot(event.clientX - before.clientX, event.clientY - before.clientY) < 4) return;
  if (!dragged) canvas.setPointerCapture(event.pointerId);
  dragged = true;
  canvas.classList.add("dragging");
  const others = [...pointers.values()].filter((other) => other.pointerId !== event.pointerId);
  pointers.set(event.pointerId, event);
  if (!others.length) return move(place.x + event.clientX - before.clientX, place.y + event.clientY - before.clientY, place.scale);
  const distance = (other, point) => Math.hypot(other.clientX - point.clientX, other.clientY - point.clientY);
  const area = canvas.getBoundingClientRect();
  const x = (others[0].clientX + event.clientX) / 2 - area.left, y = (others[0].clientY + event.clientY) / 2 - area.top;
  zoom(distance(others[0], event) / (distance(others[0], before) || 1), x, y);
});
for (const name of ["pointerup", "pointercancel"])
  canvas.addEventListener(name, (event) => {
    pointers.delete(event.pointerId);
    canvas.classList.remove("dragging");
  });
canvas.addEventListener("click", (event) => {
  if (dragged) return;
  pick(event.target.closest(".node")?.dataset.name ?? null);
  if (picked) reveal(picked);
  canvas.focus({ preventScroll: true }); // the box has moved to another layer: the keys go on from here
});
canvas.addEventListener(
  "wheel",
  (event) => {
    event.preventDefault();
    const area = canvas.getBoundingClientRect();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    zoom(Math.exp(-event.deltaY * lines * 0.0016), event.clientX - area.left, event.clientY - area.top);
  },
  { passive: false },
);

// --- the keyboard ------------------------------------------------------------------------------------

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** The module nearest to the current one in a direction; what stands askew counts as further away. */
function nearest(from, [dx, dy]) {
  const middle = (node) => [node.box[0] + node.box[2] / 2, node.box[1] + node.box[3] / 2];
  const [x, y] = middle(from);
  let best = null, least = Infinity;
  for (const node of nodes.values()) {
    const [ox, oy] = middle(node);
    const ahead = (ox - x) * dx + (oy - y) * dy, aside = Math.abs((ox - x) * dy) + Math.abs((oy - y) * dx);
    const distance = ahead + 2 * aside;
    if (ahead > 1 && distance < least) [best, least] = [node, distance];
  }
  return best;
}

function walk(step) {
  const next = picked ? nearest(nodes.get(picked), step) : nodes.values().next().value;
  if (!next) return;
  pick(next.name);
  keepInView(next.name);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") return escape();
  if (event.target === search) return;
  if (event.key === "/") {
    event.preventDefault();
    search.focus();
  } else if (event.key in STEPS && !panel.contains(event.target)) {
    event.preventDefault();
    walk(STEPS[event.key]);
  } else if (event.key === "Enter" && event.target === canvas) panel.querySelector("a, button")?.focus();
  else if (event.key === "+" || event.key === "=") zoom(1.25);
  else if (event.key === "-") zoom(0.8);
  else if (event.key === "0") fit();
});

function escape() {
  if (search.value || only) {
    search.value = "";
    only = null;
    for (const button of byId("legend").children) button.setAttribute("aria-pressed", "false");
    highlight();
  } else pick(null);
  canvas.focus();
}

let turn = 0; // which of the hits Enter goes to next
search.addEventListener("input", () => {
  turn = 0;
  highlight();
});
search.addEventListener("keydown", (event) => {
  const hits = event.key === "Enter" ? matches(search.value.trim().toLowerCase()) : [];
  if (!hits.length) return;
  const name = hits[turn++ % hits.length];
  pick(name);
  reveal(name);
});

byId("in").addEventListener("click", () => zoom(1.25));
byId("out").addEventListener("click", () => zoom(0.8));
byId("fit").addEventListener("click", fit);
addEventListener("hashchange", () => pickFromAddress());

function pickFromAddress() {
  let name = location.hash.slice(1);
  try {
    name = decodeURIComponent(name);
  } catch {} // someone typed it: then it names no module
  if (name === (picked ?? "")) return;
  pick(name);
  if (picked) reveal(picked);
}

drawAll();
drawLegend();
fit();
new ResizeObserver(() => moved || fit()).observe(canvas);
pickFromAddress();
