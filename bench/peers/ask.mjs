// A peer from npm as its README shows it: texts in as JSON Lines, one JSON object out.
//
//   node ask.mjs PEER FOLDER judge   {"version", "verdicts": [true, false, ...]}
//   node ask.mjs PEER FOLDER time    {"version", "perSecond"}
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

// Messages a second: the first fifth warms up; stops after some seconds where a peer is slow.
function perSecond(judge, texts) {
  const fifth = Math.floor(texts.length / 5);
  for (const text of texts.slice(0, fifth)) judge(text);
  const began = performance.now();
  let done = 0;
  for (const text of texts.slice(fifth)) {
    judge(text);
    done += 1;
    if (performance.now() - began > 10_000) break;
  }
  return (1000 * done) / (performance.now() - began);
}

const judge = PEERS[peer]();
const lines = readFileSync(0, "utf8").split("\n").filter(Boolean);
const texts = lines.map((line) => JSON.parse(line));
const manifest = readFileSync(join(folder, "node_modules", PACKAGE, "package.json"), "utf8");
const found = { version: JSON.parse(manifest).version };
if (wanted === "judge") found.verdicts = texts.map(judge);
else found.perSecond = perSecond(judge, texts);
process.stdout.write(JSON.stringify(found));
