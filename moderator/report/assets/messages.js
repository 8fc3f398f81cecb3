// The text of a message as nodes, as far as it may be read.

const MASKED_CATEGORIES = new Set([
  "toxicity", "severe_toxicity", "obscene", "insult", "identity_attack", "sexual_explicit",
]);
const PLAIN_WORDS = 3;

function hiddenText(text, limit) {
  return [
    el("span", { class: "blurred", "aria-hidden": "true" }, standIn(text, limit)),
    el("span", { class: "sr" }, "text hidden"),
  ];
}

function sealedText() {
  return el("span", { class: "sealed" }, "Child-safety text, not shown");
}

function removedText() {
  return el("em", { class: "removed" }, "text removed");
}

// Where rules found something, and where the words stand that carried a model's score.
function evidence(entry) {
  const spans = [];
  const text = entry.message.text ?? "";
  for (const finding of entry.findings) {
    if (finding.field !== "payload") continue;
    const rude = MASKED_CATEGORIES.has(finding.category);
    const title = `${finding.rule ?? finding.label}, ${readable(finding.category)}`;
    if (finding.span && finding.span[0] < text.length) {
      spans.push({ start: finding.span[0], end: finding.span[1], faint: false, rude, title });
    } else if (finding.words) {
      for (const span of spansOfWords(text, finding.words)) {
        const length = span.end - span.start;
        // Models name "you" and "a" as well; nothing is gained by masking those.
        spans.push({ ...span, faint: true, rude: rude && length > PLAIN_WORDS, title });
      }
    }
  }
  return spans;
}

// One line for a list: rude words masked, and beginning not far before the first of them.
function lineOf(entry, { limit = 220, masks = true } = {}) {
  const { message } = entry;
  if (message.text === null) return [removedText()];
  if (isSealed(message)) return [sealedText()];
  if (!isOpen(entry)) return hiddenText(message.text, 120);
  const rude = evidence(entry).filter((span) => span.rude);
  // Where a rule names the rude words, those that a model names beside them can be read.
  const byRules = rude.filter(({ faint }) => !faint);
  const spans = byRules.length ? byRules : rude;
  const first = Math.min(...spans.map(({ start }) => start), Infinity);
  const blank = message.text.length - message.text.trimStart().length;
  const from = Number.isFinite(first) && first > blank + limit / 2 ? first - 30 : blank;
  const shownSpans = spans.map(({ start, end, title }) => ({ start, end, title, mask: masks }));
  return [tidy(message.text, shownSpans, { limit, from, oneLine: true })];
}

// A message of the conversation, `entry` being the one whose conversation it is.
function textOf(message, entry, { spans = [], limit = LONG_TEXT, again = () => {} } = {}) {
  if (message.text === null) return [removedText()];
  if (!isUnsealed(message)) return [sealedText(), unsealButton(message, again)];
  if (!isSealed(message) && !isOpen(entry)) return hiddenText(message.text, 400);
  const whole = longer.has(message);
  const nodes = [tidy(message.text, spans, { limit: whole ? Infinity : limit })];
  if (!whole && message.text.length > limit) {
    const more = () => {
      longer.add(message);
      again();
    };
    const size = counted(message.text.length, "character");
    nodes.push(" ", el("button", { type: "button", class: "link", onclick: more }, `Show all ${size}`));
  }
  return nodes;
}

const longer = new Set();

function unsealButton(message, again) {
  const open = () => {
    unsealed.add(message);
    again();
  };
  return el(
    "button",
    { type: "button", class: "unseal", onclick: open, "data-focus": "unseal" },
    "Show this one message",
  );
}
