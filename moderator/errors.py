"""The exception tree: every way in which `moderator` gives up, and its exit code.

    ModeratorError
    ├── ConfigError      exit 2   rules file, option or credential that cannot be used
    ├── SourceError      exit 3   a session, URL or file that cannot be read whole
    │   └── NotReady     exit 3   the dump does not exist yet; trying again later may help
    ├── OutputError      exit 4   a file that cannot be written
    ├── ClassifierError  exit 5   a classifier that cannot be built or fails on everything
    └── Interrupted      exit 130 or 143   a run that was stopped, and can go on where it was

A message is one sentence that says what failed, where, and what to do. It holds no
credential, no signed URL and no chat text. Failures that concern a single row or message
are not exceptions but values (`records.BadRow`, `records.Unscored`).
"""


class ModeratorError(Exception):
    """Base of all errors that end a command; `exit_code` is the process's exit status."""

    exit_code = 1


class ConfigError(ModeratorError):
    """A rules file, an option or a credential that cannot be used as it stands."""

    exit_code = 2


class SourceError(ModeratorError):
    """A session, URL or file that cannot be read, or not to its end."""

    exit_code = 3


class NotReady(SourceError):
    """The dump of a session is not there yet, or the API does not say why it is not."""


class OutputError(ModeratorError):
    """A result that cannot be written where it was asked for."""

    exit_code = 4


class ClassifierError(ModeratorError):
    """A classifier that cannot be built, or that failed on every message."""

    exit_code = 5


class Interrupted(ModeratorError):
    """A run that Ctrl-C (130) or SIGTERM (143) stopped, and that the same command goes on with."""

    def __init__(self, sentence: str, exit_code: int) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code
