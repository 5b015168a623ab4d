// The timings of a build: numbers, a timeline with who waited for whom, jobs in use, a table.

const PHASES = { model: "model", checks: "checks", write: "write" };
const ROW = 24; // pixels, as in the style

const chain = new Set(DATA.path);
const jobs = DATA.jobs.map((job) => ({ ...job, module: job.module || job.name, users: [], ran: job.started !== null && job.ended !== null }));
const byName = new Map(jobs.map((job) => [job.name, job]));
for (const job of jobs) {
  job.deps = job.deps.filter((name) => byName.has(name));
  for (const name of job.deps) byName.get(name).users.push(job.name);
}
jobs.sort((one, other) => (one.started ?? Infinity) - (other.started ?? Infinity) || (one.name < other.name ? -1 : 1));
const total = Math.max(DATA.seconds, ...jobs.map((job) => job.ended ?? 0)) || 1;

const sum = (key) => jobs.reduce((all, job) => all + (job[key] ?? 0), 0);
const whole = (number) => number.toLocaleString("en");
const percent = (part) => `${(100 * part).toFixed(part < 0.1 ? 1 : 0)}%`;
const count = (number, what) => `${whole(number)} ${what}${number === 1 ? "" : "s"}`;
const money = (number) => (number >= 1 ? number.toFixed(2) : number.toPrecision(2));
const at = (seconds) => `${((100 * seconds) / total).toFixed(4)}%`;

function time(seconds) {
  if (seconds >= 3600) return `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`;
  if (seconds >= 100) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  return seconds >= 10 || !seconds ? `${seconds.toFixed(seconds ? 1 : 0)} s` : `${seconds.toFixed(2)} s`;
}

// --- the numbers -------------------------------------------------------------------------------------

function drawNumbers() {
  const ended = (status) => jobs.filter((job) => job.status === status).length;
  const verified = ended("verified"), failed = ended("failed"), cut = ended("interrupted"), stored = jobs.filter((job) => job.origin === "store").length;
  const known = jobs.filter((job) => job.cost !== null), attempts = sum("attempts");
  const retried = jobs.filter((job) => job.attempts > 1).length;
  const used = DATA.work_seconds / total, queued = sum("queue");
  const cards = [
    ["Total", time(total), `${time(DATA.work_seconds)} of work, ${used.toFixed(1)} × at once`],
    [
      "Modules", whole(jobs.length),
      [`${whole(ended("generated"))} generated`, stored && `${whole(stored)} from the store`, verified && `${whole(verified)} verified`, failed && `${whole(failed)} failed`, cut && `${whole(cut)} interrupted`]
        .filter(Boolean).join(", "),
      failed || cut ? "bad" : "",
    ],
    ["Critical path", time(DATA.path_seconds), `${count(DATA.path.length, "module")}, ${percent(DATA.path_seconds / total)} of the total`, "critical"],
    ["Jobs in use", used.toFixed(1), DATA.limit ? `of ${whole(DATA.limit)}, on average (${percent(used / DATA.limit)})` : "on average"],
    ["Held up", time(queued), DATA.more_jobs ? `ready, but no job was free; with ${DATA.more_jobs} jobs: about ${time(DATA.more_jobs_seconds)} in all` : "ready, but no job was free"],
    ["Attempts", whole(attempts), retried ? `${count(retried, "module")} took more than one` : "no retries"],
    ["Tokens", whole(sum("tokens_in") + sum("tokens_out")), `${whole(sum("tokens_in"))} in, ${whole(sum("tokens_out"))} out`],
    ["Cost", known.length ? money(sum("cost")) : "–", known.length ? `${money(sum("cost") / known.length)} a module` : "no prices are set"],
  ];
  byId("numbers").append(
    ...cards.map(([name, value, more, style]) =>
      make("div", { class: style ?? "" }, make("dt", {}, name), make("dd", { class: "value" }, value), make("dd", {}, more)),
    ),
  );
  byId("heading").textContent = `${DATA.project ? DATA.project + ": t" : "T"}imings of the last build`;
  if (DATA.began) byId("when").textContent = `begun ${new Date(DATA.began * 1000).toLocaleString()}`;
}

