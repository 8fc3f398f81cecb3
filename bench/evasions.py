"""Evasions found, false flags and speed: the rules alone, beside peers, in one run.

    python bench/evasions.py --data FOLDER [--peers] [--envs FOLDER]

The cases are those of tests/evasion: rude terms of the default rules, disguised in fourteen ways,
in sentences. FOLDER holds labelled rows (`*.jsonl.gz`); those of clean sources are the chat in
which nothing should be flagged. Peers are compared pairwise, on the terms alone that a peer
catches where they are written plainly, since a word that it does not list is no evasion. A case
is found where the system flags the message; for ours the table also says how many findings cover
the disguise exactly. Everything runs on one core. Figures go to bench/evasions.json, without chat.
"""

import argparse
import gzip
import json
import platform
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from chatter import messages
from evasion.cases import VARIANTS, Term, by_trick, cases, plain, terms
from evasion.harmless import KINDS, texts
from evasion.judged import exact, findings
from evasion.misspelling import WORD_LIST
from evasion.names import NAMES
from evasion.tricks import EXTRA, TRICKS
from peer import Peer, install
from rule_speed import NUMBER, measure, one_core

from moderator import __version__
from moderator.config import RuleSet, load
from moderator.policy import Policy
from moderator.records import Finding

ROOT = Path(__file__).parent.parent
OUT = Path(__file__).with_suffix(".json")
OURS = "moderator"
CLEAN_CHAT = ("chitchat", "irc_ubuntu")
GENERATED = 2_000
LISTED = 400
"""False flags of ours that are printed one by one, at most, of each set."""

Json = dict[str, Any]
Found = list[tuple[Finding, ...]]


def recall(drawn: Sequence[Term], ruleset: RuleSet, peers: Sequence[Peer], variants: int) -> Json:
    """Recall of ours, and pairwise beside each peer, by evasion."""
    written = plain(drawn)
    every = list(cases(drawn, {**TRICKS, **EXTRA}, variants))
    found = list(findings(ruleset, [case.text for case in every]))
    flagged = [bool(one) for one in found]
    covered = [exact(case, one) for case, one in zip(every, found, strict=True)]
    places = by_trick(every)
    counted = [place for name in TRICKS for place in places[name]]
    groups = {**places, "all fourteen": counted}
    result: Json = {
        "terms": len(drawn),
        "ours": {
            name: {
                "cases": len(group),
                "found": _share(flagged, group),
                "exact": _share(covered, group),
            }
            for name, group in groups.items()
        },
        "pairwise": {},
    }
    for peer in peers:
        plainly = peer.judge([case.text for case in written])
        missed = {case.term for case, seen in zip(written, plainly, strict=True) if not seen}
        known = [place for place, case in enumerate(every) if case.term not in missed]
        answers = dict(zip(known, peer.judge([every[one].text for one in known]), strict=True))
        result["pairwise"][peer.name] = {
            "terms": len(drawn) - len(missed),
            "byTrick": {
                name: {
                    "cases": len(shared),
                    "peer": _share(answers, shared),
                    "ours": _share(flagged, shared),
                }
                for name, group in groups.items()
                for shared in [[place for place in group if place in answers]]
            },
        }
    return result


def _share(truth: Mapping[int, bool] | Sequence[bool], places: Sequence[int]) -> float:
    return round(sum(truth[place] for place in places) / len(places), 5) if places else 0.0


def harmless(data: Path) -> Iterator[tuple[str, list[str]]]:
    """The sets in which nothing should be flagged, by name."""
    yield "words", WORD_LIST.read_text("utf-8").split()
    for kind, names in NAMES.items():
        yield kind, list(names())
    for kind in KINDS:
        yield kind, list(dict.fromkeys(texts(kind, GENERATED)))
    yield from _clean_chat(data).items()


