"""The command line, alone and beside a loopback server."""

from pathlib import Path

import pytest
from cli.command import Cli
from server.app import LoopbackServer


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """The command in a fresh folder, without credentials."""
    return Cli(tmp_path)


@pytest.fixture
def online(tmp_path: Path, server: LoopbackServer) -> Cli:
    """The command in a fresh folder, with Dyte's credentials for the loopback server."""
    both = Cli(tmp_path, server)
    both.use("dyte")
    return both
