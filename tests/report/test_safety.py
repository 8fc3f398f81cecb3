"""Hostile reports, large ones, paper, and readers who do not see or point: in a real browser."""

import json
import re
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from report.browser import NARROW, WIDE, Watched, watching

pytestmark = pytest.mark.slow

SECTIONS = ["flags", "held", "unscored", "people"]


def walk_through(at: Watched) -> None:
    """Looks at everything there is, with all texts shown."""
    at.press("b")
    for tab in at.page.locator("#tabs button").all():
        tab.click()
        for _ in range(min(at.count(), 30)):
            at.press("j")
    at.page.locator("#tabs button").first.click()
    at.press("p", "Escape")
    at.page.evaluate("dispatchEvent(new Event('beforeprint'))")


def test_nothing_of_a_hostile_dump_runs(browser: Browser, nasty: Path) -> None:
    with watching(browser, nasty) as at:
        walk_through(at.open())
        assert at.page.locator("main img, main iframe, main a[href^=http]").count() == 0
        assert at.page.locator("body script").count() == 2
        shown = at.page.evaluate("document.body.textContent")
        assert "<img src=x onerror=" in shown, "markup is shown as the text that it is"


def test_hidden_characters_are_made_visible(browser: Browser, nasty: Path) -> None:
    with watching(browser, nasty) as at:
        at.open()
        at.press("b")
        tags = set()
        for _ in range(at.count()):
            tags |= set(at.page.locator("#detail .ctl").all_inner_texts())
            at.press("j")
        assert {"RLO", "PDF", "ZWSP", "+2993 marks", "LS", "PS", "BOM"} <= tags
        assert any(tag.startswith("TAG") for tag in tags)
        text = at.page.evaluate(
            "[...document.querySelectorAll('main *, .bar *')].flatMap(n => [...n.childNodes])"
            ".filter(n => n.nodeType === 3).map(n => n.data).join('')"
        )
        assert not re.search(
            "[\u200b\u202a-\u202e\u2066-\u2069\u2028\u2029\x00-\x08\x1b\x7f]", text
        )


def test_spelling_with_joiners_stays(browser: Browser, nasty: Path) -> None:
    with watching(browser, nasty) as at:
        at.open()
        at.press("b")
        at.page.fill("#search", "family")
        at.page.wait_for_selector(".result")
        assert "👨‍👩‍👧‍👦 flag 🏳️‍🌈 and मनीष می‌خواهم" in at.page.inner_text(".said-main")


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_no_text_breaks_the_layout(browser: Browser, nasty: Path, size: Any) -> None:
    with watching(browser, nasty, viewport=size) as at:
        at.open()
        at.press("b")
        for _ in range(at.count()):
            at.press("j")
            width = at.page.evaluate("document.documentElement.scrollWidth")
            assert width <= size["width"]
            tall = at.page.evaluate(
                "Math.max(...[...document.querySelectorAll('.row')]"
                ".map(row => row.scrollHeight - row.offsetHeight))"
            )
            assert tall <= 3, "rows stay rows"


def test_odd_ids_are_ids(browser: Browser, nasty: Path) -> None:
    with watching(browser, nasty) as at:
        at.open()
        for _ in range(at.count()):
            at.press("n")
            if at.page.locator("#reviewer").count():
                at.name_reviewer("__proto__")
        lines = at.export()
        assert "__proto__" in {line["participantId"] for line in lines}
        assert {line["reviewer"] for line in lines} == {"__proto__"}
        total = at.count()
        assert f"{total} of {total} judged" in at.page.inner_text("#done")


def test_data_that_would_reach_out_is_refused(browser: Browser, small: Path) -> None:
    """What the policy is for: even a script of the page's own could not send anything."""
    with watching(browser, small) as at:
        at.open()
        said = at.page.evaluate(
            "async () => { try { await fetch('https://example.org/'); return 'sent'; }"
            " catch (error) { return String(error); } }"
        )
        assert "Failed to fetch" in said
        assert not [url for url in at.requests if "example.org" in url]
        assert any("Content Security Policy" in fault for fault in at.faults)
        at.faults.clear()


def test_20_000_flags_stay_usable(browser: Browser, big: Path) -> None:
    with watching(browser, big) as at:
        at.open()
        first = at.page.evaluate("performance.now()")
        assert first < 10_000, "generous: an idle machine takes about one second"
        assert at.count() == 20_000
        assert at.page.locator("#queue .row").count() < 60
        at.page.evaluate("scrollTo(0, document.body.scrollHeight / 2)")
        at.until("[...document.querySelectorAll('.row')].some(r => r.ariaPosInSet > 9000)")
        assert at.page.locator("#queue .row").count() < 60
        at.press("End")
        at.until("document.querySelector('.row.on')?.ariaPosInSet === '20000'")
        began = time.monotonic()
        at.page.fill("#search", "muppet never")
        at.page.wait_for_selector(".result")
        assert time.monotonic() - began < 10
        assert 0 < at.count() < 20_000
        at.press("Enter")
        began = time.monotonic()
        at.press("n")
        at.name_reviewer()
        at.press(*"nanuz")
        assert time.monotonic() - began < 10
        assert "4 of 20,000 judged" in at.page.inner_text("#done")


