// Flags over the time of each session, as bars that can be chosen or swept.

const BINS = 72;
const LANES = 6;

// One lane a session, each over its own time; a bar is a stretch that can be chosen or swept.
function drawTimeline() {
  const list = passing("time");
  const lanes = [...group(list, ({ message }) => [message.session])]
    .filter(([session]) => sessionStarts[session] !== undefined)
    .sort((a, b) => sessionStarts[a[0]] - sessionStarts[b[0]]);
  const drawn = lanes.slice(0, LANES);
  const untimed = list.filter(({ message }) => message.time === null).length;
  const rest = lanes.length - drawn.length;
  $("timeline").replaceChildren(
    legend(),
    ...drawn.map(([session, theirs]) => lane(session, theirs, drawn.length)),
    ...(rest > 0 ? [el("p", { class: "empty" }, `${counted(rest, "more session")}: choose one below.`)] : []),
    ...(untimed ? [el("p", { class: "empty" }, `${counted(untimed, "message")} without a time.`)] : []),
    ...(drawn.length || untimed ? [] : [el("p", { class: "empty" }, "Nothing here.")]),
  );
}

function legend() {
  const counts = tally(passing("severities"));
  return el(
    "div",
    { class: "legend" },
    ...counts
      .map((count, rank) => [count, rank])
      .reverse()
      .filter(([count, rank]) => count || state.severities.has(rank))
      .map(([count, rank]) =>
        el(
          "button",
          {
            type: "button", class: "key", "data-focus": `severity ${rank}`,
            "aria-pressed": String(state.severities.has(rank)),
            onclick: () => choose({ severities: toggled(state.severities, rank) }),
          },
          el("i", { class: `dot s${rank}` }),
          `${SEVERITY[rank]} `,
          el("b", {}, count.toLocaleString("en")),
        ),
      ),
  );
}

function lane(session, list, lanes) {
  const start = sessionStarts[session];
  const width = Math.max(sessionEnds[session] - start, 60000) + 1;
  const height = lanes === 1 ? 92 : lanes < 4 ? 56 : 34;
  const bins = Array.from({ length: BINS }, () => []);
  for (const entry of list) {
    if (entry.message.time !== null) {
      bins[Math.floor((BINS * (entry.message.time - start)) / width)].push(entry);
    }
  }
  const at = (bin) => Math.round(start + (bin * width) / BINS);
  const most = Math.max(...bins.map((bin) => bin.length), 4);
  const picture = svg("svg", {
    viewBox: `0 0 ${BINS * 10} ${height}`, preserveAspectRatio: "none", class: "lane",
    role: "group", "aria-label": `Session ${sessionName(session)} over time`,
  });
  picture.append(svg("rect", { class: "ground", x: 0, y: height - 1, width: BINS * 10, height: 1 }));
  const sweep = svg("rect", { class: "sweep", y: 0, height, width: 0, x: 0 });
  picture.append(sweep);
  let first = true;
  bins.forEach((bin, index) => {
    if (!bin.length) return;
    const pick = () => pickTime(at(index), at(index + 1));
    const bar = svg("g", {
      role: "button", tabindex: first ? 0 : -1, class: "bin",
      "aria-label": `${clock(at(index), false)} to ${clock(at(index + 1), false)}: ${tallyWords(tally(bin))}`,
      "aria-pressed": String(state.from !== null && at(index) >= state.from && at(index) < state.to),
      onkeydown: (event) => {
        if (event.key === "Enter" || event.key === " ") {
          event.preventDefault();
          pick();
        }
        moveAmong(event, picture);
      },
    });
    first = false;
    bar.append(svg("title", {}, `${clock(at(index), false)} · ${tallyWords(tally(bin))}`));
    bar.append(svg("rect", { class: "reach", x: index * 10, y: 0, width: 10, height }));
    const counts = tally(bin);
    let y = height - 1;
    for (let rank = 0; rank <= GRAVEST; rank += 1) {
      const tall = (counts[rank] / most) * (height - 4);
      if (!tall) continue;
      y -= tall;
      bar.append(svg("rect", { class: `s${rank}`, x: index * 10 + 1.5, y, width: 7, height: tall }));
    }
    picture.append(bar);
  });
  sweeping(picture, sweep, at);
  showRange(sweep, start, width);
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) =>
    el("span", {}, lanes === 1 ? clock(start + share * width, false) : minutesAt(share * width)),
  );
  return el(
    "figure",
    { class: "lane-box" },
    lanes > 1 &&
      el(
        "figcaption",
        {},
        el("bdi", { class: "code" }, sessionName(session)),
        ` ${DAY.format(start)}, ${clock(start, false)} · ${counted(list.length, "message")}`,
      ),
    picture,
    el("div", { class: "ticks", "aria-hidden": "true" }, ...ticks),
  );
}

function minutesAt(milliseconds) {
  return `${Math.round(milliseconds / 60000)} min`;
}

function pickTime(from, to) {
  const same = state.from === from && state.to === to;
  choose(same ? { from: null, to: null } : { from, to });
}

function moveAmong(event, picture) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const bars = [...picture.querySelectorAll(".bin")];
  const next = bars[bars.indexOf(event.currentTarget) + step];
  if (!next) return;
  bars.forEach((bar) => bar.setAttribute("tabindex", bar === next ? 0 : -1));
  next.focus();
}

function showRange(sweep, start, width) {
  if (state.from === null) return;
  const x = Math.max(0, ((state.from - start) / width) * BINS * 10);
  const end = Math.min(BINS * 10, ((state.to - start) / width) * BINS * 10);
  if (end <= x) return;
  sweep.setAttribute("x", x);
  sweep.setAttribute("width", end - x);
}

// Pressing and moving chooses a stretch of time; a mere click chooses one bar.
function sweeping(picture, sweep, at) {
  let from = null;
  const binAt = (event) => {
    const box = picture.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    return Math.min(BINS - 1, Math.max(0, Math.floor(share * BINS)));
  };
  picture.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    from = binAt(event);
    picture.setPointerCapture(event.pointerId);
  });
  picture.addEventListener("pointermove", (event) => {
    if (from === null) return;
    const now = binAt(event);
    sweep.setAttribute("x", Math.min(from, now) * 10);
    sweep.setAttribute("width", (Math.abs(now - from) + 1) * 10);
  });
  picture.addEventListener("pointerup", (event) => {
    if (from === null) return;
    const now = binAt(event);
    pickTime(at(Math.min(from, now)), at(Math.max(from, now) + 1));
    from = null;
  });
}
