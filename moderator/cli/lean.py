"""Keeps out of this process what spaCy loads and nothing here uses.

`import spacy` loads its own command line, and with that a downloader, a project tool and a web
client: a third of the import's time, and 18 MiB. Below it, thinc imports torch wherever that is
installed: another second, and 180 MiB. That is left out only in a process that is ours: a library
that did so to its user's spaCy would be a nuisance. torch itself can be imported afterwards.
"""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

_FRAMEWORKS = frozenset({"torch", "tensorflow", "mxnet", "cupy"})


def lighten_spacy() -> None:
    """To be called before spaCy is first imported; does nothing afterwards."""
    if "spacy" in sys.modules:
        return
    commands = ModuleType("spacy.cli")
    commands.__path__ = []
    info = ModuleType("spacy.cli.info")
    info.info = None  # type: ignore[attr-defined]  # the one name that the package takes from it
    sys.modules.update({"spacy.cli": commands, "spacy.cli.info": info})
    sys.meta_path.insert(0, _NoneForThinc())


class _NoneForThinc(MetaPathFinder):
    """Finds no framework while the module is loaded in which thinc looks for them."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        compat = sys.modules.get("thinc.compat")
        loading = getattr(getattr(compat, "__spec__", None), "_initializing", False)
        if fullname in _FRAMEWORKS and loading:
            raise ModuleNotFoundError(f"{fullname} is not needed here", name=fullname)
        return None
