// What the reviewer says of the selected message, and takes back.

const VERDICT_KEYS = { abusive: "A", not_abusive: "N", unsure: "U" };

// A verdict goes on to the next message by itself. An action that is pressed at once after it is
// meant for the message that was judged, not for one that nobody has read yet.
const AT_ONCE = 2500;
let justLeft = null;

function verdictBox(entry) {
  const own = mine(entry.key);
  const verdict = (name) =>
    el(
      "button",
      {
        type: "button", class: `judge ${name}`, "aria-pressed": String(own?.verdict === name),
        "data-focus": `judge ${name}`, onclick: (event) => judge(name, { stay: event.shiftKey }),
      },
      VERDICT_NAMES[name],
      " ",
      key(VERDICT_KEYS[name]),
    );
  const action = (name, index) =>
    el(
      "button",
      {
        type: "button", class: "act", "aria-pressed": String(own?.action === name),
        "data-focus": `act ${name}`, onclick: () => act(name),
      },
      el("span", { class: "act-key", "aria-hidden": "true" }, index + 1),
      name,
    );
  const note = el("textarea", {
    id: "note", rows: 1, placeholder: "Note (E)", "aria-label": "Note", maxlength: DATA.longestNote,
    "data-focus": "note", spellcheck: "true",
    onchange: (event) => writeNote(entry, event.target.value),
    onblur: (event) => writeNote(entry, event.target.value),
    oninput: (event) => grow(event.target),
  });
  note.value = own?.note ?? "";
  requestAnimationFrame(() => note.isConnected && grow(note));
  return el(
    "section",
    { class: "verdict", "aria-label": "Your verdict" },
    el("div", { class: "judges" }, ...VERDICTS.map(verdict)),
    el("div", { class: "acts", role: "group", "aria-label": "Action" }, ...DATA.actions.map(action)),
    note,
  );
}

function grow(area) {
  area.style.height = "auto";
  area.style.height = `${Math.min(area.scrollHeight + 2, 140)}px`;
}

function judge(name, { stay = false } = {}) {
  if (!selected) return;
  withReviewer(() => {
    const entry = selected;
    const again = mine(entry.key)?.verdict === name;
    saveNote();
    change(entry.key, { verdict: again ? null : name });
    const went = !again && preferences.advance && !stay ? moveToNext() : false;
    justLeft = went ? { entry, at: Date.now(), next: selected } : null;
    afterChange();
    const done = `${again ? "Verdict taken back" : VERDICT_NAMES[name]}: ${maskedName(entry.message.name)}`;
    toast(done, { undo });
    if (!went && !again && finished()) celebrate();
  });
}

function act(name) {
  if (!selected) return;
  withReviewer(() => {
    const atOnce = justLeft?.next === selected && Date.now() - justLeft.at < AT_ONCE;
    const entry = atOnce ? justLeft.entry : selected;
    const now = mine(entry.key)?.action;
    saveNote();
    change(entry.key, { action: now === name ? null : name });
    afterChange();
    // Whom it fell on has to be seen, since two messages are in question.
    toast(`${now === name ? "No action" : `Action ${name}`}: ${maskedName(entry.message.name)}`, { undo });
  });
}

function writeNote(entry, text) {
  const note = text.trim();
  if ((mine(entry.key)?.note ?? "") === note) return;
  withReviewer(() => {
    change(entry.key, { note });
    afterChange({ detail: false });
  });
}

// What is being typed belongs to what is being decided.
function saveNote() {
  if ($("note") && selected) writeNote(selected, $("note").value);
}

function undo() {
  const keys = undoLast();
  if (!keys.length) {
    toast("Nothing to undo");
    return;
  }
  const entry = entries.find((one) => one.key === keys[0]);
  afterChange();
  if (entry && keys.length === 1 && shown.includes(entry)) select(entry, { scroll: true });
  toast(keys.length === 1 ? "Taken back" : `${keys.length} verdicts taken back`);
}
