"""Write the three example dumps from the talk in `material/`, the same bytes every time.

The talk is written by hand, one folder a session: `session.txt` names the people, the start and
the short reactions; the other files hold threads. This script only weaves: it runs the threads
side by side, gives the lines of the crowd to people, adds reactions and sets the clock.

A thread file reads

    == 12:30 x0.5 title          starts in minute 12:30 of the session, at half the usual gaps
    priya: a line by a named person
    | and its second line
    1: a line by one of the crowd, the same person wherever this thread says 1
    0: a line by somebody of the crowd who has not yet spoken as 0 in this thread
    ~ 5 @laugh / wow             five quick reactions by others: "wow", or one of a pool, whose
                                 first texts are the commonest
    dan[edited,!insult]: options: edited, pinned, image, file, as=NAME (shown under another
                         name), id=LABEL (one message id for all lines with the label), and
                         a tag: !KIND a reviewer should see this, ~KIND it only looks that way

`\\u200b` and its like stand for characters that an editor would hide. `#` begins a comment line.

    python examples/generate.py            writes examples/*.csv
    python examples/generate.py --check    exits 1 if they are not what it would write
"""

import csv
import io
import math
import random
import re
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
SESSIONS = ("webinar", "class", "stream")
COLUMNS = (
    "id", "participantId", "sessionId", "meetingId", "displayName",
    "pinned", "isEdited", "payloadType", "payload", "createdAt",
)  # fmt: skip
PAYLOAD_TYPES = {"image": "IMAGE_MESSAGE", "file": "FILE_MESSAGE"}

_THREAD = re.compile(r"== (-?)(\d+):(\d\d)(?: x([\d.]+))? (.+)")
_LINE = re.compile(r"(\w+)(?:\[([^\]]*)\])?: (.+)")
_REACTIONS = re.compile(r"~ (\d+) (.+)")
_ESCAPE = re.compile(r"\\u([0-9a-f]{4})")


@dataclass(slots=True)
class Line:
    """One scripted message: who says it, how it is marked, and how many react with what."""

    who: str
    text: str
    options: dict[str, str]
    tag: str | None
    reactions: list[tuple[int, list[list[str]]]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation: where it starts (seconds), how fast it goes, and its lines in order."""

    start: float
    pace: float
    title: str
    lines: list[Line]


@dataclass(slots=True)
class Session:
    """What `session.txt` says, with the threads of the folder."""

    name: str
    start: datetime
    people: dict[str, str] = field(default_factory=dict)
    crowd: list[str] = field(default_factory=list)
    pools: dict[str, list[str]] = field(default_factory=dict)
    threads: list[Thread] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the dump before its clock time is written; `tag` and `thread` stay out of it."""

    offset: float
    person: str
    name: str
    id_label: str | None
    pinned: bool
    edited: bool
    payload_type: str
    text: str
    tag: str | None
    thread: str


def unescape(text: str) -> str:
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)


def choices(text: str, pools: dict[str, list[str]]) -> list[list[str]]:
    """`lol / @yes` as one list of texts for each choice, a named pool being one choice."""
    parts = text.split(" / ")
    return [pools[part[1:]] if part.startswith("@") else [unescape(part)] for part in parts]


def read_session(name: str) -> Session:
    """Read one folder of material. Raises ValueError with file and line for what it cannot read."""
    folder = HERE / "material" / name
    session = Session(name, datetime.min)
    for number, text in _lines(folder / "session.txt"):
        key, separator, value = text.partition(" = ")
        if not separator:
            raise ValueError(f"{name}/session.txt:{number}: expected KEY = VALUE")
        if key == "start":
            session.start = datetime.fromisoformat(value)
        elif key.startswith("@"):
            session.pools[key[1:]] = [unescape(text) for text in value.split(" / ")]
        elif key == "-":
            crowd_key = f"crowd {len(session.crowd)}"
            session.crowd.append(crowd_key)
            session.people[crowd_key] = unescape(value)
        else:
            session.people[key] = unescape(value)
    for path in sorted(folder.glob("*.txt")):
        if path.name != "session.txt":
            session.threads += read_threads(path, session)
    return session


def read_threads(path: Path, session: Session) -> list[Thread]:
    threads: list[Thread] = []
    for number, text in _lines(path):
        where = f"{session.name}/{path.name}:{number}"
        lines = threads[-1].lines if threads else []
        if match := _THREAD.fullmatch(text):
            sign = -1 if match[1] else 1
            start = sign * (int(match[2]) * 60 + int(match[3]))
            threads.append(Thread(start, float(match[4] or 1), match[5], []))
        elif text.startswith("|"):
            lines[-1].text += "\n" + unescape(text[2:])
        elif match := _REACTIONS.fullmatch(text):
            lines[-1].reactions.append((int(match[1]), choices(match[2], session.pools)))
        elif match := _LINE.fullmatch(text):
            if not match[1].isdigit() and match[1] not in session.people:
                raise ValueError(f"{where}: nobody is called {match[1]!r} in session.txt")
            lines.append(_line(match[1], match[2] or "", unescape(match[3])))
        else:
            raise ValueError(f"{where}: neither a thread, a line nor reactions")
    return threads


