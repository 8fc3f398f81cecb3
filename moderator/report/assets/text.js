// Hostile text made fit to be shown. Offsets are code points, as everywhere in the files.
//
// Controls that steer or hide text become visible tags, marks stacked on one letter are cut, and
// what is left goes into text nodes. Direction is isolated by the stylesheet (bdi, plaintext).

const MOST_MARKS = 4;
const LONG_TEXT = 3000;

const CONTROL_NAMES = new Map([
  [0x00ad, ["SHY", "soft hyphen"]],
  [0x034f, ["CGJ", "combining grapheme joiner"]],
  [0x061c, ["ALM", "Arabic letter mark"]],
  [0x115f, ["FILL", "Hangul filler"]],
  [0x1160, ["FILL", "Hangul filler"]],
  [0x180e, ["MVS", "Mongolian vowel separator"]],
  [0x200b, ["ZWSP", "zero-width space"]],
  [0x200c, ["ZWNJ", "zero-width non-joiner"]],
  [0x200d, ["ZWJ", "zero-width joiner"]],
  [0x200e, ["LRM", "left-to-right mark"]],
  [0x200f, ["RLM", "right-to-left mark"]],
  [0x2028, ["LS", "line separator"]],
  [0x2029, ["PS", "paragraph separator"]],
  [0x202a, ["LRE", "left-to-right embedding"]],
  [0x202b, ["RLE", "right-to-left embedding"]],
  [0x202c, ["PDF", "end of direction"]],
  [0x202d, ["LRO", "left-to-right override"]],
  [0x202e, ["RLO", "right-to-left override"]],
  [0x2066, ["LRI", "left-to-right isolate"]],
  [0x2067, ["RLI", "right-to-left isolate"]],
  [0x2068, ["FSI", "first strong isolate"]],
  [0x2069, ["PDI", "end of isolate"]],
  [0x3164, ["FILL", "Hangul filler"]],
  [0xfeff, ["BOM", "zero-width no-break space"]],
]);

const MARK = /\p{M}/u;
const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u034f\u115f\u1160\u3164]/u;
const JOINED = /[\p{Extended_Pictographic}\p{M}\p{Emoji_Modifier}\p{sc=Arabic}\p{sc=Devanagari}]/u;
const LETTER = /[\p{L}\p{N}]/u;

function hiddenName(point) {
  const code = point.codePointAt(0);
  const known = CONTROL_NAMES.get(code);
  if (known) return known;
  const hex = code.toString(16).toUpperCase().padStart(4, "0");
  if (code >= 0xe0000 && code <= 0xe007f) return ["TAG", "invisible tag"];
  return [hex, "control or unassigned character"];
}

// Whether a character is to be shown as a tag instead of itself; `before` is the one before it.
function isHidden(point, before) {
  if (!HIDDEN.test(point) || point === "\n" || point === "\t") return false;
  const code = point.codePointAt(0);
  // Joiners spell: emoji of several, Persian, Indic. Between Latin letters they only hide words.
  if (code === 0x200c || code === 0x200d) return !JOINED.test(before);
  return true;
}

// Puts text together: plain runs as text nodes, controls and cut marks as small tags.
class Tidy {
  constructor(parent, oneLine) {
    this.parent = parent;
    this.oneLine = oneLine;
    this.run = "";
    this.hidden = [];
    this.marks = 0;
    this.before = "";
  }

  add(point) {
    if (isHidden(point, this.before)) {
      this.flushRun();
      this.hidden.push(point);
      this.before = point;
      return;
    }
    this.flushHidden();
    if (MARK.test(point)) {
      this.marks += 1;
      if (this.marks > MOST_MARKS) return;
    } else {
      this.flushMarks();
    }
    this.before = point;
    if (!this.oneLine) this.run += point;
    else if (!/\s/u.test(point)) this.run += point;
    else if (!this.run.endsWith(" ")) this.run += " ";
  }

  flushMarks() {
    const cut = this.marks - MOST_MARKS;
    this.marks = 0;
    if (cut <= 0) return;
    this.flushRun();
    this.tag(`+${cut} marks`, `${cut} more marks were stacked on this character`);
  }

