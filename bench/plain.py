"""The plain install: what a user gets from `pip install .`, in an environment of its own."""

import json
import subprocess
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent
VERSIONS = """
import importlib.metadata as m, json
print(json.dumps({d.metadata["Name"].lower(): d.version for d in m.distributions()}))
"""


def plain(envs: Path) -> Path:
    """The folder of the programs of an environment with the working tree installed into it.

    The environment is kept in `envs`; the package is installed into it anew each time.
    """
    folder = envs / "plain"
    pip: list[str | Path] = [
        folder / "bin" / "python",
        "-m",
        "pip",
        "install",
        "-q",
        "--disable-pip-version-check",
    ]
    if not (folder / "ready").exists():
        venv.create(folder, with_pip=True, clear=True)
    # With its dependencies first, since they may be others than last time; itself in any case.
    subprocess.run([*pip, ROOT], check=True)
    subprocess.run([*pip, "--force-reinstall", "--no-deps", ROOT], check=True)
    (folder / "ready").touch()
    if "torch" in versions(folder / "bin" / "python"):
        raise SystemExit(f"{folder} holds torch: not a plain install. Remove it, and run again.")
    return folder / "bin"


def versions(python: Path) -> dict[str, str]:
    """The version of every package in an interpreter's environment."""
    done = subprocess.run([python, "-c", VERSIONS], stdout=subprocess.PIPE, check=True)
    found: dict[str, str] = json.loads(done.stdout)
    return found


def commit() -> str:
    """The commit of the working tree, marked where files differ from it."""
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--abbrev=9"],
        cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return done.stdout.strip()
