"""Lists the licences of all dependencies, and checks what is installed against the lock.

    .venv-test/bin/python bench/licences.py

To be run in the environment of README's test command: writes docs/licences.md, and names every
package and file there that is not what requirements.lock says.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from supply.installed import problems, site_packages  # noqa: E402
from supply.licences import DOCUMENT, document, rows  # noqa: E402
from supply.lock import constrained, locked  # noqa: E402


def main() -> int:
    """Writes the list; 1 where something is not as locked."""
    found = list(problems(site_packages(), {**locked(), **constrained()}))
    print("\n".join(found) or "All that is installed is what was locked.")
    listed = rows(site_packages())
    DOCUMENT.write_text(document(listed), encoding="utf-8")
    print(f"{len(listed)} licences in {DOCUMENT.relative_to(ROOT)}")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
