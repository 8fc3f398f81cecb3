"""Texts in which nothing is rude, made up from a seed, that filters cry wolf on.

`KINDS` maps a kind to a function from a source of chance to one such text. Words come from chat
and from programming; random letters stand only where they stand in life (hashes, base64, ids).
"""

import base64
import uuid
from collections.abc import Callable, Iterator, Mapping
from random import Random
from string import ascii_letters, digits, hexdigits

Kind = Callable[[Random], str]

_NOUNS = """
time user file page name list item code node team game room chat host test data view plan week month
order price score level class pass token index cache queue stack frame asset count counter title
document analysis assignment session assessment cockpit button component context shuttle sheet shift
ship hello method bass grass glass compass
"""
NOUNS = _NOUNS.split()
VERBS = (
    "get",
    "set",
    "put",
    "add",
    "run",
    "find",
    "make",
    "load",
    "push",
    "pull",
    "pass",
    "assert",
)
HOSTS = ("example.com", "docs.example.org", "blog.example.net", "app.example.io", "example.co.uk")
EXTENSIONS = (
    "py",
    "js",
    "ts",
    "md",
    "txt",
    "csv",
    "json",
    "html",
    "css",
    "png",
    "log",
    "cpp",
    "sh",
)
CARRIERS = ("{}", "{}", "see {}", "it is {} now", "{} works for me", "did you mean {}?", "({})")

_FLAGS = """
🇫🇷 🇩🇪 🇮🇹 🇪🇸 🇬🇧 🇺🇸 🇨🇦 🇯🇵 🇧🇷 🇮🇳 🇰🇪 🇳🇬 🇫🇮 🇸🇪 🇵🇱 🇹🇷 🇨🇭 🇺🇦
"""
FLAGS = _FLAGS.split()
_FACES = """
👨‍👩‍👧‍👦 👩‍👩‍👦 👨‍👧 🧑‍🤝‍🧑 👩‍❤️‍👨 🏳️‍🌈 🏴‍☠️ 👩🏽‍💻 🤷‍♂️ 😂 😀 👍🏿
❤️ 🔥 🙏 🎉 🅰️ 🆗 Ⓜ️ ℹ️ ❌ ✅ 1️⃣ 2️⃣
"""
FACES = _FACES.split()


def timestamp(chance: Random) -> str:
    hour, minute, second = chance.randrange(24), chance.randrange(60), chance.randrange(60)
    year, month, day = chance.randrange(1990, 2035), chance.randint(1, 12), chance.randint(1, 28)
    return chance.choice(
        (
            f"{hour}:{minute:02}",
            f"{hour:02}:{minute:02}:{second:02}",
            f"{hour % 12 + 1}:{minute:02}{chance.choice(('am', 'pm', ' a.m.', ' p.m.', 'h'))}",
            f"{hour % 12 + 1}{chance.choice(('am', 'pm', 'ish', ' o/c'))}",
            f"{year}-{month:02}-{day:02}",
            f"{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.000Z",
            f"{day}/{month}/{year}",
            f"{day}.{month}.{year % 100:02}",
            f"{hour}h{minute:02}",
            f"[{hour:02}:{minute:02}] <{chance.choice(NOUNS)}{chance.randrange(100)}>",
            f"{1_000_000_000 + chance.randrange(900_000_000)}",
            f"{minute}m{second:02}s",
            f"{year % 100}'s, {day}th, {chance.randint(1, 9)}0s",
        )
    )


def price(chance: Random) -> str:
    sum_ = chance.choice((f"{chance.randrange(1, 5000)}", f"{chance.uniform(0, 900):.2f}"))
    return chance.choice(
        (
            f"${sum_}", f"{sum_}$", f"€{sum_}", f"{sum_}€", f"£{sum_}", f"¥{sum_}", f"{sum_} USD",
            f"US${sum_}", f"A${sum_}", f"${sum_}k", f"${sum_}/mo", f"-${sum_}", f"${sum_}+",
            f"{chance.randint(1, 99)}% off", f"{chance.randint(2, 9)}x ${sum_}", f"$$$ {sum_}",
            f"{chance.randint(1, 99)}¢", f"~${sum_}!", f"#{chance.randint(1, 999)} @ ${sum_}",
        )
    )  # fmt: skip


def score(chance: Random) -> str:
    one, two = chance.randrange(0, 30), chance.randrange(0, 30)
    return chance.choice(
        (
            f"{one}-{two}", f"{one}:{two}", f"{one} - {two}", f"{one}/{two}/{chance.randrange(20)}",
            f"{one}v{two}", f"{one}–{two}", f"gg {one}-{two}", f"{one} to {two}", f"{one}/10",
            f"6-4 7-{one} {two}-6", f"+{one}", f"lvl {one}", f"k/d {one}.{two}", f"#{one}",
            f"{one}pts", f"top{one}", f"{one}th", f"b{one}", f"f{one}", f"a{one} or h{two}",
            f"1v{one}", f"{one}kills {two}deaths", f"s{one}e{two}", f"q{one} h{two}", f"t-{one}",
        )
    )  # fmt: skip