// --- the timeline ------------------------------------------------------------------------------------

/** A job's phases in seconds, and the rest of its time. */
function phasesOf(job) {
  const known = Object.keys(PHASES).map((name) => [name, job[name]]).filter(([, seconds]) => seconds > 0);
  const rest = job.seconds - known.reduce((all, [, seconds]) => all + seconds, 0);
  return rest > job.seconds * 0.005 ? [...known, ["running", rest]] : known;
}

function drawRow(job) {
  const phases = phasesOf(job), whole = Math.max(job.seconds, phases.reduce((all, [, seconds]) => all + seconds, 0)) || 1;
  const parts = !job.ran ? [] : [
    job.queue > 0 && make("div", { class: "wait", style: `left:${at(Math.max(0, job.started - job.queue))};width:${at(Math.min(job.queue, job.started))}` }),
    make(
      "div", { class: "bar", style: `left:${at(job.started)};width:${at(job.seconds)}` },
      phases.map(([name, seconds]) => make("i", { class: name, style: `width:${(100 * seconds) / whole}%` })),
    ),
    drawSeconds(job),
  ];
  const style = [chain.has(job.name) && "critical", ["failed", "interrupted"].includes(job.status) && "failed"].filter(Boolean).join(" ");
  return make(
    "div",
    { class: `row ${style}`, "data-name": job.name, tabindex: -1, "aria-label": `${job.module}: ${job.ran ? time(job.seconds) : "not started"}` },
    make("span", { class: "label" }, make("bdi", {}, job.module)),
    make("div", { class: "track" }, parts),
  );
}

/** A job's time, written after its bar, before it, or in it, where there is room. */
function drawSeconds(job) {
  const begin = Math.max(0, job.started - job.queue), [place, x] =
    job.ended < total * 0.93 ? ["", job.ended] : begin > total * 0.07 ? ["before", begin] : ["inside", job.ended];
  return make("span", { class: `seconds ${place}`, style: `left:${at(x)}` }, time(job.seconds));
}

const lines = draw("svg", { id: "lines", preserveAspectRatio: "none", "aria-hidden": "true" });
let shown = []; // the jobs whose rows are shown, top down

function drawTimeline() {
  const rows = byId("rows");
  rows.append(make("div", { class: "grid" }), ...jobs.map((job) => (job.row = drawRow(job))), lines);
  const known = Object.keys(PHASES).filter((name) => sum(name) > 0);
  const legend = [...known.map((name) => [name, PHASES[name]]), ["running", known.length ? "other" : "running"], ["queue", "held up"]];
  byId("legend").append(...legend.map(([style, text]) => make("li", {}, make("i", { class: style }), text)));
  drawUsage();
  drawTicks();
  sift();
}

/** Show the rows that the filter lets through. */
function sift() {
  const text = byId("filter").value.trim().toLowerCase(), critical = byId("critical").checked;
  shown = jobs.filter((job) => job.module.toLowerCase().includes(text) && (!critical || chain.has(job.name)));
  for (const job of jobs) job.row.hidden = true;
  shown.forEach((job, index) => {
    job.row.hidden = false;
    job.row.tabIndex = index ? -1 : 0;
    job.place = index;
  });
  const height = Math.max(1, shown.length * ROW);
  lines.setAttribute("viewBox", `0 0 1000 ${height}`);
  lines.style.height = `${height}px`;
  byId("note").hidden = Boolean(shown.length);
  byId("note").textContent = jobs.length ? "No module fits the filter." : "Nothing was built: everything was fresh.";
  light(null);
}

/** Draw a line from the end of one job to the start of another. */
function link(from, to, style) {
  const [one, other] = [byName.get(from), byName.get(to)];
  if (!one.ran || !other.ran || one.row.hidden || other.row.hidden) return null;
  const x = (1000 * one.ended) / total, y = (one.place + 0.5) * ROW;
  const end = (1000 * other.started) / total, bottom = (other.place + 0.5) * ROW;
  return draw("path", { class: style, d: `M${x} ${y}V${(y + bottom) / 2}H${end}V${bottom}` });
}

