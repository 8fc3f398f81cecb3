// What is looked at: section, filters, order and selection. All of it stands in the address.

const VIEWS = [
  { name: "flags", kind: "flag", title: "Flagged" },
  {
    name: "held", kind: "held", title: "Held back",
    lead: "Findings that did not flag: a guard held them back, or they are only kept on record. "
      + "Judge some of them now and then; that is how a wrong guard is found.",
  },
  {
    name: "sample", kind: "sample", title: "Sample",
    lead: "Messages that did not flag, drawn by chance. What is abusive among them was missed: "
      + "verdicts on all of them tell how much that is.",
  },
  {
    name: "unscored", kind: "unscored", title: "Not judged",
    lead: "No model could judge these messages; rules were tried on them, and found nothing "
      + "that flags. They are not known to be clean.",
  },
  { name: "people", kind: null, title: "People" },
];

const STATUSES = {
  "": "Any verdict",
  todo: "To do",
  done: "Done",
  abusive: "Abusive",
  not_abusive: "Not abusive",
  unsure: "Unsure",
  note: "With a note",
  others: "Others disagree",
};

const kinds = new Map(VIEWS.map(({ kind }) => [kind, []]));
for (const entry of entries) kinds.get(entry.kind).push(entry);
const views = VIEWS.filter(({ kind }) => kind === null || kind === "flag" || kinds.get(kind).length);

// How often each rule or label found something, by kind of entry; and the flags of each person.
const findsBy = new Map();
const flagsOf = new Map();
for (const { kind, message, findings } of entries) {
  for (const name of new Set(findings.map(({ rule, label }) => rule ?? label))) {
    const place = `${kind} ${name}`;
    findsBy.set(place, (findsBy.get(place) ?? 0) + 1);
  }
  if (kind === "flag") flagsOf.set(message.person, (flagsOf.get(message.person) ?? 0) + 1);
}

const fresh = () => ({
  view: kinds.get("flag").length ? "flags" : (views.find(({ kind }) => kind && kinds.get(kind).length)?.name ?? "flags"),
  severities: new Set(),
  categories: new Set(),
  status: "",
  session: null,
  person: null,
  rule: "",
  guard: "",
  reason: "",
  query: "",
  from: null,
  to: null,
  order: "grave",
});

let state = fresh();
let selected = null;
let shown = [];

function viewNow() {
  return views.find(({ name }) => name === state.view) ?? views[0];
}

function haystack(entry) {
  if (entry.haystack === null) {
    const { message, findings } = entry;
    // What is sealed cannot be guessed at by searching for it either.
    const text = isSealed(message) ? "" : (message.text ?? "");
    const rules = findings.map(({ rule, label }) => rule ?? label).join(" ");
    const who = `${DATA.names[message.name]} ${DATA.people[message.person]} ${message.id}`;
    entry.haystack = folded(`${text}\n${who}\n${rules}`);
  }
  return entry.haystack;
}

const TESTS = {
  severities: (entry) => !state.severities.size || state.severities.has(entry.rank),
  categories: (entry) =>
    !state.categories.size || entry.about.some((category) => state.categories.has(category)),
  session: (entry) => state.session === null || entry.message.session === state.session,
  person: (entry) => state.person === null || entry.message.person === state.person,
  rule: (entry) =>
    !state.rule || entry.findings.some(({ rule, label }) => (rule ?? label) === state.rule),
  guard: (entry) =>
    !state.guard || entry.findings.some(({ guard }) => (guard ?? "none") === state.guard),
  reason: (entry) => !state.reason || entry.unscored.some((one) => one[1] === state.reason),
  time: ({ message: { time } }) =>
    state.from === null || (time !== null && time >= state.from && time < state.to),
  status: (entry) => hasStatus(entry.key, state.status),
};

function hasStatus(key, status) {
  if (!status) return true;
  const own = mine(key);
  if (status === "todo") return !own?.verdict;
  if (status === "done") return Boolean(own?.verdict);
  if (status === "note") return Boolean(own?.note);
  if (status === "others") {
    return others(key).some(({ verdict }) => !own?.verdict || verdict !== own.verdict);
  }
  return own?.verdict === status;
}

