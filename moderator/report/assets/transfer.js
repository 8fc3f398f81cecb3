// Verdicts out of the page and into it: JSON Lines, as `moderator verdicts import` reads them.

const HEX = /^(?:[0-9a-f]{2})+$/;

// What is kept of how the record was judged; no text of it.
function factsOf(entry) {
  return {
    severity: entry.severity ? SEVERITY[entry.severity] : null,
    action: entry.action,
    categories: entry.categories,
    findings: entry.findings.map((finding) => ({
      classifier: finding.classifier,
      version: finding.version,
      rule: finding.rule,
      label: finding.label,
      category: finding.category,
      severity: finding.severity,
      score: finding.score,
      threshold: finding.threshold,
      field: finding.field,
      guard: finding.guard,
    })),
  };
}

function lineFor(entry, one) {
  return JSON.stringify({
    recordId: entry.recordId,
    recordHash: entry.recordHash,
    salt: entry.salt,
    sessionId: DATA.sessions[entry.message.session],
    messageId: entry.message.id,
    participantId: DATA.people[entry.message.person],
    createdAt: entry.message.createdAt,
    reviewer: one.reviewer,
    verdict: one.verdict,
    action: one.action,
    note: one.note || null,
    at: one.at,
    record: factsOf(entry),
  });
}

function exportVerdicts() {
  saveNote();
  const lines = [];
  let begun = 0;
  for (const entry of entries) {
    for (const one of said(entry.key)) {
      if (one.verdict) lines.push(lineFor(entry, one));
      else begun += 1;
    }
  }
  if (!lines.length) {
    toast("No verdicts to export yet");
    return;
  }
  const blob = new Blob([`${lines.join("\n")}\n`], { type: "application/x-ndjson" });
  const address = URL.createObjectURL(blob);
  const name = `${DATA.title.replace(/[^\p{L}\p{N}._-]+/gu, "-").slice(0, 60) || "report"}.verdicts.jsonl`;
  el("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 30000);
  markExported();
  drawProgress();
  const left = begun ? `; ${counted(begun, "note or action", "notes or actions")} without a verdict left out` : "";
  toast(`${counted(lines.length, "verdict")} exported${left}`);
}

async function importVerdicts(file) {
  const text = await file.text();
  const result = { read: 0, fresh: 0, known: 0, elsewhere: 0, broken: 0 };
  const changes = [];
  const reviewers = new Set();
  for (const line of text.split("\n")) {
    if (!line.trim()) continue;
    const one = verdictOf(line);
    if (!one) {
      result.broken += 1;
      continue;
    }
    result.read += 1;
    reviewers.add(one.reviewer);
    take(one, result, changes);
  }
  if (changes.length) remember(changes);
  // Somebody's own verdicts in another browser, mostly; whoever else opens them has to be told.
  const [only] = reviewers.size === 1 ? reviewers : [];
  const become = only && !preferences.reviewer;
  if (become) prefer("reviewer", only);
  refresh();
  const now = become ? ` You judge as ${only} now; change the name at the top if you are not.` : "";
  toast(importSentence(result) + now, { undo: changes.length ? undo : null });
}

function take(one, result, changes) {
  const sharing = byRecordId.get(one.recordId);
  if (!sharing) {
    result.elsewhere += 1;
    return;
  }
  const entry = sharing.find(({ recordHash }) => recordHash === one.recordHash) ?? sharing[0];
  const before = said(entry.key);
  const held = before.find(({ reviewer }) => reviewer === one.reviewer);
  if (held && held.verdict && held.at >= one.at) {
    result.known += 1;
    return;
  }
  const { reviewer, verdict, action, note, at } = one;
  changes.push({ key: entry.key, before });
  put(entry.key, [...before.filter((other) => other !== held), { reviewer, verdict, action, note, at }]);
  result.fresh += 1;
}

function importSentence({ read, fresh: added, known, elsewhere, broken }) {
  const parts = [`${counted(read, "verdict")} read, ${added} new`];
  if (known) parts.push(`${known} known already`);
  if (elsewhere) parts.push(`${elsewhere} of records that are not in this report`);
  if (broken) parts.push(`${counted(broken, "line")} that ${broken === 1 ? "is no verdict" : "are no verdicts"}`);
  return parts.join(", ");
}

// The verdict that a line holds, or null; the file may be from anywhere.
function verdictOf(line) {
  let value;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const { recordId, recordHash, reviewer, verdict, action = null, note = null, at } = value;
  const fits =
    typeof recordId === "string" && HEX.test(recordId) &&
    typeof recordHash === "string" && HEX.test(recordHash) &&
    typeof reviewer === "string" && reviewer.trim() && reviewer.length <= DATA.longestName &&
    VERDICTS.includes(verdict) &&
    (action === null || DATA.actions.includes(action)) &&
    (note === null || (typeof note === "string" && note.length <= DATA.longestNote)) &&
    typeof at === "string" && !Number.isNaN(Date.parse(at));
  if (!fits) return null;
  return {
    recordId, recordHash, reviewer: reviewer.trim(), verdict, action,
    note: note ?? "", at: new Date(at).toISOString(),
  };
}

// A file dropped anywhere is read; without this the browser would leave the page for it.
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  const [file] = event.dataTransfer?.files ?? [];
  if (file) importVerdicts(file);
});
