"""What the rules and their peers flag where nothing should be flagged.

The sets: Debian's word list, common names, generated figures and code, clean chat. Words that
are rude are in the word list, too: where two systems agree, a word counts as meant.
"""

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from evasion.harmless import KINDS, texts
from evasion.judged import findings
from evasion.misspelling import WORD_LIST
from evasion.names import NAMES
from peer import Peer

from moderator.config import RuleSet
from moderator.policy import Policy
from moderator.records import Finding

OURS = "moderator"
CLEAN_CHAT = ("chitchat", "irc_ubuntu")
CONTACT = "contact"
"""Addresses and numbers in clean chat are found as what they are: counted, and no false flags."""

GENERATED = 2_000
LISTED = 400
"""False flags of ours that are printed one by one, at most, of each set."""

Json = dict[str, Any]
Found = list[tuple[Finding, ...]]


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
    """
    policy = Policy(ruleset)
    sets = dict(harmless(data))
    with ThreadPoolExecutor() as pool:
        judged = list(pool.map(lambda peer: list(map(peer.judge, sets.values())), peers))
    answers = {peer.name: iter(flags) for peer, flags in zip(peers, judged, strict=True)}
    result: Json = {}
    for name, set_ in sets.items():
        found = list(findings(ruleset, set_))
        rude = [tuple(one for one in all_ if one.category != CONTACT) for all_ in found]
        verdicts = {
            OURS: [policy.judge(one).flagged for one in rude],
            f"{OURS}, any finding": [bool(one) for one in rude],
            **{peer: next(flags) for peer, flags in answers.items()},
        }
        result[name] = {
            "texts": len(set_),
            "flagged": {system: sum(flags) for system, flags in verdicts.items()},
            "contact": sum(any(one.category == CONTACT for one in all_) for all_ in found),
            "ours": _listed(rude, verdicts[OURS]),
        }
        if name == "words":
            result[name]["alone"] = {
                system: _alone(verdicts, system, set(verdicts) - _same(system))
                for system in verdicts
            }
        else:
            show_flags(name, set_, rude, verdicts[OURS])
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
