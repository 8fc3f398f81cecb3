import pytest

from moderator.behaviour.people import MOST_PEOPLE, People, Turn, name_words
from moderator.behaviour.targets import REPLY, targets


def people(*names: str, ambiguous: str = "will mark") -> People:
    """Participants p0, p1, ... with these names."""
    made = People(frozenset(ambiguous.split()))
    for number, name in enumerate(names):
        made.meet(f"p{number}", name, float(number))
    return made


ROOM = ("Norbert Quist", "Will", "Alex Chen", "Alex Moor", "mod_tibor", "Ana", "عمر الحداد", "Jo")


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("norbert you clown", {"p0"}),
        ("shut up norbert quist", {"p0"}),
        ("@norbert no", {"p0"}),
        ("@ norbert no", {"p0"}),
        ("@mod_tibor go away", {"p4"}),
        ("tibor go away", {"p4"}),
        ("@tibor go away", {"p4"}),
        # a name of several, all of them unless the whole name is there
        ("alex is a fool", {"p2", "p3"}),
        ("alex moor is a fool", {"p3"}),
        # both are named
        ("norbert and ana are fools", {"p0", "p5"}),
        # a mention goes before a name
        ("@ana tell norbert off", {"p5"}),
        ("@nobodyhere you fool", {"@nobodyhere"}),
        # a name that is a word: with @ or set off by a comma
        ("shut up, will", {"p1"}),
        ("will, you fool", {"p1"}),
        ("no, will, you fool", {"p1"}),
        ("@will you fool", {"p1"}),
        ("عمر اسكت", {"p6"}),
        ("@jo you fool", {"p7"}),
    ],
)
def test_found_by_mention_or_name(text: str, who: set[str]) -> None:
    assert set(targets(text, "p9", 99.0, people(*ROOM))) == who


@pytest.mark.parametrize(
    "text",
    [
        "what a fool",
        "it will fail, fool",
        "will it fail",
        "norberto",
        "banana",
        "jo is too short a word",
        "mail me@example.com",
        "^ nothing before this",
    ],
)
def test_nobody(text: str) -> None:
    room = people(*ROOM)
    assert not set(targets(text, "p9", 99.0, room)) & {f"p{number}" for number in range(9)}


def test_never_the_sender() -> None:
    assert targets("norbert is a fool", "p0", 99.0, people(*ROOM)) == ()


@pytest.mark.parametrize("text", ["you fool", "u fool", "^ fool", "this guy, a fool", "ur a fool"])
def test_the_one_who_spoke_before(text: str) -> None:
    room = people(*ROOM)
    room.turns.append(Turn("p5", 100.0, ()))
    assert targets(text, "p9", 100.0 + REPLY, room) == ("p5",)
    assert targets(text, "p9", 101.0 + REPLY, room) == ()
    assert targets(text, "p5", 101.0, room) == ()


def test_abuse_upon_abuse_is_aimed_at_the_same_person() -> None:
    room = people(*ROOM)
    room.turns.append(Turn("p5", 100.0, ("p0",)))
    assert targets("you fool", "p9", 104.0, room) == ("p0",)
    assert targets("you fool", "p0", 104.0, room) == ()


def test_ones_own_message_in_between_changes_nothing() -> None:
    room = people(*ROOM)
    room.turns.append(Turn("p5", 100.0, ()))
    room.turns.append(Turn("p9", 102.0, ()))
    assert targets("you fool", "p9", 104.0, room) == ("p5",)


def test_a_new_name_replaces_the_old_one() -> None:
    room = people("Norbert")
    assert not room.meet("p0", "Norbert", 1.0)
    assert room.meet("p0", "Casper", 2.0)
    assert targets("norbert you fool", "p9", 99.0, room) == ()
    assert targets("casper you fool", "p9", 99.0, room) == ("p0",)
    assert room.since("p0") == 0.0


def test_the_longest_silent_are_forgotten() -> None:
    room = people("Norbert", "Ana")
    room.meet("p0", "Norbert", 2.0)
    for number in range(MOST_PEOPLE - 1):
        room.meet(f"q{number}", "guest", 3.0)
    assert room.called("ana") == set()
    assert room.called("norbert") == {"p0"}
    assert len(room.state()["people"]) == MOST_PEOPLE


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("Norbert Quist", {"norbertquist", "norbert"}),
        ("xX_edge_Xx", {"xx_edge_xx", "edge"}),
        ("Lucía", {"lucia"}),
        ("J", {"j"}),
        ("", set()),
    ],
)
def test_what_people_are_called(name: str, called: set[str]) -> None:
    assert set(name_words(name)) == called
