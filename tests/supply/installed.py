"""Whether an environment holds what the lock says, and nothing else, byte for byte.

No advisory can be looked up without a network; what can be told offline is that what was installed
is what was locked, and that nobody has changed it since.
"""

import base64
import csv
import hashlib
import io
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.utils import canonicalize_name

OWN = frozenset({"moderator", "pip"})
"""The project itself, and the installer that came with the environment."""

_BY_CUDA = ("cuda-", "nvidia-", "triton")
"""What a CUDA build of torch brings along; its CPU build has none of it."""

_UNHASHED = (".pyc", "RECORD")


def problems(site: Path, pinned: Mapping[str, str]) -> Iterator[str]:
    """One sentence for each thing in the site-packages folder `site` that is not as pinned."""
    found = {_name(one): one for one in distributions(path=[str(site)])}
    for name, version in pinned.items():
        if name not in found:
            yield f"{name} {version} is not installed"
        elif found[name].version.partition("+")[0] != version:
            yield f"{name} is installed as {found[name].version}, locked as {version}"
    for name in sorted(found.keys() - pinned.keys() - OWN):
        if not name.startswith(_BY_CUDA):
            yield f"{name} {found[name].version} is installed, and in no lock"
    owned: set[Path] = set()
    for name, distribution in sorted(found.items()):
        record = distribution.read_text("RECORD")
        if record is None:
            yield f"{name} has no RECORD, so nothing tells what its files were"
        else:
            yield from _changed(name, site, record, owned)
    for file in sorted(site.rglob("*")):
        if file.is_file() and file not in owned and "__pycache__" not in file.parts:
            yield f"{file.relative_to(site)} belongs to no package"


def _name(distribution: Distribution) -> str:
    return canonicalize_name(distribution.metadata["Name"])


def _changed(name: str, site: Path, record: str, owned: set[Path]) -> Iterator[str]:
    for path, expected, _ in csv.reader(io.StringIO(record)):
        file = Path(site, path)
        owned.add(file)
        if not expected:
            if not path.endswith(_UNHASHED):
                yield f"{name}: {path} is recorded without a hash"
            continue
        kind, _, wanted = expected.partition("=")
        try:
            with file.open("rb") as content:
                digest = hashlib.file_digest(content, kind).digest()
        except OSError:
            yield f"{name}: {path} is missing"
            continue
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != wanted:
            yield f"{name}: {path} was changed"


def site_packages() -> Path:
    """The folder that this interpreter's packages lie in."""
    return Path(sys.prefix, "lib", f"python3.{sys.version_info.minor}", "site-packages")
