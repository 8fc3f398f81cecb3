// People: the participantId is who, the display name is what somebody chose to be called.

const SHORT_ID = 8;

// Short forms of the participantIds, each different from all others.
const shortIds = (() => {
  const taken = new Map();
  const tidied = DATA.people.map((id) => plain(id, 200).replace(/\s+/gu, " ").trim());
  const forms = [
    (id) => (id.length <= SHORT_ID + 4 ? id : id.slice(0, SHORT_ID)),
    (id) => (id.length > 11 ? `${id.slice(0, 4)}…${id.slice(-6)}` : id),
  ];
  for (const form of forms) {
    const counts = new Map();
    tidied.forEach((id) => counts.set(form(id), (counts.get(form(id)) ?? 0) + 1));
    tidied.forEach((id, index) => {
      if (!taken.has(index) && id && counts.get(form(id)) === 1) taken.set(index, form(id));
    });
  }
  return tidied.map((id, index) => taken.get(index) ?? `${id.slice(0, 4)}#${index + 1}`);
})();

// Letters of other scripts, and digits, that are drawn like a Latin letter.
const LOOKS = new Map(
  Object.entries({
    a: "аαɑ", b: "Ьв", c: "сϲ", d: "ԁ", e: "еєε", g: "ɡ", h: "һн", i: "ії", j: "ј", k: "кκ",
    l: "1iıӏ|", m: "м", n: "ո", o: "0оοσ", p: "рρ", r: "г", s: "ѕ5", t: "тτ", u: "υս", v: "ѵν",
    w: "ԝω", x: "хχ", y: "уγ",
  }).flatMap(([latin, others]) => [...others].map((other) => [other, latin])),
);

function lookOfName(name) {
  const letters = [...folded(plain(name, 200))].map((letter) => LOOKS.get(letter) ?? letter);
  return letters.join("").replace(/\s+/gu, " ").trim();
}

// Who is called what: names that look alike are one name.
const peopleByName = new Map();
const namesByPerson = new Map();
const lookOf = DATA.names.map(lookOfName);
for (const { person, name } of messages) {
  const look = lookOf[name];
  if (!peopleByName.has(look)) peopleByName.set(look, new Set());
  peopleByName.get(look).add(person);
  if (!namesByPerson.has(person)) namesByPerson.set(person, new Set());
  namesByPerson.get(person).add(name);
}

// Where display names are rude: masked in lists, shown where their message's text is shown.
const rudeNames = new Map();
for (const { message, findings } of entries) {
  for (const finding of findings) {
    if (finding.field !== "displayName" || !finding.span) continue;
    const spans = rudeNames.get(message.name) ?? [];
    const [start, end] = finding.category === CHILD_SAFETY ? [0, 1e9] : finding.span;
    spans.push({ start, end, mask: true, sealed: finding.category === CHILD_SAFETY });
    rudeNames.set(message.name, spans);
  }
}

function sameNamed(person, name) {
  return peopleByName.get(lookOf[name])?.size ?? 1;
}

function nameNode(name, { open = false, limit = 32 } = {}) {
  const text = DATA.names[name];
  if (!text.trim()) return el("bdi", { class: "name none" }, "no name");
  const rude = rudeNames.get(name) ?? [];
  const spans = open ? rude.map((span) => ({ ...span, mask: span.sealed })) : rude;
  const node = el("bdi", { class: "name" });
  node.append(tidy(text, spans, { limit, oneLine: true }));
  return node;
}

// A person as seen in a message: name and short id; the id stands out where a name is shared.
function whoNode(person, name, options = {}) {
  const shared = sameNamed(person, name);
  return el(
    "span",
    { class: "who" },
    nameNode(name, options),
    el(
      "span",
      {
        class: shared > 1 ? `pid shared hue${person % 6}` : "pid",
        title: shared > 1 ? `${shared} people have names that look like this` : "participantId, shortened",
      },
      shortIds[person],
    ),
  );
}

// The name that somebody used most lately among the messages known.
function usualName(person) {
  return [...(namesByPerson.get(person) ?? [])].at(-1);
}
