// Verdicts: one per entry and reviewer, each change kept at once and taken back by undo.

const VERDICTS = ["abusive", "not_abusive", "unsure"];
const VERDICT_NAMES = { abusive: "Abusive", not_abusive: "Not abusive", unsure: "Unsure" };
const MOST_UNDO = 200;

// By entry key: [{reviewer, verdict or null, action or null, note, at}].
const verdicts = new Map();
for (const name of keptVerdicts()) {
  const list = keptSaid(`${KEPT}verdict/${name}`);
  if (list.length) verdicts.set(name, list);
}

// Kept as lists, since the room for a report of 20,000 is not large.
function keptSaid(name) {
  return readKept(name, []).map(([reviewer, verdict, action, note, at]) => ({
    reviewer, verdict, action, note, at,
  }));
}

// Each a list of changes that belong together: [{key, before: what stood there}].
let undoable = readKept(`${KEPT}undo`, []);
let exported = readKept(`${KEPT}exported`, "");

function said(key) {
  return verdicts.get(key) ?? [];
}

function mine(key) {
  return said(key).find((one) => one.reviewer === preferences.reviewer) ?? null;
}

function others(key) {
  return said(key).filter((one) => one.reviewer !== preferences.reviewer && one.verdict);
}

function isJudged(key) {
  return Boolean(mine(key)?.verdict);
}

function put(key, list) {
  if (list.length) verdicts.set(key, list);
  else verdicts.delete(key);
  const lists = list.map(({ reviewer, verdict, action, note, at }) => [reviewer, verdict, action, note, at]);
  keep(`${KEPT}verdict/${key}`, lists.length ? lists : null);
}

function remember(changes) {
  undoable = [...undoable, changes].slice(-MOST_UNDO);
  keep(`${KEPT}undo`, undoable);
}

// Changes what the reviewer says of an entry; `patch` has any of verdict, action and note.
function change(key, patch) {
  const before = said(key);
  const empty = { reviewer: preferences.reviewer, verdict: null, action: null, note: "" };
  const now = { ...empty, ...mine(key), ...patch, at: new Date().toISOString() };
  const rest = before.filter((one) => one.reviewer !== now.reviewer);
  const blank = !now.verdict && !now.action && !now.note;
  remember([{ key, before }]);
  put(key, blank ? rest : [...rest, now]);
}

// Takes back the last change; the keys concerned, or none if there was nothing.
function undoLast() {
  const changes = undoable.at(-1);
  if (!changes) return [];
  undoable = undoable.slice(0, -1);
  keep(`${KEPT}undo`, undoable);
  for (const { key, before } of changes) put(key, before);
  return changes.map(({ key }) => key);
}

function markExported() {
  exported = new Date().toISOString();
  keep(`${KEPT}exported`, exported);
}

function unsavedCount() {
  let count = 0;
  for (const list of verdicts.values()) {
    for (const one of list) if (one.verdict && one.at > exported) count += 1;
  }
  return count;
}

// Another tab: what is said or preferred there shows here.
addEventListener("storage", (event) => {
  if (event.key === PREFERENCES) {
    Object.assign(preferences, readKept(PREFERENCES, {}));
    showTheme();
    refresh();
  }
  const prefix = `${KEPT}verdict/`;
  if (!event.key?.startsWith(prefix)) return;
  const name = event.key.slice(prefix.length);
  const list = keptSaid(event.key);
  if (list.length) verdicts.set(name, list);
  else verdicts.delete(name);
  refresh();
});
