"""Names and commitments of records."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from review.lines import CANARY, flagged

from moderator.review.records import (
    SALT_BYTES,
    canonical,
    commitment,
    facts,
    new_salt,
    record_id,
)


def test_a_name_is_made_of_ids_alone() -> None:
    name = record_id(flagged())
    assert name == record_id(flagged(payload="something else", displayName="Bob"))
    wanted = json.dumps(["s1", "m1", "p1", "2026-06-10T10:00:00.000Z"], separators=(",", ":"))
    assert name == hashlib.sha256(wanted.encode()).hexdigest()[:32]


@pytest.mark.parametrize("field", ["sessionId", "id", "participantId", "createdAt"])
def test_every_id_counts(field: str) -> None:
    assert record_id(flagged()) != record_id(flagged(**{field: "another"}))


def test_ids_do_not_run_together() -> None:
    assert record_id(flagged(sessionId="ab", id="c")) != record_id(flagged(sessionId="a", id="bc"))


def test_a_commitment_needs_its_salt() -> None:
    salt = new_salt()
    assert len(salt) == SALT_BYTES
    assert commitment(flagged(), salt) == commitment(flagged(), salt)
    assert commitment(flagged(), salt) != commitment(flagged(), new_salt())
    assert commitment(flagged(), salt) != commitment(flagged(payload="you idiots"), salt)


def test_facts_hold_no_text() -> None:
    kept = json.dumps(facts(flagged()))
    assert CANARY in json.dumps(flagged())
    assert CANARY not in kept
    assert "insult.idiot" in kept


TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(TREES)
def test_canonical_json_is_a_fixed_point(tree: object) -> None:
    once = canonical(tree)
    assert canonical(json.loads(once)) == once
