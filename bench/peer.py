"""Peers from PyPI and npm, installed apart, asked over pipes, each as its README shows.

Never dependencies of ours: they go to virtual environments and a folder of node's own, and are
told apart from each other by process. What is switched on, because their READMEs recommend it:

- better-profanity: `load_censor_words()`, which spells out l33t variants of its list;
- alt-profanity-check: `predict`, in batches, which is its fastest way;
- obscenity: the English data set with `englishRecommendedTransformers`;
- @2toad/profanity: the defaults (English, whole words);
- glin-profanity: `detectLeetspeak` and `normalizeUnicode`, at the levels `moderate`, which its
  README shows, and `aggressive`.
"""

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from quality import python_with

HERE = Path(__file__).parent / "peers"
FROM_PYPI = ("better-profanity==0.7.0", "alt-profanity-check==1.9.1")
FROM_NPM = {
    "obscenity": "obscenity@0.4.6",
    "@2toad/profanity": "@2toad/profanity@3.3.0",
    "glin-profanity": "glin-profanity@3.3.0",
}
LEVELS = ("glin-profanity", "glin-profanity aggressive")


@dataclass(frozen=True, slots=True)
class Peer:
    """One peer; `command` takes `judge` or `time` and reads texts as JSON Lines.

    What it said of the same texts before is kept in the folder `kept`: versions are pinned.
    """

    name: str
    command: tuple[str, ...]
    kept: Path

    def judge(self, texts: Sequence[str]) -> list[bool]:
        """Whether the peer flags each text."""
        key = sha256("\0".join((*self.command, *texts)).encode()).hexdigest()
        file = self.kept / f"{key}.json"
        if not file.exists():
            file.write_text(json.dumps(self._ask("judge", texts)["verdicts"]), "utf-8")
        verdicts = json.loads(file.read_text("utf-8"))
        if len(verdicts) != len(texts):
            raise SystemExit(f"{self.name}: {len(verdicts)} verdicts for {len(texts)} texts.")
        return [bool(verdict) for verdict in verdicts]

    def speed(self, texts: Sequence[str]) -> dict[str, int]:
        """Messages a second, by the clock and by processor time, after a warm-up."""
        found = self._ask("time", texts)
        return {key: round(found[key]) for key in ("perSecond", "perSecondOfProcessor")}

    def version(self) -> str:
        return str(self._ask("judge", [])["version"])

    def _ask(self, wanted: str, texts: Sequence[str]) -> Mapping[str, Any]:
        lines = "".join(json.dumps(text) + "\n" for text in texts)
        done = subprocess.run(
            [*self.command, wanted], input=lines, stdout=subprocess.PIPE, text=True, check=True
        )
        found = json.loads(done.stdout)
        assert isinstance(found, dict)
        return found


def install(envs: Path) -> list[Peer]:
    """All peers, installed below `envs` where they are not yet."""
    kept = envs / "verdicts"
    kept.mkdir(parents=True, exist_ok=True)
    peers = []
    for requirement in FROM_PYPI:
        name = requirement.partition("==")[0]
        command = (str(python_with(requirement, envs)), str(HERE / "ask.py"), name)
        peers.append(Peer(name, command, kept))
    folder = envs / "npm"
    if not (folder / "node_modules").exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text("{}\n", "utf-8")
        subprocess.run(
            ["npm", "install", "--no-audit", "--no-fund", *FROM_NPM.values()],
            cwd=folder, stdout=subprocess.DEVNULL, check=True,
        )  # fmt: skip
    names = (*(name for name in FROM_NPM if name not in LEVELS), *LEVELS)
    return [
        *peers,
        *(Peer(name, ("node", str(HERE / "ask.mjs"), name, str(folder)), kept) for name in names),
    ]
