"""Options of the commands that work on the ledger."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from moderator.errors import ConfigError

LedgerFile = Annotated[
    Path,
    typer.Option("--ledger", envvar="MODERATOR_LEDGER", help="The ledger's file.", metavar="FILE"),
]
DEFAULT_LEDGER = Path("moderator-ledger.sqlite")

Reviewer = Annotated[
    str | None,
    typer.Option(
        "--reviewer",
        envvar="MODERATOR_REVIEWER",
        help="Who says so. Default: the name of this account.",
        metavar="NAME",
    ),
]
Note = Annotated[str | None, typer.Option("--note", help="Why, in your words.", metavar="TEXT")]
Json = Annotated[bool, typer.Option("--json", help="JSON instead of a table.")]

VerdictName = StrEnum("VerdictName", ["abusive", "not_abusive", "unsure"])
ActionName = StrEnum(
    "ActionName",
    ["record", "review", "hide", "escalate", "warned", "removed", "suspended", "banned"],
)


def reviewer_or_account(name: str | None) -> str:
    """The reviewer named, or the account that runs this."""
    if name is not None and name.strip():
        return name.strip()
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        raise ConfigError("This account has no name; say who you are with --reviewer.") from None
