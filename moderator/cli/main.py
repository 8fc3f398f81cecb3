"""The command `moderator`: gathers the command groups and turns errors into one sentence."""

import os
import signal
import sys
import traceback
from types import FrameType
from typing import Annotated, NoReturn

import typer

from moderator import __version__
from moderator.cli import rules as rules_commands
from moderator.cli import verdicts as verdicts_commands
from moderator.cli.backfill import backfill
from moderator.cli.calibrate import calibrate
from moderator.cli.dsa import dsa
from moderator.cli.evaluate import evaluate
from moderator.cli.explain import explain
from moderator.cli.lean import lighten_spacy
from moderator.cli.purge import purge
from moderator.cli.report import report
from moderator.cli.sample import sample
from moderator.cli.scan import scan
from moderator.cli.score import score
from moderator.cli.sessions import fetch, sessions
from moderator.cli.stopping import received
from moderator.cli.strikes import strikes
from moderator.errors import ModeratorError, OutputError
from moderator.terminal import printable

EXIT_CODES = """Exit codes: 0 done; 1 something flagged at or above --fail-on, or a check failed;
2 usage or configuration; 3 source; 4 output; 5 classifier; 6 incomplete (a session failed,
verdict lines are broken, purge left a file);
70 a bug in moderator; 130 interrupted; 143 terminated."""

INTERRUPTED = 130
TERMINATED = 143

app = typer.Typer(
    name="moderator",
    help="Reads a live session's chat, judges every message, and writes what needs a decision.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(scan)
app.command()(score)
app.command()(explain)
app.command()(evaluate)
app.command()(calibrate)
app.command()(sample)
app.command()(dsa)
app.command()(backfill)
app.command()(sessions)
app.command()(fetch)
app.command()(report)
app.command()(purge)
app.command()(strikes)
app.add_typer(rules_commands.app, name="rules")
app.add_typer(verdicts_commands.app, name="verdicts")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"moderator {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    pass


def run() -> NoReturn:
    """Runs the command line; the process ends here."""
    # As after Ctrl-C, what is half-written is to be removed on the way out.
    signal.signal(signal.SIGTERM, _terminate)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # it may be ignored
        signal.signal(signal.SIGINT, _interrupt)
    os.umask(0o077)  # what is written holds chat: its files and folders are for their owner alone
    lighten_spacy()
    try:
        app()
    except SystemExit as end:
        if end.code not in (INTERRUPTED, TERMINATED):  # typer makes a bare status of Ctrl-C
            raise
        _stopped(int(end.code))
    except ModeratorError as error:
        _fail(str(error), error.exit_code)
    except KeyboardInterrupt:
        _stopped(INTERRUPTED)
    except BrokenPipeError:
        _fail("Standard output was closed before the end.", OutputError.exit_code)
    except Exception as error:  # The last resort: where it broke, but none of the data it broke on.
        if received:  # an import torn apart by one ends in whatever error, and is no bug
            _stopped(128 + received[-1])
        frame = traceback.extract_tb(error.__traceback__)[-1]
        _fail(
            f"Internal error: {type(error).__name__} at {frame.filename}:{frame.lineno}. "
            "Please report this line.",
            70,
        )
    raise SystemExit(0)


def _terminate(number: int, _: FrameType | None) -> NoReturn:
    received.append(number)
    raise SystemExit(TERMINATED)


def _interrupt(number: int, _: FrameType | None) -> NoReturn:
    received.append(number)
    raise KeyboardInterrupt


def _stopped(code: int) -> NoReturn:
    cause = "Interrupted" if code == INTERRUPTED else "Terminated"
    _fail(
        f"{cause}; nothing is half-written, and files of this run that are named are whole.", code
    )


def _fail(sentence: str, code: int) -> NoReturn:
    shown = printable(sentence.removesuffix("."), limit=2000)
    print(f"moderator: {shown}.", file=sys.stderr)
    if code == OutputError.exit_code:
        # What could not be written is still in the buffer, and would be tried again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    raise SystemExit(code)