/** Show whom a job waited for, and who waited for it; none: the critical path alone. */
function light(job) {
  const links = DATA.path.slice(1).map((name, index) => link(DATA.path[index], name, "chain"));
  const last = job && lastOf(job);
  if (job) {
    links.push(...job.deps.map((name) => link(name, job.name, name === last?.name ? "for last" : "for")));
    links.push(...job.users.map((name) => link(job.name, name, "then")));
  }
  lines.replaceChildren(...links.filter(Boolean));
  for (const other of jobs) other.row.classList.toggle("on", other === job);
}

/** The one of a job's dependencies that ended last: the one it waited for. */
const lastOf = (job) =>
  job.deps.map((name) => byName.get(name)).filter((dep) => dep.ran).sort((one, other) => other.ended - one.ended)[0];

function drawTicks() {
  const room = byId("axis").querySelector(".track").clientWidth || 800;
  const rough = (total * 80) / room, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const ticks = Array.from({ length: Math.min(2000, Math.floor((total * 0.995) / step) + 1) }, (_, index) => index * step);
  byId("axis").querySelector(".track").replaceChildren(
    ...ticks.map((tick) => make("span", { class: "tick", style: `left:${at(tick)}` }, tick.toFixed(digits))),
  );
  document.querySelector(".grid").replaceChildren(...ticks.map((tick) => make("i", { style: `left:${at(tick)}` })));
}

function drawUsage() {
  // What is held up may be a hundred times what runs: it is cut off, or nothing else could be seen.
  const most = 1.3 * Math.max(1, DATA.limit, ...DATA.usage.map(([, running]) => running));
  const x = (seconds) => ((1000 * seconds) / total).toFixed(2), y = (number) => (71 - (69 * Math.min(number, most)) / most).toFixed(1);
  const steps = (value) => DATA.usage.map((usage) => `L${x(usage[0])} ${y(value(usage))}`.replace(/L(\S+) (\S+)/, "H$1V$2")).join("");
  const area = (value) => `M0 ${y(0)}${steps(value)}H1000V${y(0)}z`;
  const track = byId("usage").querySelector(".track");
  track.append(
    draw(
      "svg", { viewBox: "0 0 1000 72", preserveAspectRatio: "none", role: "img", "aria-label": "Jobs in use over time" },
      draw("path", { class: "held", d: area(([, running, waiting]) => running + waiting) }),
      draw("path", { class: "area", d: area(([, running]) => running) }),
      DATA.limit && draw("path", { class: "limit", d: `M0 ${y(DATA.limit)}H1000` }),
    ),
  );
  if (DATA.limit) track.append(make("span", { class: "top soft", style: `top:${y(DATA.limit)}px` }, String(DATA.limit)));
}

// --- what the pointer, or the keyboard, is on --------------------------------------------------------

const tip = byId("tip");

function describe(job) {
  const last = lastOf(job);
  const facts = [
    ["status", [job.status, job.origin && `from the ${job.origin}`].filter(Boolean).join(", ")],
    job.ran && ["time", `${job.started.toFixed(2)} – ${job.ended.toFixed(2)} s (${time(job.seconds)})`],
    ...phasesOf(job).filter(([name]) => name in PHASES).map(([name, seconds]) => [PHASES[name], time(seconds)]),
    last && ["waited for", `${last.module}, until ${last.ended.toFixed(2)} s`],
    job.queue > 0.005 && ["held up", `${time(job.queue)}: no job was free`],
    job.users.length && ["needed by", count(job.users.length, "module")],
    job.attempts && ["attempts", whole(job.attempts)],
    (job.tokens_in || job.tokens_out) && ["tokens", `${whole(job.tokens_in)} in, ${whole(job.tokens_out)} out`],
    job.cost !== null && ["cost", money(job.cost)],
  ];
  tip.replaceChildren(
    make("b", {}, job.module),
    make("dl", {}, facts.filter(Boolean).flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)])),
    ...job.errors.slice(0, 3).map((error) => make("p", {}, error)),
  );
}