def _random(chance: Random, signs: str, length: int) -> str:
    return "".join(chance.choices(signs, k=length))


def url(chance: Random) -> str:
    words = [chance.choice(NOUNS) for _ in range(chance.randint(1, 4))]
    joined = chance.choice("/-_").join(words)
    key = _random(chance, ascii_letters + digits + "-_", 11)
    return chance.choice(
        (
            f"https://{chance.choice(HOSTS)}/{joined}",
            f"http://{chance.choice(HOSTS)}/{joined}.html#{words[0]}",
            f"{chance.choice(HOSTS)}/{joined}",
            f"www.{words[0]}{words[-1]}.com",
            f"https://youtu.be/{key}",
            f"https://{chance.choice(HOSTS)}/watch?v={key}&t={chance.randrange(999)}s",
            f"https://{chance.choice(HOSTS)}/?q={'+'.join(words)}&page={chance.randrange(99)}",
            f"https://{chance.choice(HOSTS)}/%2F{words[0]}%20{words[-1]}?s={key[:4]}",
            f"ftp://{chance.choice(HOSTS)}:{chance.randrange(1024, 9999)}/{joined}",
            f"{words[0]}.{chance.choice(('io', 'gg', 'it', 'sh', 'me', 'ly', 'tv'))}/{key[:7]}",
        )
    )


def path(chance: Random) -> str:
    words = [chance.choice(NOUNS) for _ in range(chance.randint(2, 5))]
    name = f"{chance.choice(NOUNS)}.{chance.choice(EXTENSIONS)}"
    return chance.choice(
        (
            f"/{'/'.join(words)}/{name}",
            f"~/{'/'.join(words)}",
            f"./{words[0]}/{name}",
            f"../{words[0]}/{words[1]}",
            f"C:\\{chr(92).join(words)}\\{name}",
            f"src/{words[0]}/{words[1]}_{words[0]}.{chance.choice(EXTENSIONS)}:{chance.randrange(999)}",
            f"/dev/sd{chance.choice('abcdef')}{chance.randint(1, 9)}",
            f"/usr/lib/x86_64-linux-gnu/lib{words[0]}.so.{chance.randrange(9)}",
            f"a/{words[0]}/b", f"{words[0]}/{words[1]}", f"s/{words[0]}/{words[1]}/g",
            f"etc/init.d/{words[0]}", f"{name}.tar.gz", f"i/o, n/a, w/o, {words[0]}s/{words[1]}s",
        )
    )  # fmt: skip


def identifier(chance: Random) -> str:
    plain = str(uuid.UUID(int=chance.getrandbits(128), version=4))
    return chance.choice((plain, plain.upper(), plain.replace("-", ""), "{" + plain + "}"))


def digest(chance: Random) -> str:
    long = _random(chance, hexdigits.lower()[:16], chance.choice((7, 8, 10, 32, 40, 64)))
    return chance.choice((long, f"sha256:{long}", f"#{long[:6]}", f"0x{long[:8]}", f"{long}."))


def encoded(chance: Random) -> str:
    raw = bytes(chance.getrandbits(8) for _ in range(chance.randint(9, 60)))
    return chance.choice(
        (
            base64.b64encode(raw).decode(),
            base64.urlsafe_b64encode(raw).decode(),
            base64.b32encode(raw).decode(),
            "data:image/png;base64," + base64.b64encode(raw).decode(),
            "ssh-rsa AAAA" + base64.b64encode(raw).decode() + " me@host",
            "eyJ" + base64.urlsafe_b64encode(raw).decode().strip("="),
        )
    )


def code(chance: Random) -> str:
    noun, other, third = (chance.choice(NOUNS) for _ in range(3))
    verb, number = chance.choice(VERBS), chance.randrange(256)
    letter = chance.choice("abcfhiknstuxy")
    return chance.choice(
        (
            f"{verb}_{noun}({other}, {number})",
            f"for ({letter} = 0; {letter} < {number}; {letter}++) {{ {noun}[{letter}] += 1; }}",
            f"if ({noun} != null && {other}.{third}) return !{noun};",
            f"{noun}->{other}[{number}] = &{third};",
            f"#include <{noun}.h>",
            f"def {verb}_{noun}(self, *{other}, **{third}): ...",
            f"const {noun} = {other}?.{third} ?? `{noun}-${{{other}}}`;",
            f"git {verb} -b {noun}/{other}-{number} && make -j{number % 9}",
            f"SELECT * FROM {noun}s WHERE {other}_id = ${number % 9} AND {third} LIKE '%{noun}%'",
            f"{noun}{other.title()}.{verb}{third.title()}(@{noun}, #{other})",
            f"<{noun} class=\"{other}-{third}\">{number}</{noun}>",
            f"{noun}|{other}|{third}", f"{noun}::{other}<{third}>", f"!{noun} || !{other}",
            f"@{noun}.{other}", f"x{number:02x}", f"%{letter}, %{letter}, %d", f"${noun}[@]",
            f"tar -xzf {noun}.tar.gz | grep -i {other} > {third}.txt", f"a[{number}]={letter}*s",
            f"lambda {letter}: {letter} * {letter} - {number}", f"v{number % 9}.{number}.0-rc1",
            f"printf(\"%5s|%-8s|%3d\\n\", {noun}, {other}, {number});", f"*{noun}++ = *{other}--;",
            f"{noun.upper()}_{other.upper()}={number}", f"i{number}n", f"{letter}{number}s",
        )
    )  # fmt: skip


