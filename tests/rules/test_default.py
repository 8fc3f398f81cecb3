"""What the default rules make of everyday and abusive lines: tables by rule and by language."""

from functools import cache

import pytest

from moderator.classifiers.rules import RulesClassifier
from moderator.config import Rule, load
from moderator.records import Action, Assessment, Finding, Severity

DEFAULT = load()
LANGUAGES = ("es", "fr", "de", "pt", "it", "nl", "hi", "ru", "ar", "tr")
PARTS = ("swearing", "insult", "slur", "threat", "self-harm", "sexual")
BY_ID = {rule.id: rule for rule in DEFAULT.rules}
ACTION = {name: policy.actions for name, policy in DEFAULT.categories.items()}


@cache
def classifier() -> RulesClassifier:
    return RulesClassifier(DEFAULT)


def findings(text: str) -> tuple[Finding, ...]:
    (result,) = classifier().classify([text])
    assert isinstance(result, Assessment)
    return result.findings


def acting(text: str) -> set[str]:
    """The rules that ask for more than a record of `text`."""
    return {
        str(finding.rule)
        for finding in findings(text)
        if ACTION[finding.category][finding.severity] is not Action.record
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_part(language: str) -> None:
    rules = [BY_ID[f"{language}.{part}"] for part in PARTS]
    assert {rule.language for rule in rules} == {language}
    by_part = dict(zip(PARTS, rules, strict=True))
    assert by_part["swearing"].severity is Severity.low
    assert by_part["insult"].severity is Severity.medium
    assert {by_part[part].severity for part in ("slur", "threat", "self-harm")} == {Severity.high}
    assert all(len(rule.hits) >= 3 and len(rule.misses) >= 2 for rule in rules)


def test_a_rule_s_language_is_its_name_s() -> None:
    named = {rule.id: rule.id.split(".")[0] for rule in DEFAULT.rules}
    assert {
        rule.id: rule.language
        for rule in DEFAULT.rules
        if rule.language != (named[rule.id] if named[rule.id] in LANGUAGES else "en")
    } == {}


def unguarded(rule: Rule) -> bool:
    return not rule.guarded


def test_children_are_always_escalated_and_never_guarded() -> None:
    rules = [rule for rule in DEFAULT.rules if rule.category == "child_safety"]
    assert rules
    assert {rule.severity for rule in rules} == {Severity.critical}
    assert all(map(unguarded, rules))
    assert set(ACTION["child_safety"].values()) == {Action.escalate}


@pytest.mark.parametrize(
    "name",
    ["threat.kill-you", "threat.shoot-you", "threat.mass-violence", "threat.open",
     "identity.violence", *(f"{language}.threat" for language in LANGUAGES)],
)  # fmt: skip
def test_what_no_guard_holds_back(name: str) -> None:
    assert unguarded(BY_ID[name])


def test_at_least_two_hundred_rude_words_are_listed_terms() -> None:
    words = {
        term
        for rule in DEFAULT.rules
        if rule.kind == "terms" and rule.language == "en" and rule.category != "spam"
        for term in rule.terms
        if term.isalpha() and len(term) > 3
    }
    assert len(words) >= 200


FLAGGED = {
    "es": ["Vete a la MIERDA", "sos un tarado", "calla, hijo de puta", "sé dónde vives, cuidado"],
    "fr": ["va te faire foutre", "t'es qu'un con", "sale arabe", "je sais où tu habites"],
    "de": ["HALT DIE FRESSE", "du bist so dumm", "Ausländer raus!", "ich weiß, wo du wohnst"],
    "pt": ["vai tomar no cu", "você é um lixo", "seu viado", "sei onde você mora"],
    "it": ["vaffanculo", "sei un coglione", "tornatene al tuo paese", "so dove abiti"],
    "nl": ["hou je bek", "krijg de tering", "vuile homo", "ik weet waar je woont"],
    "hi": ["chup kar saale", "teri maa ki chut", "saale bhangi", "jaan se maar dunga"],
    "ru": ["пошёл нахуй", "ну ты и долбоёб", "idi nahui", "я тебя найду"],
    "ar": ["كس امك", "يا ابن الكلب", "kosomak", "سأقتلك"],
    "tr": ["siktir git", "GERİZEKALI mısın", "orospu cocugu", "seni öldürürüm"],
}


@pytest.mark.parametrize(
    ("language", "text"), [(language, text) for language, all_ in FLAGGED.items() for text in all_]
)
def test_abuse_is_flagged_by_a_rule_of_its_language(language: str, text: str) -> None:
    assert any(rule.startswith(f"{language}.") for rule in acting(text))


ORDINARY = {
    "es": ["el gato negro", "helado de cono", "feliz año nuevo", "la zorra y las uvas"],
    "fr": ["le chat a une bite d'amarrage", "un con artist?", "la salade", "cul-de-sac"],
    "de": ["das Buch ist zu dick", "Johnny Depp", "Kant und Hegel", "der Geber der Daten"],
    "pt": ["o puto joga à bola", "a bicha do pão", "o burro comeu", "ele pede ajuda"],
    "it": ["la guerra di Troia", "finocchio e arance", "la crepa nel muro", "ci vediamo domani"],
    "nl": ["ik wil een huis huren", "mijn nicht komt", "de eikels vallen", "een uur later"],
    "hi": ["maa ki chai", "Randi presents next", "chakka laga", "100 rand"],
    "ru": ["идите на урок", "Тверь на Волге", "хлеб", "aku suka nasi goreng"],
    "ar": ["عندي كلب", "يا عبد الله", "the kiss scene", "الحمار حيوان"],
    "tr": ["i am here", "he got a pic", "the sick bay", "it is an ok day"],
    "da": ["det er slet ikke sandt", "en flot fart"],
    "id": ["saya suka kanker penelitian", "obat batuk"],
    "en": ["an hour of travel", "salad and a slope", "the staff of Kate", "cut it"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "text"), [(language, text) for language, all_ in ORDINARY.items() for text in all_]
)
def test_ordinary_words_that_look_alike_are_not_flagged(language: str, text: str) -> None:
    assert acting(text) == set(), language


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("insult.body-shaming", "your teeth look disgusting"),
        ("insult.put-down", "no one here respects you"),
        ("insult.people", "this whole class is full of idiots"),
        ("toxicity.wishing-harm", "i hope your plane crashes"),
        ("threat.veiled", "would be a shame if your car caught fire"),
        ("threat.blackmail", "pay up or i send these pics to your boss"),
        ("threat.open", "i will fight you in the car park"),
        ("sexual.harassment", "you would look better naked"),
        ("identity.dehumanising", "immigrants are a plague"),
        ("identity.exclusion", "refugees don't belong here"),
        ("identity.stereotype", "never trust a gypsy"),
        ("self-harm.urging", "nobody would come to your funeral"),
        ("spam.scam", "send me the verification code you got"),
        ("contact.moving", "can we move this to whatsapp"),
        ("child-safety.secrecy", "never tell your parents about this chat"),
    ],
)
def test_what_a_session_meets(rule: str, text: str) -> None:
    assert rule in acting(text)


@pytest.mark.parametrize(
    "text",
    [
        "i'll fight you for the last slice",
        "the ball cock valve is stuck",
        "write to events@example.org for tickets",
        "a maine coon cat",
        "it would be a shame if the demo failed",
        "i'll tell everyone about the new date",
        "don't tell your mum about the party",
        "i have two kids and no babysitter",
        "capture the cp on the left",
        "fatty acids are on the next slide",
        "he sped through the slides",
        "the exam was hard on everyone",
        "2026-05-09T11:32:54Z",
        "women should lead more sessions",
        "good luck, break a leg",
    ],
)
def test_what_a_session_should_be_left_alone_with(text: str) -> None:
    assert acting(text) == set()