function point(job, x, y) {
  light(job);
  tip.hidden = !job;
  if (!job) return;
  describe(job);
  const { width, height } = tip.getBoundingClientRect();
  tip.style.left = `${Math.max(8, Math.min(x + 16, innerWidth - width - 8))}px`;
  tip.style.top = `${y + 18 + height > innerHeight ? Math.max(8, y - height - 12) : y + 18}px`;
}

const jobAt = (event) => byName.get(event.target.closest?.(".row")?.dataset.name) ?? null;
let current = null;

byId("rows").addEventListener("pointermove", (event) => {
  const job = jobAt(event);
  if (job === current && !job) return;
  current = job;
  point(job, event.clientX, event.clientY);
});
byId("rows").addEventListener("pointerleave", () => point((current = null)));
byId("rows").addEventListener("focusin", (event) => {
  const job = jobAt(event), box = job.row.querySelector(".bar")?.getBoundingClientRect() ?? job.row.getBoundingClientRect();
  point(job, Math.max(box.left, 0), box.bottom - 10);
});
byId("rows").addEventListener("focusout", () => point(null));
byId("rows").addEventListener("keydown", (event) => {
  const next = shown[(jobAt(event)?.place ?? 0) + ({ ArrowDown: 1, ArrowUp: -1 }[event.key] ?? 0)];
  if (!next || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
  event.preventDefault();
  next.row.focus();
});
byId("filter").addEventListener("input", sift);
byId("critical").addEventListener("change", sift);
byId("zoom").addEventListener("input", (event) => {
  byId("sheet").style.setProperty("--scale", 2 ** event.target.value);
  drawTicks();
});
addEventListener("resize", drawTicks);

// --- the table ---------------------------------------------------------------------------------------

const seconds = (value) => (value > 0 ? value.toFixed(2) : "–");
const number = (value) => (value ? whole(value) : "–");
const COLUMNS = [
  ["module", "Module", String],
  ["kind", "Kind", String],
  ["status", "Status", String],
  ["started", "Start", (value) => (value === null ? "–" : value.toFixed(2))],
  ["queue", "Held up", seconds],
  ["model", "Model", seconds],
  ["checks", "Checks", seconds],
  ["write", "Write", seconds],
  ["seconds", "Total s", seconds],
  ["attempts", "Attempts", number],
  ["tokens_in", "Tokens in", number],
  ["tokens_out", "Tokens out", number],
  ["cost", "Cost", (value) => (value === null ? "–" : money(value))],
];
const isText = (key) => ["module", "kind", "status"].includes(key);
const order = { key: "seconds", down: true };

function drawTable() {
  const sortBy = (key) => () => {
    Object.assign(order, { key, down: order.key === key ? !order.down : !isText(key) });
    drawBody();
  };
  document.querySelector("#table thead").append(
    make("tr", {}, COLUMNS.map(([key, title]) =>
      make("th", { class: isText(key) ? "text" : "", scope: "col", "data-key": key }, make("button", { click: sortBy(key) }, title)))),
  );
  const totals = COLUMNS.map(([key, , format]) =>
    isText(key) || key === "started" || (key === "cost" && !jobs.some((job) => job.cost !== null)) ? "" : format(sum(key)));
  document.querySelector("#table tfoot").append(
    make("tr", {}, totals.map((text, index) => make("td", { class: index ? "" : "text" }, index ? text : "all"))),
  );
  drawBody();
}

function drawBody() {
  for (const head of document.querySelectorAll("#table th")) {
    if (head.dataset.key !== order.key) head.removeAttribute("aria-sort");
    else head.setAttribute("aria-sort", order.down ? "descending" : "ascending");
  }
  const rank = (job) => job[order.key] ?? -1;
  const sorted = [...jobs].sort((one, other) => (rank(one) < rank(other) ? -1 : rank(one) > rank(other) ? 1 : 0) * (order.down ? -1 : 1));
  document.querySelector("#table tbody").replaceChildren(
    ...sorted.map((job) =>
      make("tr", { class: chain.has(job.name) ? "critical" : "", title: job.errors.join("\n") || null }, COLUMNS.map(([key, , format]) =>
        make("td", { class: `${isText(key) ? "text" : ""} ${key === "status" ? job.status : ""}` }, format(job[key]))))),
  );
}

drawNumbers();
drawTimeline();
drawTable();