def maths(chance: Random) -> str:
    one, two, three = (chance.randrange(1, 500) for _ in range(3))
    letter, other, third = (chance.choice("abcdefghiknpqrstuvxyz") for _ in range(3))
    return chance.choice(
        (
            f"{one} + {two} = {one + two}", f"{one}+{two}-{three}", f"{one}*{two}", f"{one}x{two}",
            f"{letter} = {one}{other} + {two}", f"f({letter}) = {letter}^2 + {one}{letter} - {two}",
            f"{letter}*{other}", f"{letter}/{other}", f"{letter}+{other}={third}",
            f"{letter}*{other}*{third}", f"({letter}+{other})/{third}", f"{letter}-{other}",
            f"{letter}² + {other}² = {third}²", f"|{letter} - {other}| < {one}", f"{one}!",
            f"{letter}_{one % 9} ∈ {{{other}, {third}}}", f"{one} < {letter} <= {two}",
            f"sqrt({one}) ≈ {one**0.5:.3f}", f"∑ {letter}_i = {two}", f"{one}/{two}",
            f"{one}.{two}e-{three % 20}", f"lim {letter}->0", f"{one} mod {two}", "5! = 120",
            f"{letter}, {other}, {third} are real", "a, b and c", f"{letter} {other} {third}",
            f"sin({letter}) + cos({other})", f"dy/dx = {one}x", f"{one}% of {two}",
        )
    )  # fmt: skip


def mention(chance: Random) -> str:
    noun, other = chance.choice(NOUNS), chance.choice(NOUNS)
    return chance.choice(
        (
            f"@{noun}_{other}", f"@{noun}{chance.randrange(999)}", f"@{noun}", f"#{noun}{other}",
            f"@{noun}.{other}", f"@{noun}-{other}: hi", f"#{chance.randrange(9999)}", f"u/{noun}",
            f"r/{noun}{other}", f"c/{noun}", f"@{noun}s", f"{noun}@{other}",
        )
    )  # fmt: skip


def pictures(chance: Random) -> str:
    few = chance.randint(1, 6)
    return chance.choice(("", " ")).join(chance.choices(chance.choice((FLAGS, FACES)), k=few))


def listed(chance: Random) -> str:
    """Letters, steps and answers set apart on purpose."""
    start = chance.randrange(22)
    row = "abcdefghijklmnopqrstuvwxyz"[start : start + chance.randint(3, 5)]
    picks = chance.choices("abcd", k=chance.randint(3, 8))
    return chance.choice(
        (
            " ".join(row), ", ".join(row), "/".join(row), " ".join(row.upper()), "-".join(row),
            " ".join(picks), ",".join(picks), " ".join(f"{n + 1}{p}" for n, p in enumerate(picks)),
            f"{chance.choice('abcd')}) {chance.choice(NOUNS)}", "q w e r t y", "w a s d", "y / n",
            "R S V P", "F A Q", "p.s. e.g. i.e. a.m. etc.", "U.S.A. and U.K.", "D.C.", "n.b.",
            f"{chance.choice(NOUNS)}... {chance.choice(NOUNS)}...", "* * *", "- - -", "H.Q.",
            f"*{chance.choice(NOUNS)}*", f"**{chance.choice(NOUNS)}**", f"_{chance.choice(NOUNS)}_",
        )
    )  # fmt: skip


KINDS: Mapping[str, Kind] = {
    "timestamps": timestamp,
    "prices": price,
    "scores": score,
    "URLs": url,
    "paths": path,
    "UUIDs": identifier,
    "hashes": digest,
    "base64": encoded,
    "code": code,
    "maths": maths,
    "mentions": mention,
    "emoji": pictures,
    "lists": listed,
}


def texts(kind: str, number: int, seed: int = 4) -> Iterator[str]:
    """So many texts of a kind, alone or in a few words; the same each time."""
    chance = Random(f"{seed} {kind}")
    for _ in range(number):
        yield chance.choice(CARRIERS).replace("{}", KINDS[kind](chance))
