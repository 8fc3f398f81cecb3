// On paper: the numbers, and the queue as it is filtered. Text that is blurred stays covered, and
// child-safety text is never printed.

const MOST_PRINTED = 2000;

addEventListener("beforeprint", () => {
  const list = shown.slice(0, MOST_PRINTED);
  $("print-queue").replaceChildren(
    el("h2", {}, `${viewNow().title}: ${counted(shown.length, "message")}`),
    el("p", {}, printedFilters()),
    ...(shown.length > list.length
      ? [el("p", {}, `The first ${MOST_PRINTED.toLocaleString("en")} are printed; filter to print the others.`)]
      : []),
    ...list.map(printed),
  );
});

addEventListener("afterprint", () => $("print-queue").replaceChildren());

function printedFilters() {
  const chips = [...$("chips").querySelectorAll(".chip span")].map((chip) => chip.textContent);
  const order = state.order === "time" ? "in time order" : "gravest first";
  return chips.length ? `Filtered by ${chips.join("; ")}; ${order}.` : `All, ${order}.`;
}

// Covered text is a grey bar of blanks, so that nothing of it is in the file that is printed to.
function printedText(entry) {
  const { text } = entry.message;
  if (text !== null && !isSealed(entry.message) && !isOpen(entry)) {
    const blanks = "\u2002\u200b".repeat(Math.min(text.length, 160));
    return [el("span", { class: "covered-text" }, blanks)];
  }
  return lineOf(entry, { limit: 1200, masks: !revealed.has(entry.key) });
}

function printed(entry) {
  const own = mine(entry.key);
  const reasons = entry.findings.map((finding) =>
    finding.rule
      ? `rule ${finding.rule}${finding.guard ? ` (held by ${finding.guard})` : ""}`
      : `${plain(finding.classifier, 30)} ${plain(finding.label ?? "", 30)} ${two(finding.score)} against ${two(finding.threshold)}`,
  );
  return el(
    "article",
    {},
    el(
      "p",
      { class: "print-head" },
      el("b", {}, entry.rank ? SEVERITY_NAMES[entry.rank] : "No finding"),
      ` ${entry.about.map(readable).join(", ")} · `,
      whoNode(entry.message.person, entry.message.name, { limit: 40 }),
      ` · ${longTime(entry.message)}`,
    ),
    el("p", { class: "print-text", dir: "auto" }, ...printedText(entry)),
    el("p", { class: "print-why" }, [...reasons, ...entry.unscored.map((one) => `not judged: ${plain(one.join(": "), 120)}`)].join("; ")),
    own?.verdict
      ? el("p", { class: "print-verdict" }, `${VERDICT_NAMES[own.verdict]}${own.action ? `, ${own.action}` : ""} (${plain(own.reviewer, 60)})`, own.note ? `: ${plain(own.note, 600)}` : "")
      : null,
  );
}
