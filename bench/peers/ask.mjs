// A peer from npm as its README shows it: texts in as JSON Lines, one JSON object out.
//
//   node ask.mjs PEER FOLDER judge   {"version", "verdicts": [true, false, ...]}
//   node ask.mjs PEER FOLDER time    {"version", "perSecond", "perSecondOfProcessor"}
//
// FOLDER holds node_modules.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const [peer, folder, wanted] = process.argv.slice(2);
const require = createRequire(resolve(folder, "package.json"));
const PACKAGE = { "glin-profanity aggressive": "glin-profanity" }[peer] ?? peer;

const PEERS = {
  obscenity() {
    const { RegExpMatcher, englishDataset, englishRecommendedTransformers } = require("obscenity");
    const matcher = new RegExpMatcher({
      ...englishDataset.build(),
      ...englishRecommendedTransformers,
    });
    return (text) => matcher.hasMatch(text);
  },
  "@2toad/profanity"() {
    const { profanity } = require("@2toad/profanity");
    return (text) => profanity.exists(text);
  },
  "glin-profanity": () => glin("moderate"),
  "glin-profanity aggressive": () => glin("aggressive"),
};

function glin(leetspeakLevel) {
  const { Filter } = require("glin-profanity");
  const filter = new Filter({
    languages: ["english"],
    detectLeetspeak: true,
    leetspeakLevel,
    normalizeUnicode: true,
  });
  return (text) => filter.isProfane(text);
}

// Messages a second after a warm-up over the first fifth; stops where a peer is slow.
function speed(judge, texts) {
  const fifth = Math.floor(texts.length / 5);
  for (const text of texts.slice(0, fifth)) judge(text);
  const began = performance.now();
  const worked = process.cpuUsage();
  let done = 0;
  for (const text of texts.slice(fifth)) {
    judge(text);
    done += 1;
    if (performance.now() - began > 10_000) break;
  }
  const used = process.cpuUsage(worked);
  return {
    perSecond: (1000 * done) / (performance.now() - began),
    perSecondOfProcessor: (1_000_000 * done) / (used.user + used.system),
  };
}

const judge = PEERS[peer]();
const lines = readFileSync(0, "utf8").split("\n").filter(Boolean);
const texts = lines.map((line) => JSON.parse(line));
const manifest = readFileSync(join(folder, "node_modules", PACKAGE, "package.json"), "utf8");
const found = { version: JSON.parse(manifest).version };
if (wanted === "judge") found.verdicts = texts.map((text) => judge(text));
else Object.assign(found, speed(judge, texts));
process.stdout.write(JSON.stringify(found));