def _clean_chat(data: Path) -> dict[str, list[str]]:
    rows: dict[str, list[str]] = {source: [] for source in CLEAN_CHAT}
    for path in sorted(data.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for row in map(json.loads, file):
                if row["source"] in rows:
                    rows[row["source"]].append(row["text"])
    return rows


def false_flags(ruleset: RuleSet, peers: Sequence[Peer], data: Path) -> Json:
    """Texts flagged in each set by each system; of words, also those flagged by it alone.

    For ours both what is flagged by default and any finding at all, recorded ones included.
    Words that are rude are in the word list, too: where two systems agree, a word counts as meant.
    """
    policy = Policy(ruleset)
    result: Json = {}
    for name, set_ in harmless(data):
        found = list(findings(ruleset, set_))
        verdicts = {
            OURS: [policy.judge(one).flagged for one in found],
            f"{OURS}, any finding": [bool(one) for one in found],
            **{peer.name: peer.judge(set_) for peer in peers},
        }
        result[name] = {
            "texts": len(set_),
            "flagged": {system: sum(flags) for system, flags in verdicts.items()},
            "ours": _listed(found, verdicts[OURS]),
        }
        if name == "words":
            result[name]["alone"] = {
                system: _alone(verdicts, system, set(verdicts) - _same(system))
                for system in verdicts
            }
        else:
            show_flags(name, set_, found, verdicts[OURS])
    return result


def _same(system: str) -> set[str]:
    """The rows of the table that are one product."""
    product = system.partition(",")[0].removesuffix(" aggressive")
    return {product, f"{product}, any finding", f"{product} aggressive"}


def _alone(verdicts: Mapping[str, Sequence[bool]], system: str, others: set[str]) -> int:
    return sum(
        flag and not any(verdicts[other][place] for other in others)
        for place, flag in enumerate(verdicts[system])
    )


def _listed(found: Found, flagged: Sequence[bool]) -> list[Json]:
    """Each text of ours with a finding, by its place in the set: masked, without the text."""
    return [
        {
            "place": place,
            "flagged": flagged[place],
            "findings": [f"{one.rule}: {masked(one.match or '')}" for one in all_],
        }
        for place, all_ in enumerate(found)
        if all_
    ]


def masked(text: str) -> str:
    """The first letter of each word and as many stars as are left."""
    return " ".join(word[0] + "*" * (len(word) - 1) for word in text.split())


def show_flags(name: str, set_: Sequence[str], found: Found, flagged: Sequence[bool]) -> None:
    """Prints what ours flagged in a set, with what was matched masked, to be judged by hand."""
    shown = [place for place, flag in enumerate(flagged) if flag]
    if shown:
        print(f"\n{name}: flagged by ours, {len(shown)} of {len(set_):,}")
    for place in shown[:LISTED]:
        text = set_[place]
        for one in sorted(found[place], key=lambda one: one.span or (0, 0), reverse=True):
            start, end = one.span or (0, 0)
            text = text[:start] + masked(text[start:end]) + text[end:]
        rules = ", ".join(sorted({str(one.rule) for one in found[place]}))
        print(f"  {place:>6} {rules}: {' '.join(text.split())[:150]}")


def speed(drawn: Sequence[Term], peers: Sequence[Peer]) -> Json:
    """Messages a second on one core over the same distinct messages."""
    chat = list(messages(NUMBER, list(drawn)))
    ours = measure(chat)
    return {**ours, "peers": {peer.name: round(peer.per_second(chat)) for peer in peers}}


def show_recall(result: Json) -> None:
    """Recall in percent: ours, then for each peer its own beside ours on the same cases."""
    pairs = result["pairwise"]
    print(f"\nrecall in %, {result['terms']} terms; each pair: the peer, ours on its terms")
    heads = [f"{name.removeprefix('@')[:17]:>18}" for name in pairs]
    print(f"{'':16}{'cases':>8}{'found':>8}{'exact':>8}" + "".join(heads))
    print(f"{'terms':16}{'':24}" + "".join(f"{one['terms']:>18}" for one in pairs.values()))
    for name, own in result["ours"].items():
        cells = [
            f"{100 * one['peer']:>10.1f} / {100 * one['ours']:5.1f}"
            for pair in pairs.values()
            for one in [pair["byTrick"][name]]
        ]
        first = f"{own['cases']:>8,}{100 * own['found']:>8.2f}{100 * own['exact']:>8.2f}"
        print(f"{name:16}{first}" + "".join(cells))


def show_false_flags(result: Json) -> None:
    """Flagged texts of each set by each system."""
    systems = list(next(iter(result.values()))["flagged"])
    heads = "".join(f"{name.removeprefix('@')[:19]:>20}" for name in systems)
    print(f"\nflagged where nothing should be\n{'':16}{'texts':>9}{heads}")
    for name, one in result.items():
        cells = "".join(f"{one['flagged'][system]:>20,}" for system in systems)
        print(f"{name:16}{one['texts']:>9,}{cells}")
        if "alone" in one:
            cells = "".join(f"{one['alone'][system]:>20,}" for system in systems)
            print(f"{'  by it alone':16}{'':>9}{cells}")


def show_speed(result: Json) -> None:
    print(f"\nmessages a second, one core, {result['messages']:,} distinct")
    print(f"  {OURS:26}{result['perSecond']:>10,}")
    for name, rate in result["peers"].items():
        print(f"  {name:26}{rate:>10,}")


def machine() -> Json:
    """What it ran on, as far as it says so."""
    info = Path("/proc/cpuinfo")
    models = [
        line.partition(":")[2].strip()
        for line in (info.read_text().splitlines() if info.exists() else [])
        if line.startswith("model name")
    ]
    return {
        "processor": Counter(models).most_common(1)[0][0] if models else platform.processor(),
        "system": platform.platform(),
        "python": platform.python_version(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--peers", action="store_true", help="beside peers; installs them apart")
    parser.add_argument("--envs", type=Path, default=ROOT / "build" / "peers")
    parser.add_argument("--variants", type=int, default=VARIANTS)
    given = parser.parse_args()
    one_core()
    ruleset = load()
    drawn = terms(ruleset)
    peers = install(given.envs.resolve()) if given.peers else []
    result: Json = {
        "machine": machine(),
        "versions": {
            OURS: __version__,
            "rules": ruleset.sha256[:12],
            **{peer.name: peer.version() for peer in peers},
        },
        "speed": speed(drawn, peers),
        "recall": recall(drawn, ruleset, peers, given.variants),
        "falseFlags": false_flags(ruleset, peers, given.data),
    }
    show_recall(result["recall"])
    show_false_flags(result["falseFlags"])
    show_speed(result["speed"])
    OUT.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(f"\n{json.dumps(result['versions'])}\nWritten to {OUT.name}.", file=sys.stderr)


if __name__ == "__main__":
    main()
