// All participants of the section, and the page of one of them.

const PEOPLE_A_PAGE = 100;
let peopleCount = PEOPLE_A_PAGE;

function drawPeopleTable() {
  const people = peopleOf(passing("person")).sort(peopleBy === "most" ? MOST_FIRST : GRAVEST_FIRST);
  const most = Math.max(...people.map(({ list }) => list.length), 1);
  const body = people.slice(0, peopleCount).map(({ person, list, name, worst }) => {
    const judged = list.filter(({ key }) => isJudged(key)).length;
    const abusive = list.filter(({ key }) => mine(key)?.verdict === "abusive").length;
    const sessions = new Set(list.map(({ message }) => message.session)).size;
    return el(
      "tr",
      {},
      el(
        "th",
        { scope: "row" },
        el(
          "button",
          { type: "button", class: "link person-link", onclick: () => choose({ person }) },
          whoNode(person, name, { limit: 32 }),
        ),
      ),
      el("td", {}, el("span", { class: `badge r${worst}` }, SEVERITY_NAMES[worst])),
      el("td", { class: "number" }, list.length.toLocaleString("en")),
      el("td", { class: "bar-cell" }, stack(tally(list), most)),
      el("td", { class: "number" }, sessions),
      el("td", { class: "number" }, `${judged} of ${list.length}`),
      el("td", { class: "number" }, abusive || ""),
    );
  });
  const heads = ["Participant", "Gravest", "Flags", "By severity", "Sessions", "Judged", "Abusive"];
  $("people").replaceChildren(
    el(
      "div",
      { class: "table-box", tabindex: "0", role: "region", "aria-label": "Participants" },
      el("table", {}, el("thead", {}, el("tr", {}, ...heads.map((name) => el("th", { scope: "col" }, name)))), el("tbody", {}, ...body)),
    ),
    ...(people.length > peopleCount
      ? [
          el(
            "button",
            {
              type: "button", class: "tool more",
              onclick: () => {
                peopleCount += 5 * PEOPLE_A_PAGE;
                drawPeopleTable();
              },
            },
            `Show more of ${people.length.toLocaleString("en")}`,
          ),
        ]
      : []),
  );
}

function showPersonHead() {
  const top = $("person-head").getBoundingClientRect().top - $("bar").offsetHeight;
  scrollBy(0, top);
}

// Above the queue when one participant is looked at.
function drawPersonHead() {
  const person = state.person;
  const head = $("person-head");
  head.hidden = person === null;
  if (person === null) return;
  const of = (kind) => kinds.get(kind).filter(({ message }) => message.person === person);
  const flags = of("flag");
  const names = [...(namesByPerson.get(person) ?? [])];
  const sessions = [...new Set(flags.map(({ message }) => message.session))];
  const abusive = flags.filter(({ key }) => mine(key)?.verdict === "abusive").length;
  head.replaceChildren(
    el("button", { type: "button", class: "tool", onclick: () => choose({ person: null, order: "grave" }) }, icon("back"), "Everybody"),
    el(
      "div",
      { class: "person-title" },
      el("h2", {}, nameNode(usualName(person), { limit: 60 })),
      el("code", { class: "full-id" }, el("bdi", {}, plain(DATA.people[person], 120))),
      names.length > 1
        ? el("p", {}, "also as ", ...names.slice(0, -1).slice(0, 8).flatMap((name, i) => [i ? ", " : "", nameNode(name, { limit: 40 })]))
        : null,
    ),
    el(
      "p",
      { class: "person-sum" },
      `${counted(flags.length, "flag")} in ${counted(sessions.length, "session")}`,
      flags.length ? ` (${tallyWords(tally(flags))})` : "",
      of("held").length ? `, ${of("held").length} held back` : "",
      abusive ? `; judged abusive: ${abusive}` : "",
      ".",
    ),
  );
}
