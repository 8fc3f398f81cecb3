// The keyboard.

// The queue has the focus while somebody goes through it, so that a screen reader tells the rows.
function go(step) {
  $("queue").focus({ preventScroll: true });
  move(step);
}

const ON_KEY = {
  j: () => go(1),
  k: () => go(-1),
  ArrowDown: () => go(1),
  ArrowUp: () => go(-1),
  PageDown: () => go(10),
  PageUp: () => go(-10),
  Home: () => go(-Infinity),
  End: () => go(Infinity),
  "]": () => moveToNext(),
  Enter: () => openDetail(),
  a: (event) => judge("abusive", { stay: event.shiftKey }),
  n: (event) => judge("not_abusive", { stay: event.shiftKey }),
  u: (event) => judge("unsure", { stay: event.shiftKey }),
  e: () => {
    openDetail();
    $("note")?.focus();
  },
  r: () => toggleReveal(selected),
  " ": () => toggleReveal(selected),
  b: () => toggleBlur(),
  t: () => nextTheme(),
  z: () => undo(),
  x: () => exportVerdicts(),
  p: () => selected && choose({ person: state.person === null ? selected.message.person : null }),
  "/": () => $("search").focus(),
  "?": () => showHelp(),
  0: () => selected && mine(selected.key)?.action && act(mine(selected.key).action),
  Escape: () => stepBack(),
};
DATA.actions.forEach((name, index) => {
  ON_KEY[index + 1] = () => act(name);
});

const ALWAYS = new Set(["ArrowDown", "ArrowUp", "PageDown", "PageUp", "Home", "End", "Enter", " ", "Escape"]);

addEventListener("keydown", (event) => {
  const { target } = event;
  if (document.querySelector("dialog[open]")) return;
  if (target.matches("input, textarea, select")) {
    if (event.key === "Escape") target.blur();
    return;
  }
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
    event.preventDefault();
    undo();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (!Object.hasOwn(ON_KEY, name) || (!preferences.letters && !ALWAYS.has(name))) return;
  // Buttons, links and summaries answer to these themselves; pages scroll by them elsewhere.
  const control = target.closest("button, a, summary, [role=button]");
  if (control && (name === "Enter" || name === " ")) return;
  const inQueue = target === document.body || target === $("queue") || target.closest("#detail");
  if (ALWAYS.has(name) && name !== "Escape" && !inQueue) return;
  if (!viewNow().kind && name !== "Escape" && name !== "?" && name !== "t" && name !== "x" && name !== "/") return;
  event.preventDefault();
  ON_KEY[name](event);
});

// One step back: out of the message on a narrow screen, out of the participant, out of filters.
function stepBack() {
  if (document.body.classList.contains("reading") && matchMedia("(max-width: 900px)").matches) closeDetail();
  else if (state.person !== null) choose({ person: null, order: "grave" });
  else if (isFiltered()) clearFilters();
}
