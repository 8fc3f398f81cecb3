// What may be read: everything is blurred until asked for, child-safety text message by message.

const revealed = new Set();
const unsealed = new Set();

function isOpen(entry) {
  return !preferences.blur || revealed.has(entry.key);
}

function reveal(entry) {
  if (!revealed.delete(entry.key)) revealed.add(entry.key);
}

// What was unsealed is sealed again as soon as another message is looked at.
function sealAll() {
  unsealed.clear();
}

function isUnsealed(message) {
  return !isSealed(message) || unsealed.has(message);
}
