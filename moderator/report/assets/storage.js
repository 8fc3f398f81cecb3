// What is kept in this browser: preferences for all reports, verdicts under this report's content.

const PREFERENCES = "moderator/preferences";
const KEPT = `moderator/${DATA.key}/`;

const store = (() => {
  try {
    const probe = `${KEPT}probe`;
    localStorage.setItem(probe, "1");
    localStorage.removeItem(probe);
    return localStorage;
  } catch {
    return null;
  }
})();

let keeps = store !== null;

function readKept(name, otherwise) {
  try {
    return JSON.parse(store?.getItem(name) ?? "null") ?? otherwise;
  } catch {
    return otherwise;
  }
}

function keep(name, value) {
  try {
    if (value === null) store?.removeItem(name);
    else store?.setItem(name, JSON.stringify(value));
  } catch {
    keeps = false;
    tellThatNothingIsKept();
  }
}

function tellThatNothingIsKept() {
  notice(
    store === null
      ? "This browser does not let this page store anything: export your verdicts before you close it."
      : "This browser's storage is full: your last verdicts are not kept. Export them now.",
  );
}

// The names under which verdicts of this report are kept, without the part that all share.
function keptVerdicts() {
  const prefix = `${KEPT}verdict/`;
  const found = [];
  for (let index = 0; index < (store?.length ?? 0); index += 1) {
    const name = store.key(index);
    if (name.startsWith(prefix)) found.push(name.slice(prefix.length));
  }
  return found;
}

const preferences = {
  blur: true,
  theme: "auto",
  advance: true,
  letters: true,
  reviewer: "",
  ...readKept(PREFERENCES, {}),
};

function prefer(name, value) {
  preferences[name] = value;
  keep(PREFERENCES, preferences);
}
