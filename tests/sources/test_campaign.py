"""A slice of the campaign of network faults, and each fault once alone."""

from pathlib import Path

import pytest
from server.faults import ACTS
from server.scenario import Scenario
from sources.campaign import Campaign, Case, bodies, plan, prepared


def alone(number: int, name: str) -> Case:
    """One case with one fault, met at each host where it can be met."""
    act, body = ACTS[name], bodies()[3]
    scenario = Scenario(body=body)
    if act.api:
        scenario.chat_faults.append(act)
    if act.file:
        scenario.file_faults.append(act)
    return Case(number, scenario, (name,), act.passing, (body,), scanned=number % 2 == 0)


def demand_all_well(campaign: Campaign) -> None:
    assert campaign.tally.problems == []


@pytest.mark.slow
def test_each_fault_alone(tmp_path: Path) -> None:
    with prepared(tmp_path) as campaign:
        campaign.run((alone(*one) for one in enumerate(ACTS)), threads=4)
    demand_all_well(campaign)
    passing = sum(act.passing for act in ACTS.values())
    assert (campaign.tally.equal, campaign.tally.errors) == (passing, len(ACTS) - passing)


@pytest.mark.slow
def test_sequences_of_faults(tmp_path: Path) -> None:
    with prepared(tmp_path) as campaign:
        campaign.run((plan(1, number) for number in range(100)), threads=4)
    demand_all_well(campaign)
    assert campaign.tally.equal > 40
    assert campaign.tally.errors > 20


def test_a_plan_is_the_same_every_time() -> None:
    assert [plan(7, 3).kinds, plan(7, 4).kinds] == [plan(7, 3).kinds, plan(7, 4).kinds]
    assert plan(7, 3) != plan(8, 3)


def test_what_is_not_right_is_seen(tmp_path: Path) -> None:
    """The oracle itself: bytes that are not the served ones, and a case that must not fail."""
    good = alone(0, "status 500")
    other = Case(1, Scenario(), ("none",), True, (b"something else",), scanned=False)
    hopeless = Case(2, Scenario(empty_links=99), ("no link",), True, (b"",), scanned=False)
    with prepared(tmp_path) as campaign:
        tally = campaign.run([good, other, hopeless])
    assert (tally.equal, tally.lost, tally.errors) == (1, 1, 1)
    assert [problem.split(": ")[1] for problem in tally.problems] == ["LOST", "gave up"]
