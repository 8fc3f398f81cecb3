import pytest
from behaviour.playing import behaviour_rules, named, play, said

from moderator.behaviour.engine import Behaviour
from moderator.behaviour.look_alike import as_written, looks_like
from moderator.classifiers.rules import RulesClassifier

KEYS = "words: [host, moderator, staff, admin, official]"


def look_alike(*names: str) -> list[tuple[str, ...] | None]:
    return named(play("look-alike", KEYS, *(f"{at} {name}: hi" for at, name in enumerate(names))))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Marisol Vega", "Mаrisоl Vеga"),  # Cyrillic
        ("Marisol Vega", "Ｍarisol Vega"),  # full width
        ("Marisol Vega", "Marisol\u200b Vega"),
        ("Marisol Vega", "\u2060Marisol Vega"),
        ("Marisol Vega", "𝗠𝗮𝗿𝗶𝘀𝗼𝗹 𝗩𝗲𝗴𝗮"),
        ("Ines Farrow", "lnes Farrow"),
        ("Ines Farrow", "1nes Farrow"),
        ("Paul Bell", "PauI Bell"),
        ("Norman Quist", "Norrnan Quist"),
        ("Wendell Ward", "vvendell Ward"),
        ("Otto", "0tto"),
        ("Ольга", "Oльга"),  # a Latin O
        ("Νίκος", "Νίκoς"),
    ],
)
def test_another_name_that_looks_the_same(one: str, other: str) -> None:
    assert look_alike(one, other) == [("1", "2")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("José", "Jose"),
        ("JESS", "jess"),
        ("Lucía Arrabal", "lucia  arrabal"),
        ("O’Brien", "O'Brien"),
        ("Alex", "Alec"),
        ("Ian", "Lan"),
        ("Ali", "Ail"),
        ("Arnie", "Amie"),
        ("guest 11", "guest 14"),
        ("guest 1", "guest 11"),
        ("Катя", "Katya"),
        ("Сара", "Саша"),
        ("李雷", "李蕾"),
        ("👩‍🔬", "👨‍🔬"),
        ("K.", "K,"),
    ],
)
def test_two_people(one: str, other: str) -> None:
    assert look_alike(one, other) == []


@pytest.mark.parametrize(
    "name", ["Hоst", "M0derator", "rnoderator", "Аdmin", "АDМIN", "adm1n", "Ann (h0st)", "𝐒𝐭𝐚𝐟𝐟"]
)
def test_a_word_of_staff_in_other_letters(name: str) -> None:
    assert look_alike(name) == [("1",)]


@pytest.mark.parametrize(
    "name", ["Host", "ADMIN", "Ann (moderator)", "Hostess", "Ghost", "Адмирал", "Moderato", "hóst"]
)
def test_a_word_of_staff_as_it_is_and_other_words(name: str) -> None:
    assert look_alike(name) == []


def test_the_finding_is_of_the_name() -> None:
    (finding,) = play("look-alike", KEYS, "0 Otto: hi", "1 0tto: hi", "2 0tto: hi again")
    assert (finding.field, finding.span, finding.match) == ("displayName", (0, 4), "0tto")
    assert finding.messages == ("1", "2")


def test_one_who_comes_back_and_one_who_changes_the_own_name_are_no_impostors() -> None:
    rules = behaviour_rules("look-alike", KEYS)
    behaviour = Behaviour(rules, RulesClassifier(rules))
    named_so = [
        ("p1", "Marisol Vega"),
        ("p2", "Marisol Vega"),  # again, from another device
        ("p1", "MarisoI Vega"),  # by the first bearer
        ("p3", "Marisоl Vega"),
        ("p4", "Marisol Vega"),
    ]
    found = [
        behaviour.see(said("hi", number, who, name=name), ())
        for number, (who, name) in enumerate(named_so)
    ]
    assert [len(each) for each in found] == [0, 0, 0, 1, 0]


@pytest.mark.parametrize("name", ["", " ", "\u200b", "🎉", "ab"])
def test_names_too_short_to_be_mistaken(name: str) -> None:
    rules = behaviour_rules("look-alike", KEYS)
    behaviour = Behaviour(rules, RulesClassifier(rules))
    assert not behaviour.see(said("hi", 1, "p1", name=name), ())
    assert not behaviour.see(said("hi", 2, "p2", name=f"{name}\u2060"), ())


def test_what_a_name_looks_like() -> None:
    assert looks_like("Mаrisоl") == looks_like("Marisol") == "marisol"
    assert as_written("  Lucía   ARRABAL ") == "lucia arrabal"