// Those of the section that pass all filters but the one named, which a picture is to show.
function passing(except = "") {
  const tests = Object.entries(TESTS).filter(([name]) => name !== except);
  const words = folded(state.query).split(/\s+/u).filter(Boolean);
  return kinds.get(viewNow().kind ?? "flag").filter(
    (entry) =>
      tests.every(([, test]) => test(entry)) &&
      (!words.length || words.every((word) => haystack(entry).includes(word))),
  );
}

const byTime = (a, b) =>
  (a.message.time ?? Infinity) - (b.message.time ?? Infinity) || a.position - b.position;

const byGravity = (a, b) =>
  b.rank - a.rank || (b.action === "escalate") - (a.action === "escalate") ||
  b.findings.length - a.findings.length || b.score - a.score || byTime(a, b);

function sorted(list) {
  return [...list].sort(state.order === "time" ? byTime : byGravity);
}

function isFiltered() {
  return Boolean(
    state.severities.size || state.categories.size || state.status || state.session !== null ||
      state.person !== null || state.rule || state.guard || state.reason || state.query ||
      state.from !== null,
  );
}

// Sets some of the state and shows what follows from it.
function choose(patch) {
  if ("person" in patch && patch.person !== null) patch = { view: "flags", order: "time", ...patch };
  state = { ...state, ...patch };
  listAgain();
  if (patch.person !== undefined && patch.person !== null) showPersonHead();
}

function toggled(set, value) {
  const next = new Set(set);
  if (!next.delete(value)) next.add(value);
  return next;
}

function clearFilters() {
  const { view, order } = state;
  state = { ...fresh(), view, order };
  listAgain();
}

// The address: everything that differs from what is shown at first.

function toHash() {
  const parts = new URLSearchParams();
  const first = fresh();
  const add = (name, value) => value && parts.set(name, value);
  if (state.view !== first.view) add("view", state.view);
  add("severity", [...state.severities].map((rank) => SEVERITY[rank]).join(","));
  add("category", [...state.categories].join(","));
  add("status", state.status);
  if (state.session !== null) parts.set("session", DATA.sessions[state.session]);
  if (state.person !== null) parts.set("who", DATA.people[state.person]);
  add("rule", state.rule);
  add("guard", state.guard);
  add("reason", state.reason);
  add("q", state.query);
  if (state.from !== null) parts.set("time", `${state.from}-${state.to}`);
  if (state.order !== first.order) add("order", state.order);
  if (selected) parts.set("message", selected.key);
  return parts.toString();
}

function fromHash() {
  const parts = new URLSearchParams(location.hash.slice(1));
  const first = fresh();
  const list = (name) => (parts.get(name) ?? "").split(",").filter(Boolean);
  const index = (table, name) => {
    const found = parts.has(name) ? table.indexOf(parts.get(name)) : -1;
    return found < 0 ? null : found;
  };
  const time = /^(\d+)-(\d+)$/.exec(parts.get("time") ?? "");
  state = {
    ...first,
    view: views.some(({ name }) => name === parts.get("view")) ? parts.get("view") : first.view,
    severities: new Set(list("severity").map((name) => SEVERITY.indexOf(name)).filter((i) => i >= 0)),
    categories: new Set(list("category").filter((name) => DATA.categories.includes(name))),
    status: parts.get("status") in STATUSES ? parts.get("status") : "",
    session: index(DATA.sessions, "session"),
    person: index(DATA.people, "who"),
    rule: parts.get("rule") ?? "",
    guard: parts.get("guard") ?? "",
    reason: parts.get("reason") ?? "",
    query: parts.get("q") ?? "",
    from: time ? Number(time[1]) : null,
    to: time ? Number(time[2]) : null,
    order: parts.get("order") === "time" ? "time" : "grave",
  };
  const [id] = (parts.get("message") ?? "").split(".");
  const named = byRecordId.get(id)?.find(({ key }) => key === parts.get("message"));
  if (named && !parts.has("view")) state.view = views.find(({ kind }) => kind === named.kind).name;
  return named ?? null;
}

let hashNow = "";

function writeHash() {
  const hash = toHash();
  if (hash === hashNow) return;
  hashNow = hash;
  try {
    history.replaceState(null, "", `#${hash}`);
  } catch {
    // A browser limits how often an address may change; the next change will be written.
  }
}
