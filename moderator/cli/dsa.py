"""`moderator dsa`: statements of reasons for the EU's database, and notices to those concerned."""

from pathlib import Path
from typing import Annotated

import typer

from moderator.cli.options import INCOMPLETE, Rules
from moderator.errors import ConfigError
from moderator.terminal import printable

LONGEST_TEXT = 500


def dsa(
    verdicts: Annotated[
        Path, typer.Argument(help="A ledger, or verdicts as JSON Lines.", metavar="LEDGER")
    ],
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help="Where the statements go.", metavar="FILE"),
    ],
    flagged: Annotated[
        list[Path] | None,
        typer.Argument(
            help="The flagged messages: no name or text out of them may be in a statement.",
            metavar="[FLAGGED…]",
        ),
    ] = None,
    terms: Annotated[
        str | None,
        typer.Option("--terms", help="What your terms are called, and which part of them."),
    ] = None,
    url: Annotated[
        str | None, typer.Option("--url", help="Where your terms can be read.", metavar="URL")
    ] = None,
    notices: Annotated[
        Path | None,
        typer.Option("--notices", help="Also write a notice to each person concerned here."),
    ] = None,
    operator: Annotated[
        str | None, typer.Option("--operator", help="With --notices: who you are.")
    ] = None,
    contact: Annotated[
        str | None, typer.Option("--contact", help="With --notices: where to object.")
    ] = None,
    rules: Rules = None,
) -> None:
    """Tell decisions: the EU's statement of reasons, and notices to the persons concerned.

    A statement is made of each message that reviewers confirmed as abusive and that led to an
    action which takes something from somebody: hide, removed, suspended, banned. To record, review,
    escalate or warn restricts nothing and needs none. The section statements of the rules file says
    how categories and actions are told. The form is schema V2 of the transparency database; the
    same decision always has the same puid, so that it is never submitted twice.

    No personal data may be in a statement. Texts are made of categories and ids of rules alone, and
    each is checked against all names, ids and messages known here; one that holds any is refused,
    and the exit code is 1. Name the FLAGGED files, since verdicts hold no display names.

    Micro and small enterprises need not submit statements, and whether a private call is an online
    platform at all is for counsel. A notice is addressed to one person, and holds that person's id.
    """
    if notices is not None and not (operator and contact):
        raise ConfigError("--notices needs --operator and --contact, which every notice names.")
    if notices is None and (operator or contact):
        raise ConfigError("--operator and --contact are for notices; name a folder by --notices.")
    for name, text in (("--terms", terms), ("--url", url)):
        if text is not None and not 0 < len(text) <= LONGEST_TEXT:
            raise ConfigError(f"{name} takes 1 to {LONGEST_TEXT} characters.")
    if url is not None and not url.startswith(("https://", "http://")):
        raise ConfigError("--url takes an address that begins with https://.")
    if output.resolve() in {path.resolve() for path in (verdicts, *(flagged or ()))}:
        raise ConfigError(f"{output} is one of the files to read; name another for the output.")
    from moderator.config import load
    from moderator.files import WrittenAside
    from moderator.review import mapping
    from moderator.review.disclosure import disclose
    from moderator.review.notice import Sender
    from moderator.review.outcomes import read
    from moderator.review.statements import Terms

    outcomes, broken = read(verdicts)
    sender = Sender(operator, contact) if operator and contact else None
    with WrittenAside(output) as out:
        done = disclose(
            outcomes,
            flagged or (),
            load(rules),
            mapping.load(rules),
            Terms(url, terms),
            out,
            notices,
            sender,
        )
    for one in broken:
        place = f"{printable(one.file)}, line {one.line}"
        typer.echo(f"{place}: left out, {one.reason}.", err=True)
    for puid, what in done.refused:
        typer.echo(f"Statement {puid} is refused: {what}.", err=True)
    for reason, count in done.passed.most_common():
        typer.echo(f"{count:,} without a statement: {reason}.", err=True)
    if not flagged:
        typer.echo(
            "Checked for ids alone; name the FLAGGED files to check for names too.", err=True
        )
    noticed = f" and notices to {printable(str(notices))}" if notices is not None else ""
    typer.echo(
        f"{done.written:,} statements written to {printable(str(output))}{noticed}", err=True
    )
    if done.refused:
        raise typer.Exit(1)
    if broken:
        raise typer.Exit(INCOMPLETE)
