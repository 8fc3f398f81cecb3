// The report's data as objects. The form of the packed tables is described in pack.py.

const DATA = JSON.parse($("data").textContent);
const SEVERITY = ["none", ...DATA.severities];
const SEVERITY_NAMES = SEVERITY.map((name) => name[0].toUpperCase() + name.slice(1));
const GRAVEST = SEVERITY.length - 1;
const CHILD_SAFETY = "child_safety";

const messages = DATA.messages.map(([id, session, person, name, createdAt, time, text]) => ({
  id, session, person, name, createdAt, time, text,
}));

const findingKinds = DATA.findings.map(
  ([classifier, version, rule, label, category, severity, threshold, field, guard]) => ({
    classifier, version, rule, label, category, severity, threshold, field, guard,
  }),
);

const byRecordId = new Map();
const byMessageId = new Map();

const entries = DATA.entries.map((packed, position) => {
  const sharing = byRecordId.get(packed.i) ?? [];
  const entry = {
    position,
    // Two versions of a message share a record id; the second gets a key of its own.
    key: sharing.length ? `${packed.i}.${sharing.length + 1}` : packed.i,
    kind: packed.k,
    message: messages[packed.m],
    severity: packed.s,
    action: packed.a,
    categories: packed.c,
    findings: packed.f.map(([kind, score, span, words, together]) => ({
      ...findingKinds[kind],
      score,
      span,
      words,
      together,
    })),
    before: packed.b.map((index) => messages[index]),
    after: packed.n.map((index) => messages[index]),
    unscored: packed.u,
    tags: packed.o,
    recordId: packed.i,
    recordHash: packed.h,
    salt: packed.t,
    haystack: null,
  };
  sharing.push(entry);
  byRecordId.set(packed.i, sharing);
  return entry;
});

for (const message of messages) {
  const place = placeOf(message.session, message.id);
  if (!byMessageId.has(place)) byMessageId.set(place, message);
}

function placeOf(session, id) {
  return `${session}\n${id}`;
}

// Messages whose text is shown by an act on this very message alone, whoever cites them.
const sealed = new Set();
for (const entry of entries) {
  const place = (id) => placeOf(entry.message.session, id);
  if (entry.categories.includes(CHILD_SAFETY)) sealed.add(place(entry.message.id));
  for (const finding of entry.findings) {
    if (finding.category !== CHILD_SAFETY) continue;
    sealed.add(place(entry.message.id));
    for (const id of finding.together ?? []) sealed.add(place(id));
  }
}

function isSealed(message) {
  return sealed.has(placeOf(message.session, message.id));
}

// Categories of an entry: those that flagged it, or for one that did not flag, of its findings.
function categoriesOf(entry) {
  if (entry.categories.length) return entry.categories;
  return [...new Set(entry.findings.map((finding) => finding.category))];
}

function severityOf(entry) {
  if (entry.severity) return entry.severity;
  return entry.findings.reduce((most, { severity }) => Math.max(most, SEVERITY.indexOf(severity)), 0);
}

for (const entry of entries) {
  entry.rank = severityOf(entry);
  entry.about = categoriesOf(entry);
  entry.score = entry.findings.reduce((most, { score }) => Math.max(most, score), 0);
}

const sessionStarts = [];
const sessionEnds = [];
for (const { session, time } of messages) {
  if (time === null) continue;
  sessionStarts[session] = Math.min(sessionStarts[session] ?? time, time);
  sessionEnds[session] = Math.max(sessionEnds[session] ?? time, time);
}

const days = new Set(
  messages.filter(({ time }) => time !== null).map(({ time }) => Math.floor(time / 864e5)),
);

const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
const FULL_DAY = new Intl.DateTimeFormat("en-GB", {
  weekday: "short", day: "numeric", month: "short", year: "numeric", timeZone: "UTC",
});

function clock(time, seconds = true) {
  return new Date(time).toISOString().slice(11, seconds ? 19 : 16);
}

// When a message was sent, for a list: the day only where there are several.
function shortTime(message) {
  if (message.time === null) return message.createdAt ? plain(message.createdAt, 20) : "no time";
  return days.size > 1
    ? `${DAY.format(message.time)} ${clock(message.time, false)}`
    : clock(message.time);
}

function longTime(message) {
  if (message.time === null) {
    return message.createdAt ? `sent “${plain(message.createdAt, 40)}”` : "no time given";
  }
  return `${FULL_DAY.format(message.time)}, ${clock(message.time)} UTC`;
}

// How far into its session, as far as the session is known here.
function intoSession(message) {
  const start = sessionStarts[message.session];
  if (message.time === null || start === undefined) return "";
  const minutes = Math.floor((message.time - start) / 60000);
  return minutes < 1 ? "as the session began" : `${counted(minutes, "minute")} in`;
}

function sessionName(index) {
  const id = DATA.sessions[index];
  return id ? plain(id, 13).replace(/-…$/u, "…") : "no session id";
}

function readable(name) {
  return plain(name.replaceAll("_", " "), 40);
}
