"""Fixtures for all tests."""

from collections.abc import Iterator

import pytest
from hypothesis import settings
from server.app import LoopbackServer

# A busy machine is no failure, and the same commit is to give the same result.
settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    """A fresh loopback server, speaking both back-ends and the host of signed URLs."""
    with LoopbackServer() as running:
        yield running
