from pathlib import Path

import pytest

from moderator.cluster.jobs import Job, of_list, of_place, of_sessions
from moderator.cluster.places import Place
from moderator.cluster.results import Results
from moderator.errors import ConfigError, OutputError, SourceError
from moderator.scan import Destinations

pytest.importorskip("pyarrow")


def test_a_list_has_one_id_a_line(tmp_path: Path) -> None:
    path = tmp_path / "ids.txt"
    path.write_bytes(b"\xef\xbb\xbfone\r\n\r\n# June\n two # again\none\n")
    assert of_list(path) == [Job("one", "one"), Job("two", "two")]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"one\n../two\n", r"ids.txt:2: '\.\./two' is not a session id"),
        (b"\xff\xfe", "it is not UTF-8 text"),
    ],
)
def test_a_list_that_is_none(tmp_path: Path, content: bytes, error: str) -> None:
    path = tmp_path / "ids.txt"
    path.write_bytes(content)
    with pytest.raises((ConfigError, SourceError), match=error):
        of_list(path)


def test_no_list_at_all(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read: No such file"):
        of_list(tmp_path / "ids.txt")


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("a.csv", "a"),
        ("a.csv.gz", "a"),
        ("a.JSON", "a"),
        ("a.b.jsonl", "a.b"),
        ("june/a.ndjson", "june/a"),
        ("a.gz", "a"),
        ("plain", "plain"),
        ("v1.2", "v1.2"),
    ],
)
def test_a_dump_is_called_by_its_path_without_its_form(tmp_path: Path, name: str, key: str) -> None:
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b"x")
    assert of_place(Place(str(tmp_path))) == [Job(key, name)]


def test_large_dumps_come_first_and_hidden_ones_not(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    for name, size in (("a.csv", 1), ("b.csv", 9), (".c.csv", 5), (".git/d.csv", 5)):
        (tmp_path / name).write_bytes(b"x" * size)
    assert [job.key for job in of_place(Place(tmp_path.as_uri()))] == ["b", "a"]


@pytest.mark.parametrize(
    ("one", "other"),
    [("a.csv", "a.json"), ("a.csv", "a.rejects.csv"), ("failed.csv", "b.csv")],
)
def test_two_jobs_never_share_a_file(tmp_path: Path, one: str, other: str) -> None:
    for name in (one, other):
        (tmp_path / name).write_bytes(b"x")
    jobs = of_place(Place(str(tmp_path)))
    with pytest.raises(ConfigError, match="would both be written to"):
        Results(str(tmp_path / "out"), parquet=False).check(jobs)


@pytest.mark.parametrize("key", ["a", "a.b", "june/a", "failed-1", "v1.2"])
def test_the_files_of_a_session_are_those_of_scan(tmp_path: Path, key: str) -> None:
    results = Results(str(tmp_path), parquet=False)
    names = {tmp_path / name for name in results.names(key)}
    assert names == set(Destinations.beside(tmp_path / f"{key}.jsonl").all())
    assert results.names(key)[-1] == f"{key}.jsonl"


def test_a_key_is_one_partition_whatever_it_holds(tmp_path: Path) -> None:
    (*_, last) = Results(str(tmp_path), parquet=True).names("june/a=b")
    assert last == "summary/session=june%2Fa%3Db/part-0.parquet"


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("s3://key:secret@bucket/dumps", "holds credentials"),
        ("nowhere://bucket/dumps", "cannot be used"),
    ],
)
def test_a_bucket_that_cannot_be_used(name: str, error: str) -> None:
    with pytest.raises(ConfigError, match=error) as raised:
        Place(name)
    assert "secret" not in str(raised.value)


def test_one_run_at_a_time_and_what_killed_ones_left_goes(tmp_path: Path) -> None:
    out = tmp_path / "out" / "june"
    out.mkdir(parents=True)
    (out / ".a.jsonl.moderator.part").write_bytes(b"half")
    results = Results(str(tmp_path / "out"), parquet=False)
    with results.held():
        assert not list(out.iterdir())
        with pytest.raises(OutputError, match="another run is at work"), results.held():
            pass
    with results.held():
        pass


def test_the_same_sessions_are_done_once() -> None:
    assert of_sessions(["a", "b", "a"]) == [Job("a", "a"), Job("b", "b")]
