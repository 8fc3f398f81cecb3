// Two dialogs: the reviewer's name, asked once, and the keys.

const KEYS = [
  ["Move", [["J", "↓"], "next message"], [["K", "↑"], "previous"], [["]"], "next without a verdict"], [["/"], "search"], [["P"], "everything of this participant"], [["Esc"], "back, then clear filters"]],
  ["Read", [["R", "Space"], "show or blur this message"], [["B"], "blur off or on for all"], [["T"], "light, dark, as the system"]],
  ["Judge", [["A"], "abusive"], [["N"], "not abusive"], [["U"], "unsure"], [["Shift"], "with A, N, U: stay on the message"], [["1", "…", String(DATA.actions.length)], "action; before the verdict, which goes on"], [["0"], "no action"], [["E"], "note; Esc leaves it"], [["Z"], "undo"], [["X"], "export verdicts"]],
];

function showHelp() {
  const box = (name, title, text) => {
    const input = el("input", { type: "checkbox", id: `pref-${name}`, onchange: (event) => prefer(name, event.target.checked) });
    input.checked = preferences[name];
    return el("label", { class: "check" }, input, el("span", {}, el("b", {}, title), ` ${text}`));
  };
  openDialog(
    "Keys",
    el(
      "div",
      { class: "key-columns" },
      ...KEYS.map(([title, ...list]) =>
        el(
          "section",
          {},
          el("h3", {}, title),
          el("dl", {}, ...list.flatMap(([keys, what]) => [el("dt", {}, ...keys.map((name) => (name === "…" ? name : key(name)))), el("dd", {}, what)])),
        ),
      ),
    ),
    el(
      "div",
      { class: "checks" },
      box("advance", "Go on by itself.", "After a verdict, to the next message without one."),
      box("letters", "Single keys.", "Off, if they get in the way of your screen reader or speech input."),
    ),
  );
}

// Runs `then` once a reviewer's name is known; without one, nothing is decided.
function withReviewer(then) {
  if (preferences.reviewer) then();
  else askReviewer(then);
}

function askReviewer(then = () => {}) {
  const input = el("input", {
    id: "reviewer", type: "text", maxlength: DATA.longestName, autocomplete: "name", spellcheck: "false",
    "aria-label": "Your name",
  });
  input.value = preferences.reviewer;
  const save = () => {
    const name = input.value.trim();
    if (!name) {
      input.focus();
      return;
    }
    prefer("reviewer", name);
    dialog.close();
    refresh();
    then();
  };
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      save();
    }
  });
  const dialog = openDialog(
    "Who is reviewing?",
    el("p", {}, "Your name goes with each verdict, here and in the export. It is asked once and kept in this browser."),
    el("div", { class: "ask" }, input, el("button", { type: "button", class: "tool primary", id: "reviewer-save", onclick: save }, "Save")),
    preferences.reviewer ? el("p", { class: "empty" }, "Verdicts already given keep the name under which they were given.") : null,
  );
  input.focus();
  input.select();
}

function openDialog(title, ...children) {
  const close = el("button", { type: "button", class: "step", "aria-label": "Close", onclick: () => dialog.close() }, "✕");
  const dialog = el("dialog", { "aria-label": title, tabindex: -1 }, el("header", {}, el("h2", {}, title), close), ...children);
  dialog.addEventListener("close", () => dialog.remove());
  // A click beside the box is a click on the dialog itself.
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  dialog.focus();
  return dialog;
}
