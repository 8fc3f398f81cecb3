"""Messages in other languages are told from chat that only looks odd."""

import pytest

from moderator.classifiers.language import LanguageGate

GATE = LanguageGate(["en"])

FOREIGN = [
    ("es", "no se escucha nada, pueden subir el volumen por favor"),
    ("fr", "je ne comprends pas la question numéro trois"),
    ("fr", "LA CAMERA NE MARCHE PAS CHEZ MOI, VOUS ENTENDEZ ?"),
    ("de", "ich verstehe die Aufgabe nicht so ganz"),
    ("de", "halt die fresse du blöder idiot, geh nach hause"),
    ("pt", "não consigo abrir o arquivo que você mandou"),
    ("it", "non riesco ad aprire il file che hai mandato"),
    ("nl", "ik snap de derde vraag echt niet meneer"),
    ("tr", "hocam üçüncü soruyu anlamadım bir daha anlatır mısınız"),
    ("hi", "bhai mujhe kuch samajh nahi aaya"),
    ("hi", "sir aap ki awaaz nahi aa rahi hai"),
    ("Cyrillic", "всем привет"),
    ("Cyrillic", "нет"),
    ("Arabic", "السلام عليكم جميعا"),
    ("Devanagari", "मुझे समझ नहीं आया"),
    ("Hiragana", "こんにちは"),
    ("Cjk", "你好"),
    ("Hangul", "안녕하세요 여러분"),
    ("Greek", "δεν κατάλαβα την ερώτηση"),
    ("Cyrillic", "GG всем спасибо за игру"),
]

OWN = """
lol
gg wp
hahahahahahaha hahahahahaha hahahaha
la la la la la la la
no no no no no no no no
zzzzzzzz zzzzz zzzz zzzzzz
ez noob uninstall pls trash team
u r so dum lmao go home
idk tbh imo thats kinda sus ngl fr fr
stfu im spotted you absolute clown
omg im in such a bad mood today
dont pay for anyone below par
Maria Fernanda Gonzalez de la Cruz
Jean-Pierre Dubois, Ivan Petrov, Xiaoming Zhang
hola everyone, how are you all doing today
the café had a nice déjà vu vibe
c'est la vie my friend, we will try again
gracias for the help, that worked great
anyone from brasil or argentina here?
😂😂😂
🇫🇷🇩🇪 🎉
¯\\_(ツ)_/¯
ಠ_ಠ
草
???
12345 67890
https://example.org/de/seite/hallo?lang=fr
www.example.fr/bonjour/tout/le/monde
@jean_le_grand @marie_de_la_tour
kubectl get pods -n default
sudo apt-get update && sudo apt-get install python3-pip
for (int i = 0; i < n; i++) { a[i] = b; }
SELECT id, name FROM users WHERE id = 3
/usr/local/lib/python3.11/site-packages/foo/bar.py
yоu аre stupіd
𝓯𝓾𝓬𝓴 𝔂𝓸𝓾 𝓪𝓵𝓵
ｈｅｌｌｏ ｅｖｅｒｙｏｎｅ
e\u0301\u0301\u0301 z\u0300\u0300 a\u0302
thx Привет was a nice word to learn today
"""


@pytest.mark.parametrize(("code", "text"), FOREIGN)
def test_foreign(code: str, text: str) -> None:
    assert GATE.foreign(text) == code


@pytest.mark.parametrize("text", ["", " \n", *filter(None, OWN.split("\n"))])
def test_not_foreign(text: str) -> None:
    assert GATE.foreign(text) is None


def test_a_models_own_languages_are_not_foreign() -> None:
    gate = LanguageGate(["en", "fr", "ru"])
    assert gate.foreign("je ne comprends pas la question numéro trois") is None
    assert gate.foreign("когда начнется наш следующий урок сегодня") is None
    assert gate.foreign("ich verstehe die Aufgabe nicht so ganz") == "de"


def test_a_long_message_costs_no_more_than_its_beginning() -> None:
    assert GATE.foreign("je ne comprends pas la question " * 40_000) == "fr"
