// The page as a whole: sections, filters, progress, and the first drawing.

const began = Date.now();
let celebrated = false;

// Filters beside the pictures. The search box stays as it is, for somebody may be typing in it.
function drawFilters() {
  if (document.activeElement !== $("search")) $("search").value = state.query;
  keepingFocus(() => {
    $("picks").replaceChildren(
      pick("Verdict", "status", Object.entries(STATUSES).filter(([name]) => name !== "others" || anyOthers())),
      DATA.sessions.length > 1 ? pickSession() : "",
      viewNow().name === "held" && guardNames().length
        ? pick("Guard", "guard", [["", "Any guard or none"], ["none", "No guard: on record"], ...guardNames().map((name) => [name, plain(name, 40)])])
        : "",
      viewNow().kind === null ? "" : pick("Order", "order", [["grave", "Gravest first"], ["time", "In time order"]]),
    );
  });
}

function pickSession() {
  const named = DATA.sessions.map((id, index) => [String(index), plain(id || "no session id", 20)]);
  return pick("Session", "session", [["", "Every session"], ...named], {
    value: state.session === null ? "" : String(state.session),
    read: (value) => (value === "" ? null : Number(value)),
  });
}

let searchTimer = 0;

function searchSoon() {
  clearTimeout(searchTimer);
  searchTimer = setTimeout(() => choose({ query: $("search").value }), 120);
}

function searchKey(event) {
  if (event.key === "Enter" && shown.length) {
    $("search").blur();
    select(shown[0], { scroll: true });
  } else if (event.key === "Escape" && $("search").value) {
    // The first clears, the second leaves.
    event.stopPropagation();
    $("search").value = "";
    searchSoon();
  }
}

function pick(title, name, options, { value = state[name], read = (chosen) => chosen } = {}) {
  const box = el("select", {
    "aria-label": title, "data-focus": `pick ${name}`, class: value ? "set" : null,
    onchange: () => choose({ [name]: read(box.value) }),
  });
  for (const [chosen, text] of options) box.append(el("option", { value: chosen }, text));
  box.value = value;
  return box;
}

function anyOthers() {
  return entries.some(({ key }) => others(key).length);
}

function guardNames() {
  const names = kinds.get("held").flatMap(({ findings }) => findings.map(({ guard }) => guard));
  return [...new Set(names.filter(Boolean))].sort();
}

function drawTabs() {
  keepingFocus(() =>
    $("tabs").replaceChildren(
      ...views.map(({ name, kind, title }) =>
        el(
          "button",
          {
            type: "button", class: "tab", "aria-current": state.view === name ? "page" : null,
            "data-focus": `tab ${name}`,
            onclick: () => {
              const { order } = state;
              state = { ...fresh(), view: name, order };
              listAgain();
            },
          },
          title,
          el("span", { class: "count" }, (kind ? kinds.get(kind).length : peopleOf(kinds.get("flag")).length).toLocaleString("en")),
        ),
      ),
    ),
  );
}

// What is filtered by, each to be taken away.
function drawChips() {
  const chip = (text, patch) =>
    el(
      "button",
      { type: "button", class: "chip", onclick: () => choose(patch), "aria-label": `Remove filter ${text}` },
      el("span", {}, text),
      el("i", { "aria-hidden": "true" }, "✕"),
    );
  const chips = [
    ...[...state.severities].map((rank) => chip(SEVERITY[rank], { severities: toggled(state.severities, rank) })),
    ...[...state.categories].map((name) => chip(readable(name), { categories: toggled(state.categories, name) })),
    state.from !== null && chip(`${clock(state.from, false)} to ${clock(state.to, false)}`, { from: null, to: null }),
    state.person !== null && chip(`${maskedName(usualName(state.person))} ${shortIds[state.person]}`, { person: null }),
    state.query && chip(`“${plain(state.query, 40)}”`, { query: "" }),
    state.reason && chip(readable(state.reason), { reason: "" }),
    state.rule && chip(`found by ${plain(state.rule, 50)}`, { rule: "" }),
  ].filter(Boolean);
  const count = isFiltered()
    ? `${shown.length.toLocaleString("en")} of ${(kinds.get(viewNow().kind ?? "flag").length).toLocaleString("en")}`
    : "";
  $("chips").replaceChildren(
    ...chips,
    ...(isFiltered()
      ? [el("span", { class: "result", role: "status" }, count), el("button", { type: "button", class: "link", onclick: clearFilters }, "Clear all")]
      : []),
  );
}

function drawProgress() {
  const flags = toJudge();
  const done = flags.filter(({ key }) => isJudged(key)).length;
  const share = flags.length ? (100 * done) / flags.length : 0;
  $("progress-fill").style.width = `${share}%`;
  $("progress").setAttribute("aria-valuenow", Math.round(share));
  $("done").textContent = flags.length ? `${done.toLocaleString("en")} of ${flags.length.toLocaleString("en")} judged` : "";
  const unsaved = unsavedCount();
  $("unsaved").hidden = !unsaved;
  $("unsaved").textContent = unsaved.toLocaleString("en");
  $("export").setAttribute("aria-label", unsaved ? `Export, ${counted(unsaved, "verdict")} not exported yet` : "Export");
  $("reviewer-label").textContent = preferences.reviewer ? plain(preferences.reviewer, 18) : "Your name";
  announce(flags.length ? `${done} of ${flags.length} judged` : "");
}

