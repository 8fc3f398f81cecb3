"""Judges a live session's chat: who said what, was it abuse, how sure are we, and why.

    from moderator import Message, build
    for judged in build(models=["none"]).moderate(messages): ...

Names are loaded when first used, so that `import moderator` and `moderator --help` stay quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from moderator.api import build
    from moderator.pipeline import Judged, Pipeline
    from moderator.records import Finding, Message

__version__ = "0.1.0"

__all__ = ["Finding", "Judged", "Message", "Pipeline", "__version__", "build"]

_HOMES = {
    "Finding": "moderator.records",
    "Judged": "moderator.pipeline",
    "Message": "moderator.records",
    "Pipeline": "moderator.pipeline",
    "build": "moderator.api",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
