"""Options that several commands share, and what they build."""

import re
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from moderator.classifiers.registry import DEFAULT_MODEL
from moderator.errors import ConfigError
from moderator.sources.limits import MAX_BYTES, Limits

if TYPE_CHECKING:
    from moderator.config import RuleSet
    from moderator.pipeline import Pipeline
    from moderator.scan import Shadow
    from moderator.sources.target import Network

    Judges = tuple[Pipeline, RuleSet, Shadow | None]


INCOMPLETE = 6
"""The exit code of what was done but for a part that is named."""


class SeverityName(StrEnum):
    """The severities, as an option takes them."""

    low = "low"
    medium = "medium"
    high = "high"
    critical = "critical"


class BackendName(StrEnum):
    """The back-ends, as an option takes them."""

    dyte = "dyte"
    realtimekit = "realtimekit"


def size(text: str) -> int:
    """Bytes from what `--max-bytes` takes: a number, with KiB, MiB or GiB where it is long."""
    found = re.fullmatch(r"([0-9]{1,15}) ?([KMG]?)(?:iB|B)?", str(text).strip(), re.IGNORECASE)
    if found is None or int(found[1]) == 0:
        raise ConfigError(f"--max-bytes {text!r} is no size; write 500MiB, 8GiB, or plain bytes.")
    shift = 10 * " KMG".index(found[2].upper() or " ")
    return int(found[1]) << shift


Rules = Annotated[
    Path | None,
    typer.Option(
        "--rules",
        help="Rules file to use instead of the default, or preset:classroom, preset:adult, "
        "preset:gaming.",
        metavar="FILE",
    ),
]
Models = Annotated[
    list[str],
    typer.Option(
        "--model",
        help=f"{DEFAULT_MODEL}, detoxify:VARIANT, detoxify:/folder, or none; may be repeated.",
        metavar="NAME",
    ),
]
Exhaustive = Annotated[
    bool,
    typer.Option(
        "--exhaustive",
        help="Judge every message by the whole model; else a fast one clears the surely harmless.",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Say what is being done.")]
Backend = Annotated[
    BackendName | None,
    typer.Option("--backend", help="Which API, where the credentials alone do not tell."),
]
BaseUrl = Annotated[
    str | None, typer.Option("--base-url", help="Another address of the API.", metavar="URL")
]
AllowPrivate = Annotated[
    bool,
    typer.Option("--allow-private", help="Allow downloads over http and from private addresses."),
]
Wait = Annotated[
    float,
    typer.Option("--wait", min=0, help="Seconds to wait for a dump that is not ready yet."),
]
MaxBytes = Annotated[
    int,
    typer.Option(
        "--max-bytes",
        parser=size,
        help="The longest dump that is read, unpacked: bytes, or 500MiB, 8GiB.",
        metavar="SIZE",
        show_default="2GiB",
    ),
]


def set_up_log(*, verbose: bool) -> None:
    """Warnings, and with `verbose` each step, on standard error; never chat text or URLs."""
    import logging

    logging.basicConfig(
        level=logging.WARNING, format="moderator: %(message)s", stream=sys.stderr, force=True
    )
    logging.getLogger("moderator").setLevel(logging.INFO if verbose else logging.WARNING)


def network(
    backend: BackendName | None,
    base_url: str | None,
    allow_private: bool,
    wait: float = 0.0,
    max_bytes: int = MAX_BYTES,
) -> "Network":
    """How to reach the API and its downloads."""
    from moderator.sources.target import Network

    return Network(
        backend.value if backend is not None else None,
        base_url,
        allow_private,
        wait,
        limits=Limits(max_bytes=max_bytes),
    )


def pipeline(
    rules: Path | None,
    models: list[str],
    *,
    context: int = 2,
    words: bool = True,
    exhaustive: bool = True,
) -> "tuple[Pipeline, RuleSet]":
    """The pipeline that the options ask for, and the rule set in it."""
    from moderator.api import build
    from moderator.classifiers.registry import build_apart, build_models
    from moderator.config import load

    loading = build_models(models, build_apart)  # in processes of their own, while the rules load
    ruleset = load(rules)
    built = build(ruleset, loading, context=context, words=words, exhaustive=exhaustive)
    return built, ruleset


def shadowed(
    rules: Path | None,
    shadow: Path | None,
    models: list[str],
    *,
    context: int,
    words: bool,
    exhaustive: bool,
) -> "Judges":
    """As `pipeline`, and the candidate rules that are to judge beside it, where there are any."""
    if shadow is None:
        return *pipeline(rules, models, context=context, words=words, exhaustive=exhaustive), None
    from moderator.classifiers.registry import build_apart, build_models
    from moderator.comparison import pair
    from moderator.config import load
    from moderator.scan import Shadow

    loading = build_models(models, build_apart)
    ruleset, candidate = load(rules), load(shadow)
    live, beside = pair(
        ruleset,
        candidate,
        loading,
        context=context,
        words=words,
        exhaustive=exhaustive,
    )
    return live, ruleset, Shadow(candidate, beside)