def _line(who: str, options: str, text: str) -> Line:
    given = [option for option in options.split(",") if option]
    tag = next((option for option in given if option[0] in "!~"), None)
    pairs = (option.partition("=") for option in given if option != tag)
    return Line(who, text, {key: unescape(value) for key, _, value in pairs}, tag)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    for number, text in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if text.strip() and not text.startswith("#"):
            yield number, text


class Crowd:
    """Hands out people: a few talk much, most hardly ever."""

    def __init__(self, members: list[str], rng: random.Random) -> None:
        self._members = members
        self._weights = [1 / (4 + rank) for rank in range(len(members))]
        self._rng = rng

    def pick(self, taken: set[str]) -> str:
        """Somebody not in `taken` (anybody, once all are), who is added to it."""
        if len(taken) >= len(self._members):
            taken.clear()
        while True:
            person = self._rng.choices(self._members, self._weights)[0]
            if person not in taken:
                taken.add(person)
                return person


def weave(session: Session, rng: random.Random) -> list[Row]:
    """All threads and reactions as rows, in the order in which they were sent."""
    crowd = Crowd(session.crowd, rng)
    rows: list[Row] = []
    for thread in session.threads:
        clock = thread.start + rng.uniform(0, 4)
        cast: dict[str, str] = {}
        spoken: set[str] = set()
        for line in thread.lines:
            person = line.who
            if line.who == "0":
                person = crowd.pick(spoken)
            elif line.who.isdigit():
                person = cast[line.who] = cast.get(line.who) or crowd.pick(spoken)
            typing = 4 + len(line.text) / 11
            clock += thread.pace * rng.lognormvariate(math.log(typing), 0.55)
            rows.append(_row(clock, person, line, session, thread.title))
            reacting = {person}
            for count, offered in line.reactions:
                for _ in range(count):
                    delay = 0.9 + rng.expovariate(1 / (4 + count / 4))
                    pool = rng.choice(offered)
                    falling = [1 / (1 + rank) for rank in range(len(pool))]
                    text = rng.choices(pool, falling)[0]
                    reaction = Line(crowd.pick(reacting), text, {}, None)
                    rows.append(_row(clock + delay, reaction.who, reaction, session, thread.title))
    return sorted(rows, key=lambda row: row.offset)


def _row(offset: float, person: str, line: Line, session: Session, thread: str) -> Row:
    kinds = [PAYLOAD_TYPES[key] for key in line.options if key in PAYLOAD_TYPES]
    return Row(
        offset=offset,
        person=person,
        name=line.options.get("as", session.people[person]),
        id_label=line.options.get("id"),
        pinned="pinned" in line.options,
        edited="edited" in line.options,
        payload_type=kinds[0] if kinds else "TEXT_MESSAGE",
        text=line.text,
        tag=line.tag,
        thread=thread,
    )


def build(name: str) -> tuple[list[Row], bytes]:
    """One session's rows and its dump as bytes; the name is the seed."""
    session = read_session(name)
    rng = random.Random(f"moderator examples: {name}")
    rows = weave(session, rng)

    def new_id() -> str:
        return str(uuid.UUID(int=rng.getrandbits(128), version=4))

    session_id, meeting_id = new_id(), new_id()
    participants = {person: new_id() for person in session.people}
    labelled: dict[str, str] = {}
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        message_id = new_id()
        if row.id_label is not None:
            message_id = labelled.setdefault(row.id_label, message_id)
        sent = session.start + timedelta(seconds=row.offset)
        writer.writerow(
            (
                message_id, participants[row.person], session_id, meeting_id, row.name,
                str(row.pinned).lower(), str(row.edited).lower(), row.payload_type, row.text,
                sent.strftime("%Y-%m-%dT%H:%M:%S.") + f"{sent.microsecond // 1000:03}Z",
            )
        )  # fmt: skip
    return rows, buffer.getvalue().encode()


def main(arguments: list[str]) -> int:
    """Write the dumps, or compare them; exit code 1 if one differs, 2 for a wrong argument."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python examples/generate.py [--check]\n")
        return 2
    differing = 0
    for name in SESSIONS:
        path = HERE / f"{name}.csv"
        rows, dump = build(name)
        if not arguments:
            path.write_bytes(dump)
            sys.stdout.write(f"{path.name}: {len(rows)} rows\n")
        elif not path.is_file() or path.read_bytes() != dump:
            differing += 1
            sys.stderr.write(f"{path.name} is not what generate.py writes: run it again\n")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
