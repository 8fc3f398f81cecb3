"""A report in a real Chromium, and what it did that it should not have done."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Download, Page, Request, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
WIDE = {"width": 1280, "height": 800}
NARROW = {"width": 375, "height": 740}


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's browser without a window; skips where it is not installed."""
    if not CHROMIUM.exists():
        pytest.skip(f"no browser at {CHROMIUM}: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Watched:
    """A page, and everything about it that would be a fault."""

    page: Page
    path: Path
    requests: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def open(self, hash_: str = "") -> "Watched":
        """Loads the report from disk and waits until it is drawn."""
        self.page.goto(f"{self.path.as_uri()}{hash_}")
        self.page.wait_for_selector("html[data-ready]")
        return self

    def reload(self) -> None:
        """Loads the page again, as a reviewer does."""
        self.page.reload()
        self.page.wait_for_selector("html[data-ready]")

    def press(self, *keys: str) -> None:
        """Keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def name_reviewer(self, name: str = "Mina") -> None:
        """Answers the question for the reviewer's name, once it is asked."""
        self.page.fill("#reviewer", name)
        self.press("Enter")

    def rows(self) -> list[str]:
        """What can be read of the queue's rows that exist, from the top."""
        rows = self.page.locator("#queue .row")
        found = [(row.get_attribute("aria-posinset"), row.inner_text()) for row in rows.all()]
        return [text for _, text in sorted(found, key=lambda pair: int(pair[0] or 0))]

    def count(self) -> int:
        """How many messages the queue holds, drawn or not."""
        row = self.page.locator("#queue .row").first
        return int(row.get_attribute("aria-setsize") or 0) if row.count() else 0

    def until(self, expression: str) -> None:
        """Waits for a truth about the page; its policy forbids the browser to wait by itself."""
        end = time.monotonic() + 15
        while not self.page.evaluate(expression):
            assert time.monotonic() < end, expression
            self.page.wait_for_timeout(20)

    def kept(self) -> list[list[dict[str, Any]]]:
        """The verdicts in the browser's store."""
        stored: dict[str, str] = self.page.evaluate("() => ({...localStorage})")
        return [json.loads(value) for name, value in stored.items() if "/verdict/" in name]

    def export(self) -> list[dict[str, Any]]:
        """What the export writes, line by line."""
        with self.page.expect_download() as caught:
            self.page.click("#export")
        download: Download = caught.value
        assert download.suggested_filename.endswith(".verdicts.jsonl")
        text = Path(download.path()).read_text("utf-8")
        return [json.loads(line) for line in text.split("\n") if line]

    def check(self) -> None:
        """Nothing was asked of any network, nothing of the chat ran, nothing broke."""
        strange = [url for url in self.requests if not url.startswith(("file:", "blob:"))]
        assert not strange
        assert [url for url in self.requests if url.startswith("file:")] != []
        assert not self.faults
        assert self.page.evaluate("window.pwned") is None


@contextmanager
def watching(browser: Browser, path: Path, **options: Any) -> Iterator[Watched]:
    """A fresh browser profile at the report; what it did is checked at the end."""
    context: BrowserContext = browser.new_context(**{"viewport": WIDE, **options})
    page = context.new_page()
    page.set_default_timeout(15_000)
    watched = Watched(page, path)

    def asked(request: Request) -> None:
        watched.requests.append(request.url)

    context.on("request", asked)
    page.on("pageerror", lambda error: watched.faults.append(f"error: {error}"))
    page.on("dialog", lambda dialog: (watched.faults.append("dialog"), dialog.dismiss()))
    page.on("popup", lambda _: watched.faults.append("popup"))
    page.on("console", lambda said: watched.faults.append(f"{said.type}: {said.text}"))
    yield watched
    watched.check()
    context.close()
