// Why a message is here: each finding with what it rests on.

function whyList(entry) {
  const items = [...entry.findings]
    .sort((a, b) => SEVERITY.indexOf(b.severity) - SEVERITY.indexOf(a.severity))
    .map((finding) => whyItem(finding, entry));
  for (const [classifier, reason] of entry.unscored) {
    items.push(
      el(
        "li",
        { class: "why-item gap" },
        el("span", { class: "why-kind" }, "not judged"),
        el("div", {}, el("code", {}, plain(classifier)), ` could not judge it: ${plain(reason, 200)}.`),
      ),
    );
  }
  return el("ul", { class: "why-list" }, ...items);
}

function whyItem(finding, entry) {
  const rank = SEVERITY.indexOf(finding.severity);
  return el(
    "li",
    { class: "why-item" },
    el("span", { class: "why-kind" }, finding.guard ? "held" : finding.rule ? "rule" : "model"),
    el(
      "div",
      { class: "why-body" },
      el(
        "div",
        { class: "why-head" },
        nameOfFinding(finding, entry.kind),
        el("span", { class: "why-about" }, readable(finding.category)),
        el("span", { class: `why-severity t${rank}` }, finding.severity),
      ),
      finding.rule ? matchOf(finding, entry) : scoreOf(finding),
      finding.words?.length ? wordsOf(finding, entry) : null,
      finding.guard ? guardOf(finding) : null,
      finding.together?.length ? togetherOf(finding, entry) : null,
    ),
  );
}

// The rule or label, as a way to all that it found.
function nameOfFinding(finding, kind) {
  const name = finding.rule ?? finding.label ?? "";
  const count = findsBy.get(`${kind} ${name}`);
  const title = finding.rule
    ? `rules ${finding.version}`
    : `${plain(finding.classifier)} ${plain(finding.version)}`;
  return el(
    "button",
    {
      type: "button", class: "code-link", title, "data-focus": `rule ${name}`,
      onclick: () => choose({ rule: state.rule === name ? "" : name }),
      "aria-label": `${name}: show all ${count} that it found`,
    },
    finding.rule ? name : `${plain(finding.classifier, 30)} · ${plain(name, 40)}`,
    el("span", { class: "times" }, `×${count}`),
  );
}

function mayRead(entry) {
  return entry.message.text !== null && isUnsealed(entry.message) && (isSealed(entry.message) || isOpen(entry));
}

function quoted(nodes) {
  return el("q", { dir: "auto" }, ...nodes);
}

function matchOf(finding, entry) {
  const where = finding.field === "displayName" ? "in the display name" : "";
  if (!finding.span) return where ? el("div", { class: "why-what" }, where) : null;
  const named = finding.field === "displayName";
  const source = named ? DATA.names[entry.message.name] : entry.message.text;
  if (source === null) return el("div", { class: "why-what" }, removedText());
  const [start, end] = finding.span;
  const text = Array.from(source).slice(start, Math.min(end, start + 300)).join("");
  const nodes = mayRead(entry) ? [tidy(text, [], { oneLine: true })] : hiddenText(text, 40);
  return el("div", { class: "why-what" }, quoted(nodes), where && ` ${where}`);
}

function scoreOf(finding) {
  const { score, threshold } = finding;
  const bar = svg("svg", { class: "score", viewBox: "0 0 200 14", role: "img", "aria-label": `score ${two(score)} of 1, threshold ${two(threshold)}` });
  bar.append(svg("rect", { class: "score-ground", x: 0, y: 5, width: 200, height: 4, rx: 2 }));
  bar.append(svg("rect", { class: `score-fill s${SEVERITY.indexOf(finding.severity)}`, x: 0, y: 5, width: 200 * score, height: 4, rx: 2 }));
  bar.append(svg("rect", { class: "score-mark", x: 200 * threshold - 0.75, y: 0, width: 1.5, height: 14 }));
  return el(
    "div",
    { class: "why-what score-line" },
    bar,
    el("span", { class: "figures-inline" }, el("b", {}, two(score)), ` against ${two(threshold)}`),
  );
}

function two(number) {
  return number >= 0.995 && number < 1 ? "0.99+" : number.toFixed(2);
}

function wordsOf(finding, entry) {
  const chips = finding.words.slice(0, 12).map((word) =>
    el("span", { class: "word", dir: "auto" }, ...(mayRead(entry) ? [tidy(word, [], { limit: 40, oneLine: true })] : hiddenText(word, 20))),
  );
  return el("div", { class: "why-what words" }, "carried by ", ...chips);
}

function guardOf(finding) {
  return el(
    "div",
    { class: "why-what" },
    "held back by the guard ",
    el("code", {}, plain(finding.guard, 60)),
  );
}

// The messages that make a finding together, such as a word spelt over several of them.
function togetherOf(finding, entry) {
  const items = finding.together.slice(0, 50).map((id) => {
    const message = byMessageId.get(placeOf(entry.message.session, id));
    if (!message) return el("li", {}, el("span", { class: "removed" }, `message ${plain(id, 40)} is not in these files`));
    return el(
      "li",
      { class: message.id === entry.message.id ? "self" : null },
      el("time", {}, shortTime(message)),
      whoNode(message.person, message.name, { limit: 20 }),
      el("span", { class: "said", dir: "auto" }, ...textOf(message, entry, { limit: 300, again: drawDetail })),
    );
  });
  const more = finding.together.length - items.length;
  return el(
    "div",
    { class: "why-what" },
    `${counted(finding.together.length, "message")} together:`,
    el("ol", { class: "together" }, ...items, more > 0 ? el("li", {}, `and ${more} more`) : null),
  );
}
