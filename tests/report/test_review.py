"""A reviewer at work in a real browser: reading, judging, undoing, leaving and coming back."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from report.browser import Watched, watching

from moderator.review.records import record_id
from moderator.review.verdicts import Verdict, parse

pytestmark = pytest.mark.slow


def judge_three(at: Watched) -> None:
    """Abusive with an action and a note, not abusive, unsure: the first three of the queue."""
    at.press("A")
    at.name_reviewer("Mina Körner")
    at.press("k", "4", "e")
    at.page.keyboard.type("seen before")
    at.press("Escape", "j", "n", "u")


def test_the_gravest_come_first_or_the_earliest(browser: Browser, small: Path) -> None:
    with watching(browser, small) as at:
        rows = at.open().rows()
        assert [row.split()[0] for row in rows[:4]] == ["Critical", "Critical", "High", "Medium"]
        at.page.select_option("[aria-label=Order]", "time")
        assert "Bo" in at.rows()[3]
        assert "order=time" in at.page.url


def test_text_is_blurred_until_asked_for(browser: Browser, small: Path) -> None:
    with watching(browser, small) as at:
        at.open()
        body = at.page.locator("main")
        assert "muppet" not in body.inner_text().lower().replace("muppet lord", "")
        at.press("j", "j")
        assert "shut" not in at.page.inner_text("#detail")
        at.press("r")
        assert "shut it, muppet, shut it 🙃 now" in at.page.inner_text("#detail")
        assert "good evening" in at.page.inner_text("#detail")
        at.press("r")
        assert "shut" not in at.page.inner_text("#detail")
        at.press("b")
        assert "you absolute m•••••" in "\n".join(at.rows())
        at.reload()
        assert "you absolute m•••••" in "\n".join(at.rows()), "the preference is remembered"
        at.press("b")
        assert "absolute" not in "\n".join(at.rows())


def test_rude_words_and_names_stay_masked_in_lists(browser: Browser, small: Path) -> None:
    with watching(browser, small) as at:
        at.open()
        at.press("b")
        rows = "\n".join(at.rows())
        assert "shut it, m•••••, shut it" in rows
        assert "M••••• Lord" in rows
        assert "muppet" not in rows.lower()
        assert "Muppet" not in at.page.inner_text("#by-person")


def test_child_safety_text_is_shown_by_an_act_on_it_alone(browser: Browser, small: Path) -> None:
    with watching(browser, small) as at:
        at.open()
        at.press("b")
        everything = at.page.locator("body")
        secret = "SEALEDTEXT"

        def seen() -> bool:
            return secret in everything.inner_text() or secret in str(
                at.page.evaluate(
                    "[...document.querySelectorAll('body *:not(script)')]"
                    ".flatMap(n => [...n.attributes].map(a => a.value)).join(' ')"
                )
            )

        assert not seen()
        for row in ("Quiet", "Parts"):
            at.page.locator("#queue .row", has_text=row).first.click()
            at.press("r")
            assert not seen(), row
        at.page.fill("#search", "sealedtext")
        at.page.wait_for_selector(".result")
        assert at.count() == 0, "nor can it be found by searching for it"
        at.page.fill("#search", "quiet")
        at.until("document.querySelectorAll('#queue .row').length === 1")
        at.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert not seen()
        at.page.evaluate("dispatchEvent(new Event('afterprint'))")
        at.page.click("text=Show this one message")
        assert secret in at.page.inner_text("#detail")
        at.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert secret not in at.page.locator("#print-queue").text_content()
        at.page.evaluate("dispatchEvent(new Event('afterprint'))")
        at.page.fill("#search", "")
        at.until("document.querySelectorAll('#queue .row').length > 5")
        at.page.locator("#queue .row", has_text="Bo").first.click()
        at.page.locator("#queue .row", has_text="Quiet").first.click()
        assert not seen(), "leaving the message seals it again"


def test_why_shows_rule_score_words_guard_and_the_other_messages(
    browser: Browser, small: Path
) -> None:
    with watching(browser, small) as at:
        at.open()
        at.press("b")
        at.page.locator("#queue .row", has_text="shut it").click()
        why = at.page.locator(".why")
        assert "insult.test" in why.inner_text()
        assert "0.91 against 0.80" in why.inner_text()
        assert why.locator(".word").all_inner_texts() == ["shut", "now"]
        main = at.page.locator(".said-main mark:not(.faint)")
        assert main.all_inner_texts() == ["muppet"]
        assert at.page.locator(".said-main mark.faint").all_inner_texts() == ["shut", "shut", "now"]
        fill = why.locator(".score-fill")
        assert float(fill.get_attribute("width") or 0) == pytest.approx(182)
        at.page.locator("#queue .row", has_text="Parts").first.click()
        together = at.page.locator(".together")
        assert "ho" in together.inner_text()
        assert "pe" in together.inner_text()
        assert "message gone is not in these files" in together.inner_text()
        at.page.click("[data-focus='tab held']")
        assert at.count() == 1
        assert "held back by the guard reported-speech" in at.page.inner_text(".why")


def test_people_with_one_name_are_told_apart(browser: Browser, small: Path) -> None:
    with watching(browser, small) as at:
        at.open()
        at.page.locator("#queue .row", has_text="p3").click()
        assert "one of 2 people whose names look the same" in at.page.inner_text("#detail")
        assert at.page.locator("#detail .person .pid.shared").inner_text() == "p3"


def test_names_that_only_look_the_same_count_too(browser: Browser, nasty: Path) -> None:
    with watching(browser, nasty) as at:
        at.open()
        at.page.locator("#queue .row", has_text="p10").click()
        assert "people whose names look the same" in at.page.inner_text("#detail")


def test_a_participants_page_has_all_sessions_in_time_order(browser: Browser, small: Path) -> None:
    with watching(browser, small) as at:
        at.open()
        at.page.locator("#queue .row", has_text="p2").first.click()
        at.press("p")
        assert at.count() == 2
        head = at.page.inner_text("#person-head")
        assert "2 flags in 2 sessions" in head
        assert "1 held back" in head
        assert "Sam" in at.rows()[0]
        assert "Sammy" in at.rows()[1]
        assert at.page.locator("#timeline .lane").count() == 2
        at.press("Escape")
        assert at.count() == 9


def test_pictures_filter_and_the_address_holds_it(browser: Browser, small: Path) -> None:
    with watching(browser, small) as at:
        at.open()
        at.page.click("#by-category button:has-text('threat')")
        assert at.count() == 1
        at.page.click("#by-category button:has-text('toxicity')")
        assert at.count() == 3
        at.page.click("#timeline .key:has-text('high')")
        assert at.count() == 1
        at.page.click("#by-person button:has-text('Sam')")
        address = at.page.url
        with watching(browser, small) as other:
            other.open(f"#{address.partition('#')[2]}")
            assert other.rows() == at.rows()
            assert other.page.locator(".chip").count() == 4
            assert "Sam" in other.page.inner_text("#detail")
        at.page.click("text=Clear all")
        assert at.count() == 9
        at.page.locator("#timeline .bin").first.focus()
        at.press("Enter")
        assert 0 < at.count() < 9
        assert "time=" in at.page.url


def test_unscored_and_sampled_messages_have_sections_of_their_own(
    browser: Browser, small: Path
) -> None:
    with watching(browser, small) as at:
        at.open()
        assert "No summary beside small.jsonl" in at.page.inner_text(".gaps")
        at.page.click("[data-focus='tab unscored']")
        assert at.count() == 2
        at.page.click("#by-category button:has-text('timeout')")
        assert at.count() == 1
        at.page.click("[data-focus='tab sample']")
        assert at.count() == 1
        at.press("n")
        at.name_reviewer()
        (line,) = at.export()
        assert line["record"] == {
            "severity": None, "action": "record", "categories": [], "findings": [],
        }  # fmt: skip


def test_verdicts_by_keyboard(browser: Browser, small: Path) -> None:
    with watching(browser, small) as at:
        judge_three(at.open())
        assert "3 of 9 judged" in at.page.inner_text("#done")
        assert at.page.inner_text("#reviewer-label") == "Mina Körner"
        marks = at.page.locator("#queue .row .mark:not(.none)").all_inner_texts()
        assert [mark.split("\n")[0].strip(" ✎") for mark in marks] == [
            "✕Abusive· escalate", "✓Not abusive", "?Unsure",
        ]  # fmt: skip
        at.press("z")
        assert "2 of 9 judged" in at.page.inner_text("#done")
        at.press("z", "z", "z", "z")
        assert "0 of 9 judged" in at.page.inner_text("#done")
        assert at.kept() == []
        at.press("z")
        assert "Nothing to undo" in at.page.inner_text("#toast")


def test_an_action_at_once_after_a_verdict_is_of_that_message(
    browser: Browser, small: Path
) -> None:
    with watching(browser, small) as at:
        at.open().press("A")
        at.name_reviewer("Mina Körner")
        at.press("n", "3")
        first, second = at.page.locator("#queue .row .mark:not(.none)").all_inner_texts()
        assert ("hide" in first, "hide" in second) == (False, True)
        at.page.wait_for_timeout(2_600)
        at.press("3")
        assert len(at.export()) == 2, "by then it is of the message in view, which has no verdict"
        at.press("u")
        actions = {line["verdict"]: line["action"] for line in at.export()}
        assert actions == {"abusive": None, "not_abusive": "hide", "unsure": "hide"}


def test_a_reload_keeps_verdicts_and_what_can_be_undone(browser: Browser, small: Path) -> None:
    with watching(browser, small) as at:
        judge_three(at.open())
        at.reload()
        assert "3 of 9 judged" in at.page.inner_text("#done")
        at.page.select_option("[aria-label=Verdict]", "abusive")
        assert at.page.input_value("#note") == "seen before"
        assert at.page.get_attribute("[data-focus='act escalate']", "aria-pressed") == "true"
        at.press("z")
        assert "2 of 9 judged" in at.page.inner_text("#done")


def test_a_closed_tab_loses_nothing(browser: Browser, small: Path) -> None:
    with watching(browser, small) as at:
        judge_three(at.open())
        tab = at.page.context.new_page()
        at.page.close()
        at.page = tab
        at.open()
        assert "3 of 9 judged" in at.page.inner_text("#done")
        assert at.page.inner_text("#reviewer-label") == "Mina Körner"


def test_two_tabs_show_the_same(browser: Browser, small: Path) -> None:
    with watching(browser, small) as at:
        at.open()
        other = Watched(at.page.context.new_page(), small).open()
        judge_three(at)
        other.until("document.getElementById('done').textContent.startsWith('3 of 9')")


def test_a_note_that_is_being_typed_is_not_lost(browser: Browser, small: Path) -> None:
    with watching(browser, small) as at:
        at.open()
        at.press("a")
        at.name_reviewer()
        at.press("e")
        at.page.keyboard.type("half a thou")
        at.page.locator("#queue .row").nth(3).click()
        at.page.locator("#queue .row").nth(1).click()
        assert at.page.input_value("#note") == "half a thou"


def verdicts(lines: list[dict[str, object]]) -> list[Verdict]:
    return [parse(line) for line in lines]


def test_what_is_exported_is_what_was_said_and_no_chat_text(browser: Browser, small: Path) -> None:
    records = {
        record_id(record): record
        for record in map(json.loads, small.with_suffix(".jsonl").read_text().splitlines())
    }
    with watching(browser, small) as at:
        judge_three(at.open())
        lines = at.export()
        said = verdicts(lines)
        assert sorted(one.verdict for one in said) == ["abusive", "not_abusive", "unsure"]
        (abusive,) = (one for one in said if one.verdict == "abusive")
        assert (abusive.reviewer, abusive.action, abusive.note) == (
            "Mina Körner", "escalate", "seen before",
        )  # fmt: skip
        for one, line in zip(said, lines, strict=True):
            record = records[one.record_id]
            assert record["payload"] not in json.dumps(line)
            assert one.record.severity == record["severity"]
            assert len(one.record.findings) == len(record["findings"])
        assert at.page.locator("#unsaved").is_hidden()


def test_an_export_is_read_back_in_another_browser(
    browser: Browser, small: Path, tmp_path: Path
) -> None:
    with watching(browser, small) as at:
        judge_three(at.open())
        lines = at.export()
    path = tmp_path / "v.jsonl"
    strange = dict(lines[0], recordId="ab" * 16)
    broken = [
        "no json", "[]", json.dumps(dict(lines[0], verdict="guilty")),
        json.dumps(dict(lines[0], action="burn")), json.dumps(dict(lines[0], note=7)),
    ]  # fmt: skip
    path.write_text("\n".join([*map(json.dumps, [*lines, strange]), *broken]))
    with watching(browser, small) as at:
        at.open().page.set_input_files("#import-file", path)
        at.page.wait_for_selector("#toast.up")
        said = at.page.inner_text("#toast")
        assert "4 verdicts read, 3 new" in said
        assert "1 of records that are not in this report" in said
        assert "5 lines that are no verdicts" in said
        assert "You judge as Mina Körner now" in said
        assert "3 of 9 judged" in at.page.inner_text("#done")
        assert sorted(map(json.dumps, at.export())) == sorted(map(json.dumps, lines))
        at.page.set_input_files("#import-file", path)
        at.until("document.getElementById('toast').textContent.includes('3 known already')")
        at.press("z")
        assert at.kept() == [], "an import is taken back as one"


def test_another_reviewers_verdicts_are_kept_apart(
    browser: Browser, small: Path, tmp_path: Path
) -> None:
    with watching(browser, small) as at:
        judge_three(at.open())
        lines = at.export()
        path = tmp_path / "v.jsonl"
        (abusive,) = (line for line in lines if line["verdict"] == "abusive")
        theirs = dict(abusive, reviewer="Theo", verdict="unsure", note="not so sure")
        path.write_text(json.dumps(theirs))
        at.page.set_input_files("#import-file", path)
        at.page.wait_for_selector(".differs")
        assert "3 of 9 judged" in at.page.inner_text("#done")
        at.page.select_option("[aria-label=Verdict]", "others")
        assert at.count() == 1
        assert "Theo: Unsure" in at.page.inner_text(".others")
        assert len(at.export()) == 4


def test_single_keys_can_be_switched_off(browser: Browser, small: Path) -> None:
    with watching(browser, small) as at:
        at.open()
        at.press("?")
        at.page.uncheck("#pref-letters")
        at.press("Escape")
        at.page.wait_for_selector("dialog", state="detached")
        at.press("a")
        assert at.page.locator("dialog").count() == 0
        assert at.kept() == []
        at.press("ArrowDown")
        assert at.page.locator(".row.on").get_attribute("aria-posinset") == "2"


def test_a_browser_that_keeps_nothing_says_so(browser: Browser, small: Path) -> None:
    with watching(browser, small) as at:
        at.page.add_init_script(
            "Storage.prototype.setItem = () => { throw new DOMException('', 'SecurityError') }"
        )
        at.open()
        assert "does not let this page store" in at.page.inner_text("#notice")
        at.press("a")
        at.name_reviewer()
        assert "1 of 9 judged" in at.page.inner_text("#done")
        assert len(at.export()) == 1


def test_all_judged_is_told(browser: Browser, small: Path) -> None:
    with watching(browser, small) as at:
        at.open()
        at.press("n")
        at.name_reviewer()
        at.press(*"nnnnnnnn")
        assert "All 9 flags judged" in at.page.inner_text("#toast")
