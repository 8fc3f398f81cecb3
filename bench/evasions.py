"""Evasions found, false flags and speed: the rules alone, beside peers, in one run.

    python bench/evasions.py --data FOLDER [--peers] [--envs FOLDER]

The cases are those of tests/evasion: rude terms of the default rules, disguised in fourteen ways,
in sentences. FOLDER holds labelled rows (`*.jsonl.gz`); those of clean sources are the chat in
which nothing should be flagged. Peers are compared pairwise, on the terms alone that a peer
catches where they are written plainly, since a word that it does not list is no evasion. A case
is found where the system flags the message; for ours the table also says how many findings cover
the disguise exactly. Speed is of one core. Figures go to bench/evasions.json, without chat. Peers
are kept in --envs, with what they said of the same texts before; the first run takes a while.
"""

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from chatter import messages
from evasion.cases import VARIANTS, Case, Term, by_trick, cases, plain, terms
from evasion.judged import exact, findings
from evasion.tricks import EXTRA, TRICKS
from false_flags import OURS, false_flags, show_false_flags
from peer import Peer, install
from processes import machine
from rule_speed import NUMBER, measure, one_core

from moderator import __version__
from moderator.config import RuleSet, load

ROOT = Path(__file__).parent.parent
OUT = Path(__file__).with_suffix(".json")
Json = dict[str, Any]


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
    with ThreadPoolExecutor() as pool:
        answers = pool.map(lambda peer: _on_known(peer, written, every), peers)
    for peer, (known, verdicts) in zip(peers, answers, strict=True):
        result["pairwise"][peer.name] = {
            "terms": known,
            "byTrick": {
                name: {
                    "cases": len(shared),
                    "peer": _share(verdicts, shared),
                    "ours": _share(flagged, shared),
                }
                for name, group in groups.items()
                for shared in [[place for place in group if place in verdicts]]
            },
        }
    return result


def _on_known(
    peer: Peer, written: Sequence[Case], every: Sequence[Case]
) -> tuple[int, dict[int, bool]]:
    """How many terms a peer catches written plainly, and its verdicts on their cases, by place.

    Plainly in the same sentence: some peers are put off by the signs around a word alone.
    """
    plainly = zip(written, peer.judge([case.text for case in written]), strict=True)
    caught = {(case.term, case.carrier) for case, flagged in plainly if flagged}
    known = [place for place, case in enumerate(every) if (case.term, case.carrier) in caught]
    verdicts = peer.judge([every[place].text for place in known])
    return len({term for term, _ in caught}), dict(zip(known, verdicts, strict=True))


def _share(truth: Mapping[int, bool] | Sequence[bool], places: Sequence[int]) -> float:
    return round(sum(truth[place] for place in places) / len(places), 5) if places else 0.0


def speed(drawn: Sequence[Term], peers: Sequence[Peer]) -> Json:
    """Messages a second on one core over the same distinct messages."""
    cores = os.sched_getaffinity(0)
    one_core()
    chat = list(messages(NUMBER, list(drawn)))
    result = {**measure(chat), "peers": {peer.name: peer.speed(chat) for peer in peers}}
    os.sched_setaffinity(0, cores)
    return result


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


def show_speed(result: Json) -> None:
    """Messages a second by the clock, and by the processor's time."""
    print(f"\nmessages a second, one core, {result['messages']:,} distinct: by clock, by processor")
    for name, one in {OURS: result, **result["peers"]}.items():
        print(f"  {name:26}{one['perSecond']:>10,}{one['perSecondOfProcessor']:>10,}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--peers", action="store_true", help="beside peers; installs them apart")
    parser.add_argument("--envs", type=Path, default=ROOT / "build" / "peers")
    parser.add_argument("--variants", type=int, default=VARIANTS)
    given = parser.parse_args()
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