def test_20_000_verdicts_are_kept(browser: Browser, big: Path, tmp_path: Path) -> None:
    packed = json.loads(big.read_text("utf-8").partition('id="data">')[2].partition("</script>")[0])
    common = {"reviewer": "Mina", "verdict": "not_abusive", "at": "2026-06-11T08:00:00.000Z"}
    path = tmp_path / "v.jsonl"
    lines = ({"recordId": one["i"], "recordHash": one["h"], **common} for one in packed["entries"])
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    with watching(browser, big) as at:
        at.open().page.set_input_files("#import-file", path)
        at.until("document.getElementById('toast').textContent.includes('20,000 verdicts read')")
        assert at.page.locator("#notice").is_hidden()
        at.reload()
        assert "20,000 of 20,000 judged" in at.page.inner_text("#done")


def test_printing_covers_what_is_covered(browser: Browser, small: Path, tmp_path: Path) -> None:
    def text_of(pdf: Path) -> str:
        done = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, check=True)
        return done.stdout.decode()

    with watching(browser, small) as at:
        at.open()
        at.press("j", "j", "r", "a")
        at.name_reviewer()
        path = tmp_path / "one.pdf"
        at.page.pdf(path=path)
        assert path.read_bytes().startswith(b"%PDF")
        at.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        paper = at.page.locator("#print-queue").text_content() or ""
        assert "Flagged: 9 messages" in paper
        assert "All, gravest first." in paper
        assert "shut it, muppet" in paper, "what was asked for is printed"
        assert "absolute" not in paper
        assert "SEALEDTEXT" not in paper
        assert "Abusive (Mina)" in paper
        at.page.evaluate("dispatchEvent(new Event('afterprint'))")
        at.press("b")
        at.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        paper = at.page.locator("#print-queue").text_content() or ""
        assert "you absolute m•••••" in paper
        assert "SEALEDTEXT" not in paper


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("kind", ["webinar", "nasty", "small"])
def test_axe_finds_nothing_serious(
    browser: Browser, kind: str, size: Any, scheme: Any, request: pytest.FixtureRequest
) -> None:
    path = request.getfixturevalue(kind)
    with watching(browser, path, viewport=size, color_scheme=scheme, reduced_motion="reduce") as at:
        at.open()
        at.press("b", "a")
        at.name_reviewer()
        at.press("n", "2")
        # Axe takes its time on long lists: those are seen in two sections, short ones in all.
        for section in SECTIONS if kind == "small" else ("flags", "people"):
            tab = at.page.locator(f"[data-focus='tab {section}']")
            if tab.count():
                tab.click()
                at.press("j")
                check(at)
        at.press("?")
        check(at)
        at.press("Escape")
        at.page.locator("[data-focus='tab flags']").click()
        if size is NARROW:
            at.page.locator(".row").first.click()
        at.press("r")
        check(at)


def check(at: Watched) -> None:
    """Runs axe over the page as it stands."""
    found = Axe().run(at.page, options={"resultTypes": ["violations"]}).response["violations"]
    grave = [one for one in found if one["impact"] in ("serious", "critical")]
    said = [(one["id"], [node["html"][:200] for node in one["nodes"][:3]]) for one in grave]
    assert not grave, json.dumps(said, indent=1)


def test_a_screen_reader_is_told_where_it_is(browser: Browser, small: Path) -> None:
    with watching(browser, small) as at:
        at.open()
        at.press("j", "j")
        assert at.page.evaluate("document.activeElement.id") == "queue"
        active = at.page.get_attribute("#queue", "aria-activedescendant")
        row = at.page.locator(f"#{active}")
        assert row.get_attribute("aria-selected") == "true"
        assert row.get_attribute("aria-setsize") == "9"
        assert "text hidden" in (row.text_content() or "")
        at.press("n")
        at.name_reviewer()
        assert at.page.inner_text("#live") == "1 of 9 judged"


def test_a_narrow_screen_shows_list_or_message(browser: Browser, small: Path) -> None:
    with watching(browser, small, viewport=NARROW) as at:
        at.open()
        assert at.page.locator("#detail").is_hidden()
        at.page.locator(".row").first.click()
        assert at.page.locator("#detail").is_visible()
        at.page.click(".judge.not_abusive")
        at.name_reviewer()
        at.press("Escape")
        assert at.page.locator("#detail").is_hidden()


def test_light_dark_and_system_are_remembered(browser: Browser, small: Path) -> None:
    with watching(browser, small) as at:
        ground = "getComputedStyle(document.documentElement).backgroundColor"
        at.open()
        light = at.page.evaluate(ground)
        at.press("t", "t")
        dark = at.page.evaluate(ground)
        assert light != dark
        at.reload()
        assert at.page.evaluate(ground) == dark