  flushHidden() {
    if (!this.hidden.length) return;
    const [short, long] = hiddenName(this.hidden[0]);
    const count = this.hidden.length;
    const code = this.hidden[0].codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
    const more = count > 1 ? ` +${count - 1}` : "";
    this.tag(short + more, `U+${code} ${long}${count > 1 ? ` and ${count - 1} more hidden` : ""}`);
    this.hidden = [];
  }

  flushRun() {
    if (this.run) this.parent.append(this.run);
    this.run = "";
  }

  tag(short, long) {
    this.parent.append(el("span", { class: "ctl", title: long }, short));
  }

  into(parent) {
    this.end();
    this.parent = parent;
  }

  end() {
    this.flushMarks();
    this.flushRun();
    this.flushHidden();
  }
}

// `text` as nodes. `spans` are [{start, end, mask, faint, title}]: marked,
// `faint`ly, or with `mask` made unreadable.
function tidy(text, spans = [], { limit = Infinity, oneLine = false, from = 0 } = {}) {
  const fragment = document.createDocumentFragment();
  const writer = new Tidy(fragment, oneLine);
  const cover = covering(spans);
  let current = null;
  let fresh = true;
  let index = 0;
  if (from > 0) fragment.append("…");
  for (const point of text) {
    if (index >= from + limit) {
      writer.into(fragment);
      fragment.append("…");
      break;
    }
    const span = cover(index);
    index += 1;
    if (index <= from) continue;
    if (span !== current) {
      const tag = span?.mask ? "span" : "mark";
      const mark = span && el(tag, { title: span.title, class: span.faint ? "faint" : null });
      if (mark) {
        writer.into(fragment);
        fragment.append(mark);
      }
      writer.into(mark ?? fragment);
      current = span;
      fresh = true;
    }
    writer.add(span?.mask ? masked(point, fresh) : point);
    fresh = !LETTER.test(point) && !MARK.test(point);
  }
  writer.end();
  return fragment;
}

// The span over each position when asked for rising positions; of several, one that masks, then a
// strong one.
function covering(spans) {
  const sorted = [...spans].sort((a, b) => a.start - b.start);
  let open = [];
  let next = 0;
  return (position) => {
    while (next < sorted.length && sorted[next].start <= position) open.push(sorted[next++]);
    if (open.length) open = open.filter((span) => span.end > position);
    return open.find(({ mask }) => mask) ?? open.find(({ faint }) => !faint) ?? open[0] ?? null;
  };
}

// The first letter of a rude word stays, so that a reviewer knows which it is.
function masked(point, first) {
  return LETTER.test(point) && !first ? "•" : MARK.test(point) ? "" : point;
}

// For attributes, where no nodes can stand: one line, nothing hidden, short.
function plain(text, limit = 80) {
  const box = el("span");
  box.append(tidy(text, [], { limit, oneLine: true }));
  return box.textContent;
}

const SHAPES = "aenosruvcxm";

// A stand-in of about the same shape for text that is not shown; it holds nothing of the text.
function standIn(text, limit = 160) {
  let out = "";
  let count = 0;
  for (const point of text) {
    if (count >= limit) break;
    out += /\s/u.test(point) ? " " : SHAPES[(count * 7 + out.length * 3) % SHAPES.length];
    count += 1;
  }
  return out || "a";
}

// For searching: accents and case away.
function folded(text) {
  return text.normalize("NFKD").replace(/\p{M}+/gu, "").toLowerCase();
}

// The spans of `words` in `text`, in code points; whole words, any case.
function spansOfWords(text, words, limit = LONG_TEXT) {
  const wanted = new Set(words.map((word) => word.toLowerCase()));
  const found = [];
  let word = "";
  let start = 0;
  let index = 0;
  const close = () => {
    if (word && wanted.has(word.toLowerCase())) found.push({ start, end: index });
    word = "";
  };
  for (const point of text) {
    if (index >= limit) break;
    if (LETTER.test(point) || MARK.test(point) || (word && (point === "'" || point === "’"))) {
      if (!word) start = index;
      word += point;
    } else {
      close();
    }
    index += 1;
  }
  close();
  return found;
}
