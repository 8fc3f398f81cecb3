// The queue: only rows in sight exist, so that 20,000 scroll like 20.

const AROUND = 8;
let rowHeight = 64;
const rows = new Map();

function drawRows() {
  fitDetail();
  const queue = $("queue");
  if (queue.offsetParent === null) return;
  const top = -queue.getBoundingClientRect().top;
  const first = Math.max(0, Math.floor(top / rowHeight) - AROUND);
  const last = Math.min(shown.length, Math.ceil((top + innerHeight) / rowHeight) + AROUND);
  for (const [index, row] of rows) {
    if (index < first || index >= last) {
      row.remove();
      rows.delete(index);
    }
  }
  for (let index = first; index < last; index += 1) {
    if (rows.has(index)) continue;
    const row = rowOf(shown[index], index);
    row.style.top = `${index * rowHeight}px`;
    rows.set(index, row);
    queue.append(row);
  }
}

function redrawRows() {
  rowHeight = parseFloat(getComputedStyle($("queue")).getPropertyValue("--row")) || 64;
  for (const row of rows.values()) row.remove();
  rows.clear();
  $("queue").style.height = `${shown.length * rowHeight}px`;
  drawRows();
}

function rowOf(entry, index) {
  const own = mine(entry.key);
  const on = entry === selected;
  return el(
    "div",
    {
      class: `row r${entry.rank}${on ? " on" : ""}${own?.verdict ? " judged" : ""}`,
      id: `row-${entry.position}`, role: "option", "aria-selected": String(on),
      "aria-setsize": shown.length, "aria-posinset": index + 1,
      onclick: () => {
        select(entry);
        openDetail();
      },
    },
    el("span", { class: "row-severity" }, entry.rank ? SEVERITY_NAMES[entry.rank] : "—"),
    el(
      "span",
      { class: "row-head" },
      whoNode(entry.message.person, entry.message.name, { limit: 28 }),
      el("span", { class: "row-about" }, aboutLine(entry)),
    ),
    el("span", { class: "row-text", dir: "auto" }, ...lineOf(entry)),
    el("time", {}, shortTime(entry.message)),
    verdictMark(entry, own),
  );
}

function aboutLine(entry) {
  if (entry.kind === "unscored") return entry.unscored.map(([, reason]) => plain(reason, 40)).join(", ");
  return entry.about.map(readable).join(" · ");
}

const SIGNS = { abusive: "✕", not_abusive: "✓", unsure: "?" };

function verdictMark(entry, own) {
  const differs = others(entry.key).some(({ verdict }) => own?.verdict && verdict !== own.verdict);
  if (!own?.verdict) {
    const other = others(entry.key)[0];
    const word = own ? "begun" : other ? `${plain(other.reviewer, 10)}: ${VERDICT_NAMES[other.verdict]}` : "";
    return el("span", { class: "mark none" }, word);
  }
  return el(
    "span",
    { class: `mark ${own.verdict}` },
    el("i", { "aria-hidden": "true" }, SIGNS[own.verdict]),
    VERDICT_NAMES[own.verdict],
    own.action ? el("span", { class: "has-action" }, `· ${own.action}`) : null,
    own.note ? el("span", { class: "has-note", title: "has a note" }, "✎") : null,
    differs ? el("span", { class: "differs", title: "another reviewer says otherwise" }, "≠") : null,
  );
}

function select(entry, { scroll = false } = {}) {
  if (entry !== selected) sealAll();
  selected = entry;
  writeHash();
  for (const [index, row] of rows) {
    const on = shown[index] === entry;
    row.classList.toggle("on", on);
    row.setAttribute("aria-selected", String(on));
  }
  if (scroll && entry) bringIntoSight(shown.indexOf(entry));
  point();
  drawDetail();
}

// The row that a screen reader is told of; it exists when it is in sight.
function point() {
  if (selected) $("queue").setAttribute("aria-activedescendant", `row-${selected.position}`);
  else $("queue").removeAttribute("aria-activedescendant");
}

function bringIntoSight(index) {
  if (index < 0) return;
  const roof = $("shelf").offsetHeight + $("bar").offsetHeight;
  // Whoever reviews by keyboard is past the overview: all room for the work.
  const above = $("columns").getBoundingClientRect().top - roof;
  if (above > 0) scrollBy(0, above);
  const top = $("queue").getBoundingClientRect().top + index * rowHeight;
  const floor = innerHeight - 40;
  if (top < roof + 4) scrollBy(0, top - roof - rowHeight);
  else if (top + rowHeight > floor) scrollBy(0, top + 2 * rowHeight - floor);
  drawRows();
}

function move(step) {
  if (!shown.length) return;
  const at = shown.indexOf(selected);
  const next = at < 0 ? 0 : Math.min(shown.length - 1, Math.max(0, at + step));
  select(shown[next], { scroll: true });
}

// The next that has no verdict yet, from the selected on and then from the start.
function moveToNext() {
  const at = shown.indexOf(selected);
  const ahead = [...shown.slice(at + 1), ...shown.slice(0, Math.max(at, 0))];
  const next = ahead.find(({ key }) => !isJudged(key));
  if (next) select(next, { scroll: true });
  else drawDetail();
  return Boolean(next);
}
