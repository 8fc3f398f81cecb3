"""Joining a dump's participants to the customer's own names, against a server on loopback."""

from collections.abc import Iterator
from typing import Any

import pytest
from server.app import LoopbackServer
from server.scenario import Scenario, refused

from moderator.errors import ConfigError
from moderator.sources.api import SessionsApi
from moderator.sources.credentials import resolve
from moderator.sources.participants import join


def person(id_: str, user: str = "", custom: str = "") -> dict[str, Any]:
    return {
        "id": id_,
        "user_id": user,
        "custom_participant_id": custom,
        "display_name": "Sam",
        "preset_name": "host",
        "joined_at": "2026-06-10T10:00:00.000Z",
    }


@pytest.fixture(params=["dyte", "realtimekit"])
def api(server: LoopbackServer, request: pytest.FixtureRequest) -> Iterator[SessionsApi]:
    environ = server.environ(request.param)
    with SessionsApi(resolve(environ, None, server.base_urls[request.param])) as api:
        yield api


def test_by_id_then_by_user_id(server: LoopbackServer, api: SessionsApi) -> None:
    people = [person("p1", "u1", "sam-7"), person("p2", "p1", "ann-3"), person("p3", "", "")]
    session = server.add(Scenario(people=people))
    joined = join(api, [(session, one) for one in ("p1", "u1", "p2", "p3", "p9", "")])
    assert joined.custom == {
        (session, "p1"): "sam-7", (session, "u1"): "sam-7", (session, "p2"): "ann-3",
    }  # fmt: skip
    assert joined.missed[session, "p3"] == "the API has no custom_participant_id for it"
    for one in ("p9", ""):
        assert "not among the participants" in joined.missed[session, one]


def test_a_user_id_of_several_names_names_nobody(server: LoopbackServer, api: SessionsApi) -> None:
    people = [person("p1", "u1", "sam-7"), person("p2", "u1", "ann-3"), person("p3", "u1", "sam-7")]
    session = server.add(Scenario(people=people))
    joined = join(api, [(session, "u1"), (session, "p2")])
    assert joined.custom == {(session, "p2"): "ann-3"}
    assert (session, "u1") in joined.missed


def test_each_session_is_asked_once_over_all_its_pages(
    server: LoopbackServer, api: SessionsApi
) -> None:
    server.most_per_page = 20
    session = server.add(Scenario(people=[person(f"p{n}", f"u{n}", f"c{n}") for n in range(50)]))
    joined = join(api, [(session, f"p{n}") for n in range(50)])
    assert len(joined.custom) == 50
    assert len(server.asked("/participants")) == 3


def test_a_session_that_cannot_be_had_is_a_reason(server: LoopbackServer, api: SessionsApi) -> None:
    good = server.add(Scenario(people=[person("p1", "", "sam-7")]), "good")
    bad = server.add(Scenario(people_faults=[refused(403)]), "bad")
    joined = join(api, [(bad, "p1"), ("gone", "p1"), ("../x", "p1"), (good, "p1")])
    assert joined.custom == {(good, "p1"): "sam-7"}
    assert "forbids the participants of session" in joined.missed[bad, "p1"]
    assert "does not know the participants of session gone" in joined.missed["gone", "p1"]
    assert "no id that the API could know" in joined.missed["../x", "p1"]


def test_wrong_credentials_end_it(server: LoopbackServer) -> None:
    environ = {**server.environ("dyte"), "DYTE_API_KEY": "another-key-0123456789"}
    session = server.add(Scenario(people=[]))
    with (
        SessionsApi(resolve(environ, None, server.base_urls["dyte"])) as api,
        pytest.raises(ConfigError, match="refuses the credentials"),
    ):
        join(api, [(session, "p1"), (session, "p2")])
