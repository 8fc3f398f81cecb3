// Elements are made here and nowhere else: text from chat enters as text nodes, never as markup.

const $ = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";

function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined && child !== false) node.append(child);
  }
  return node;
}

function icon(name) {
  return svg("svg", { "aria-hidden": "true" }, svg("use", { href: `#i-${name}` }));
}

function key(name) {
  return el("kbd", {}, name);
}

function counted(number, one, many = `${one}s`) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

let toastTimer = 0;

// Says what was done, on the screen and to a screen reader; `undo` offers to take it back.
function toast(sentence, { undo = null } = {}) {
  const box = $("toast");
  const button = undo && el("button", { type: "button", onclick: undo }, "Undo", " ", key("Z"));
  box.replaceChildren(el("span", {}, sentence), ...(button ? [button] : []));
  box.classList.add("up");
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => box.classList.remove("up"), undo ? 6000 : 4500);
}

function announce(sentence) {
  $("live").textContent = sentence;
}

function notice(sentence) {
  $("notice").textContent = sentence;
  $("notice").hidden = false;
}

// Runs `work` once before the next frame, however often it is asked for.
function perFrame(work) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      work();
    });
  };
}
