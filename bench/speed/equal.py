"""Whether the fast pipeline flags what the exhaustive one does: the same lines but for losses."""

from pathlib import Path
from typing import Any

import orjson

from moderator.evaluation.metrics import wilson

Json = dict[str, Any]
ALLOWED = 0.002
"""Of what the model alone flags, so much may be lost."""


def equal(exhaustive: Path, fast: Path) -> Json:
    """Losses with the 95 % interval of their share among what the model alone flags.

    `lost` and `added` are messages that one of the two flags, `differing` those that both flag
    with another record. Nothing may be lost that a rule flags too, nothing added, none differ.
    """
    whole, quick = _records(exhaustive), _records(fast)
    by_model = {key for key, record in whole.items() if _model_alone(record)}
    lost = whole.keys() - quick.keys()
    share = wilson(len(lost & by_model), len(by_model))
    return {
        "flagged": len(whole),
        "byModelAlone": len(by_model),
        "lost": len(lost),
        "lostThoughByRule": len(lost - by_model),
        "lostShare": share._asdict() if share is not None else None,
        "added": len(quick.keys() - whole.keys()),
        "differing": sum(whole[key] != quick[key] for key in whole.keys() & quick.keys()),
    }


def holds(found: Json) -> bool:
    """Whether they are equal but for as many losses as are allowed."""
    share = found["lostShare"]
    return (
        found["lostThoughByRule"] == found["added"] == found["differing"] == 0
        and (share["value"] if share else 0.0) <= ALLOWED
    )


def _records(file: Path) -> dict[str, Json]:
    """By id; without the words behind a score, which are told of the first 500 texts flagged."""
    found = {}
    with file.open("rb") as lines:
        for line in lines:
            record = orjson.loads(line)
            for finding in record["findings"]:
                finding.pop("words")
            found[record["id"]] = record
    return found


def _model_alone(record: Json) -> bool:
    return all(finding["rule"] is None for finding in record["findings"])