// What progress is counted of: the flags, or in a report without any, all there is.
function toJudge() {
  return kinds.get("flag").length ? kinds.get("flag") : entries;
}

function finished() {
  const flags = toJudge();
  return flags.length > 0 && flags.every(({ key }) => isJudged(key));
}

function celebrate() {
  if (celebrated) return;
  celebrated = true;
  const minutes = Math.max(1, Math.round((Date.now() - began) / 60000));
  toast(`All ${counted(toJudge().length, kinds.get("flag").length ? "flag" : "message")} judged in ${counted(minutes, "minute")}. Export them when you are ready.`);
}

function drawBlur() {
  $("blur").setAttribute("aria-pressed", String(preferences.blur));
  $("blur").querySelector("span").textContent = preferences.blur ? "Blurred" : "Readable";
}

function toggleBlur() {
  prefer("blur", !preferences.blur);
  revealed.clear();
  drawBlur();
  redrawRows();
  drawDetail();
  announce(preferences.blur ? "Texts are blurred" : "Texts are shown");
}

const THEMES = ["auto", "light", "dark"];

function showTheme() {
  document.documentElement.dataset.theme = preferences.theme;
  $("theme-label").textContent = `Theme: ${preferences.theme}`;
}

function nextTheme() {
  prefer("theme", THEMES[(THEMES.indexOf(preferences.theme) + 1) % THEMES.length]);
  showTheme();
  toast(`Theme: ${preferences.theme === "auto" ? "as the system" : preferences.theme}`);
}

function drawHints() {
  const hint = (text, ...names) => el("span", {}, ...names.map(key), ` ${text}`);
  $("hints").replaceChildren(
    hint("move", "J", "K"), hint("show", "R"), hint("action", `1–${DATA.actions.length}`), hint("note", "E"),
    hint("abusive", "A"), hint("not", "N"), hint("unsure", "U"), hint("undo", "Z"), hint("all keys", "?"),
  );
}

// After filters: the list anew, with the selected message still selected if it is in it.
function listAgain({ scroll = false } = {}) {
  const people = viewNow().kind === null;
  shown = people ? [] : sorted(passing());
  $("columns").hidden = people;
  $("people").hidden = !people;
  const lead = viewNow().lead ?? "";
  $("lead").hidden = !lead;
  $("lead").textContent = lead;
  drawTabs();
  drawFilters();
  drawChips();
  drawPictures();
  drawPersonHead();
  if (people) drawPeopleTable();
  redrawRows();
  fitDetail();
  select(shown.includes(selected) ? selected : (shown[0] ?? null), { scroll });
}

// After a verdict: the list stays as it is, so that nothing jumps away under the reviewer's hand.
function afterChange({ detail = true } = {}) {
  redrawRows();
  if (detail) drawDetail();
  drawProgress();
  drawPersonHead();
}

function refresh() {
  drawFilters();
  afterChange();
  drawBlur();
}

// Whatever stands above the queue stays in sight; the columns begin below it.
new ResizeObserver(() => {
  const bar = $("bar").getBoundingClientRect().height;
  document.documentElement.style.setProperty("--bar", `${bar}px`);
  document.documentElement.style.setProperty("--roof", `${bar + $("shelf").getBoundingClientRect().height}px`);
}).observe($("shelf"));

addEventListener("scroll", perFrame(drawRows), { passive: true });
addEventListener("resize", perFrame(redrawRows));
addEventListener("hashchange", () => {
  if (location.hash.slice(1) === hashNow) return;
  selected = fromHash();
  listAgain({ scroll: true });
});
addEventListener("beforeunload", (event) => {
  if (!keeps && unsavedCount()) event.preventDefault();
});

$("blur").addEventListener("click", toggleBlur);
$("theme").addEventListener("click", nextTheme);
$("help").addEventListener("click", showHelp);
$("who-am-i").addEventListener("click", () => askReviewer());
$("export").addEventListener("click", exportVerdicts);
$("import").addEventListener("click", () => $("import-file").click());
$("import-file").addEventListener("change", (event) => {
  const [file] = event.target.files;
  if (file) importVerdicts(file);
  event.target.value = "";
});
$("search").addEventListener("input", searchSoon);
$("search").addEventListener("keydown", searchKey);
$("skip").addEventListener("click", (event) => {
  event.preventDefault();
  $("queue").focus();
});

if (!keeps) tellThatNothingIsKept();
showTheme();
drawBlur();
drawHints();
drawProgress();
const linked = fromHash();
selected = linked;
listAgain({ scroll: linked !== null });
document.documentElement.dataset.ready = "";
