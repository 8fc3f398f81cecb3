import json
from pathlib import Path

import pytest
from making import message

import moderator
from moderator import output
from moderator.cluster.tables import schemas
from moderator.judging import Judged
from moderator.policy import Verdict
from moderator.records import BadRow

pa = pytest.importorskip("pyarrow")

SCHEMA = json.loads((Path(moderator.__file__).parent / "schemas/flagged.schema.json").read_bytes())


def test_no_field_of_a_record_is_without_a_column() -> None:
    known = SCHEMA["properties"].keys() - {"sample"}
    assert known == set(schemas()["flagged"].names)
    finding = SCHEMA["properties"]["findings"]["items"]["properties"]
    columns = schemas()["flagged"].field("findings").type.value_type
    assert set(finding) == {field.name for field in columns}


def test_the_other_records_have_their_columns() -> None:
    judged = Judged(message("x"), (), Verdict(False, None, None, ()), {}, ())
    assert set(output.unscored_record(judged)) == set(schemas()["unscored"].names)
    assert set(output.reject_record(BadRow(1, "why", "raw"))) == set(schemas()["rejects"].names)
