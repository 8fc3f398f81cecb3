// The selected message: its conversation, why it is here, and what the reviewer says of it.

const LEAST_PANE = 330;
const ACTION_WORDS = { record: "keep on record" };

function drawDetail() {
  keepingFocus(() => {
    const note = $("note");
    const typing = note && document.activeElement === note ? [note.selectionStart, note.selectionEnd] : null;
    const top = $("detail").querySelector(".detail-scroll")?.scrollTop ?? 0;
    const same = $("detail").dataset.key === (selected?.key ?? "");
    $("detail").dataset.key = selected?.key ?? "";
    $("detail").replaceChildren(...(selected ? detailOf(selected) : nothingSelected()));
    const scroll = $("detail").querySelector(".detail-scroll");
    if (scroll) scroll.scrollTop = same ? top : 0;
    if (scroll && !same) bringMainIntoSight(scroll);
    if (typing && same) $("note").setSelectionRange(...typing);
  });
}

// The message itself is seen first, also where there is little room.
function bringMainIntoSight(scroll) {
  const box = scroll.getBoundingClientRect();
  const main = scroll.querySelector(".said-main").getBoundingClientRect();
  const over = main.bottom + 12 - box.bottom;
  if (over > 0) scroll.scrollTop += Math.min(over, main.top - box.top - 8);
}

// As tall as the room between what stands above and the hints below.
function fitDetail() {
  const top = $("columns").getBoundingClientRect().top + 12;
  const roof = $("bar").offsetHeight + $("shelf").offsetHeight + 12;
  const room = innerHeight - Math.max(top, roof) - $("hints").offsetHeight - 12;
  document.documentElement.style.setProperty("--pane", `${Math.max(room, LEAST_PANE)}px`);
}

function nothingSelected() {
  return [
    el(
      "div",
      { class: "nothing" },
      el("p", { class: "nothing-big" }, shown.length ? "Pick a message" : isFiltered() ? "Nothing matches" : "Nothing here"),
      el("p", {}, shown.length ? "or press " : isFiltered() ? "these filters." : "No message in this section.", shown.length ? key("J") : null),
      isFiltered() && !shown.length
        ? el("button", { type: "button", class: "tool", onclick: clearFilters }, "Clear filters")
        : null,
    ),
  ];
}

function detailOf(entry) {
  return [
    el(
      "div",
      { class: "detail-scroll" },
      placeLine(entry),
      whoLine(entry),
      conversation(entry),
      el("section", { class: "why", "aria-label": "Why" }, el("h3", {}, "Why"), whyList(entry)),
      othersLine(entry),
    ),
    verdictBox(entry),
  ];
}

function placeLine(entry) {
  const at = shown.indexOf(entry);
  const step = (by, name, sign) =>
    el(
      "button",
      {
        type: "button", class: "step", title: `${name} (${by < 0 ? "K" : "J"})`, "aria-label": name,
        "data-focus": `step ${by}`, onclick: () => move(by),
      },
      icon(sign),
    );
  return el(
    "div",
    { class: "place" },
    el("button", { type: "button", class: "step close", "aria-label": "Back to the list", onclick: closeDetail }, icon("back"), "List"),
    el("span", { class: `badge r${entry.rank}` }, entry.rank ? SEVERITY_NAMES[entry.rank] : "No finding"),
    el("span", { class: "about" }, entry.about.map(readable).join(" · ")),
    entry.action ? el("span", { class: "proposal", title: "what the rules file proposes" }, `proposed: ${ACTION_WORDS[entry.action] ?? entry.action}`) : null,
    el("span", { class: "spring" }),
    el("span", { class: "position" }, at < 0 ? "not in this list" : `${(at + 1).toLocaleString("en")} of ${shown.length.toLocaleString("en")}`),
    step(-1, "Previous", "back"),
    step(1, "Next", "next"),
  );
}

function whoLine(entry) {
  const { message } = entry;
  const shared = sameNamed(message.person, message.name);
  const names = [...(namesByPerson.get(message.person) ?? [])].filter((name) => name !== message.name);
  const flags = flagsOf.get(message.person) ?? 0;
  const facts = [];
  if (shared > 1) facts.push(el("span", { class: "caution" }, `one of ${shared} people whose names look the same`));
  if (names.length) {
    facts.push(el("span", {}, "also as ", ...names.slice(0, 4).flatMap((name, i) => [i ? ", " : "", nameNode(name, { limit: 24 })])));
  }
  return el(
    "div",
    { class: "person" },
    el(
      "div",
      { class: "person-line" },
      whoNode(message.person, message.name, { open: isOpen(entry), limit: 60 }),
      el(
        "button",
        {
          type: "button", class: "link", "data-focus": "person", title: "Everything of this participant (P)",
          onclick: () => choose({ person: message.person }),
        },
        counted(flags, "flag"),
      ),
      el("span", { class: "spring" }),
      el("span", { class: "when" }, longTime(message)),
    ),
    el(
      "div",
      { class: "person-more" },
      ...facts,
      el("span", { class: "spring" }),
      el("span", {}, [...entry.tags, intoSession(message), `session ${sessionName(message.session)}`].filter(Boolean).join(" · ")),
    ),
  );
}

function conversation(entry) {
  const said = (message, main) =>
    el(
      "li",
      { class: main ? "said-main" : "said-near" },
      main
        ? null
        : el("div", { class: "near-head" }, whoNode(message.person, message.name, { limit: 24 }), el("time", {}, shortTime(message))),
      el(
        "div",
        { class: "said", dir: "auto" },
        ...textOf(message, entry, {
          spans: main ? evidence(entry) : [],
          limit: main ? LONG_TEXT : 600,
          again: drawDetail,
        }),
      ),
      main && !isSealed(message) && message.text !== null ? revealButton(entry) : null,
    );
  return el(
    "ol",
    { class: "talk", "aria-label": "Conversation" },
    ...entry.before.map((message) => said(message, false)),
    said(entry.message, true),
    ...entry.after.map((message) => said(message, false)),
  );
}

function revealButton(entry) {
  if (!preferences.blur) return null;
  return el(
    "button",
    {
      type: "button", class: "reveal", "data-focus": "reveal", "aria-pressed": String(isOpen(entry)),
      onclick: () => toggleReveal(entry),
    },
    isOpen(entry) ? "Blur again" : "Show text",
    " ",
    key("R"),
  );
}

function othersLine(entry) {
  const list = others(entry.key);
  if (!list.length) return null;
  return el(
    "section",
    { class: "others", "aria-label": "Other reviewers" },
    el("h3", {}, "Other reviewers"),
    el(
      "ul",
      {},
      ...list.map((one) =>
        el(
          "li",
          {},
          el("bdi", {}, plain(one.reviewer, 60)),
          ": ",
          el("b", {}, VERDICT_NAMES[one.verdict]),
          one.action ? `, ${one.action}` : "",
          one.note ? el("q", { dir: "auto" }, tidy(one.note, [], { limit: 300 })) : null,
        ),
      ),
    ),
  );
}

function toggleReveal(entry) {
  if (!entry) return;
  if (isSealed(entry.message)) {
    document.querySelector("[data-focus=unseal]")?.focus();
    return;
  }
  reveal(entry);
  redrawRows();
  drawDetail();
}

function openDetail() {
  document.body.classList.add("reading");
}

function closeDetail() {
  document.body.classList.remove("reading");
  $("queue").focus({ preventScroll: true });
}
