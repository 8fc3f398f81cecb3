"""Keeps spaCy's own command line out of this process.

`import spacy` loads its commands, and with them a downloader, a project tool and a web client that
nothing here uses: a third of the import's time, and 18 MiB. That is only for a process that is
ours: a library that does so to its user's spaCy would be a nuisance.
"""

import sys
from types import ModuleType


def leave_out_spacy_commands() -> None:
    """To be called before spaCy is first imported; does nothing afterwards."""
    if "spacy" in sys.modules:
        return
    commands = ModuleType("spacy.cli")
    commands.__path__ = []
    info = ModuleType("spacy.cli.info")
    info.info = None  # type: ignore[attr-defined]  # the one name that the package takes from it
    sys.modules.update({"spacy.cli": commands, "spacy.cli.info": info})
