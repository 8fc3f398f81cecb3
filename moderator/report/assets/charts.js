// The pictures. Each shows what passes all other filters, and sets its own filter when used.

const GROUPS_SHOWN = 12;
const PEOPLE_SHOWN = 7;
let peopleBy = "most";
let allGroups = false;

function tally(list) {
  const counts = new Array(SEVERITY.length).fill(0);
  for (const entry of list) counts[entry.rank] += 1;
  return counts;
}

function tallyWords(counts) {
  return counts
    .map((count, rank) => [count, rank])
    .filter(([count]) => count)
    .reverse()
    .map(([count, rank]) => `${count} ${SEVERITY[rank]}`)
    .join(", ");
}

// A bar of parts by severity, gravest first, as long as its share of `most`.
function stack(counts, most) {
  const bar = svg("svg", { class: "stack", "aria-hidden": "true", viewBox: "0 0 100 8", preserveAspectRatio: "none" });
  let x = 0;
  for (let rank = GRAVEST; rank >= 0; rank -= 1) {
    const width = (100 * counts[rank]) / most;
    if (!width) continue;
    bar.append(svg("rect", { x, y: 0, width, height: 8, class: `s${rank}` }));
    x += width;
  }
  return bar;
}

function group(list, keysOf) {
  const groups = new Map();
  for (const entry of list) {
    for (const name of keysOf(entry)) {
      if (!groups.has(name)) groups.set(name, []);
      groups.get(name).push(entry);
    }
  }
  return groups;
}

function barRow({ label, said, list, most, on, use, focus }) {
  const counts = tally(list);
  return el(
    "button",
    {
      type: "button", class: "bar-button", "aria-pressed": String(on), onclick: use,
      "data-focus": focus, "aria-label": `${said}: ${tallyWords(counts)}`,
    },
    el("span", { class: "bar-label" }, label),
    stack(counts, most),
    el("span", { class: "bar-count" }, list.length.toLocaleString("en")),
  );
}

// By category; messages that could not be judged have none, and are shown by the reason why.
function drawCategories() {
  const reasons = viewNow().name === "unscored";
  $("p-cat").textContent = reasons ? "Why it was not judged" : "By category";
  const all = reasons
    ? group(passing("reason"), ({ unscored }) => new Set(unscored.map(([, reason]) => reason)))
    : group(passing("categories"), ({ about }) => about);
  const groups = [...all].sort((a, b) => b[1].length - a[1].length || a[0].localeCompare(b[0]));
  const most = Math.max(...groups.map(([, list]) => list.length), 1);
  const row = ([name, list]) =>
    barRow({
      label: readable(name),
      said: readable(name),
      list,
      most,
      on: reasons ? state.reason === name : state.categories.has(name),
      use: () =>
        choose(
          reasons
            ? { reason: state.reason === name ? "" : name }
            : { categories: toggled(state.categories, name) },
        ),
      focus: `group ${name}`,
    });
  $("by-category").replaceChildren(
    ...groups.slice(0, allGroups ? groups.length : GROUPS_SHOWN).map(row),
    ...(groups.length ? [] : [el("p", { class: "empty" }, "Nothing here.")]),
    ...(groups.length > GROUPS_SHOWN ? [moreGroups(groups.length - GROUPS_SHOWN)] : []),
  );
}

function moreGroups(more) {
  const turn = () => {
    allGroups = !allGroups;
    drawPictures();
  };
  return el(
    "button",
    { type: "button", class: "link", "data-focus": "more groups", onclick: turn },
    allGroups ? "Show fewer" : `${more} more`,
  );
}

const MOST_FIRST = (a, b) => b.list.length - a.list.length || b.worst - a.worst;
const GRAVEST_FIRST = (a, b) =>
  b.worst - a.worst || b.ofWorst - a.ofWorst || b.list.length - a.list.length;

function peopleOf(list) {
  return [...group(list, (entry) => [entry.message.person])].map(([person, theirs]) => {
    const worst = theirs.reduce((most, { rank }) => Math.max(most, rank), 0);
    return {
      person,
      list: theirs,
      worst,
      ofWorst: theirs.filter(({ rank }) => rank === worst).length,
      name: theirs.at(-1).message.name,
    };
  });
}

function drawPeople() {
  const people = peopleOf(passing("person")).sort(peopleBy === "most" ? MOST_FIRST : GRAVEST_FIRST);
  const most = Math.max(...people.map(({ list }) => list.length), 1);
  const top = people.slice(0, PEOPLE_SHOWN);
  const by = (name, title) =>
    el(
      "button",
      {
        type: "button", class: "mini", "aria-pressed": String(peopleBy === name),
        "data-focus": `people ${name}`,
        onclick: () => {
          peopleBy = name;
          drawPictures();
        },
      },
      title,
    );
  $("by-person").replaceChildren(
    el("div", { class: "switch" }, by("most", "most"), by("grave", "gravest")),
    ...top.map(({ person, list, name }) =>
      barRow({
        label: whoNode(person, name, { limit: 18 }),
        said: `${maskedName(name)}, ${shortIds[person]}`,
        list,
        most,
        on: state.person === person,
        use: () => choose({ person: state.person === person ? null : person }),
        focus: `person ${person}`,
      }),
    ),
    ...(people.length > top.length
      ? [
          el(
            "button",
            { type: "button", class: "link", onclick: () => choose({ view: "people" }) },
            `All ${counted(people.length, "person", "people")}`,
          ),
        ]
      : []),
  );
}

function maskedName(name) {
  return nameNode(name, { limit: 40 }).textContent;
}

function drawPictures() {
  keepingFocus(() => {
    drawTimeline();
    drawCategories();
    drawPeople();
  });
}

// Redraws without losing the place of somebody who goes by keyboard.
function keepingFocus(draw) {
  const name = document.activeElement?.dataset?.focus;
  draw();
  if (!name || document.activeElement?.dataset?.focus === name) return;
  for (const node of document.querySelectorAll("[data-focus]")) {
    if (node.dataset.focus === name) {
      node.focus({ preventScroll: true });
      return;
    }
  }
}
