"""The sessions API of both back-ends."""

import json
import re
import time
from datetime import timedelta
from typing import Any

from server.faults import Act
from server.handler import Handler
from server.scenario import ERROR_FORMS, Fault, Scenario


class ApiHandler(Handler):
    """Sessions, one session, its participants, and the link to its chat."""

    def answer(self) -> None:
        known = self.shared.authorizations()
        base = next((base for base in known if self.route.startswith(base + "/")), None)
        if base is None:
            self.send(404, ERROR_FORMS["errors"](7003, "Could not route to that path"))
            return
        if self.headers.get("Authorization") != known[base]:
            self.send(401, ERROR_FORMS["message"](401, "Unauthorized"))
            return
        fault = self.pop(self.shared.api_faults)
        if fault is not None:
            self.send(fault.status, fault.body, fault.headers)
            return
        route = self.route.removeprefix(base)
        if route == "/sessions":
            self._list("sessions", self._sessions())
            return
        found = re.fullmatch(r"/sessions/([^/]+)(/chat|/participants|)", route)
        scenario = self.shared.sessions.get(found[1]) if found else None
        if found is None or scenario is None:
            self.send(404, ERROR_FORMS["error"](404, "Error: resource not found"))
        elif found[2] == "/chat":
            self._chat(found[1], scenario)
        elif found[2] == "/participants":
            self._participants(scenario)
        else:
            self.send(200, {"success": True, "data": {"session": _entry(found[1], scenario)}})

    def _chat(self, session_id: str, scenario: Scenario) -> None:
        fault: Fault | Act | None = self.pop(scenario.chat_faults)
        if isinstance(fault, Fault):
            self.send(fault.status, fault.body, fault.headers)
            return
        time.sleep(scenario.delay)
        with self.shared.lock:
            empty, scenario.empty_links = scenario.empty_links > 0, scenario.empty_links - 1
            expired, scenario.expired_links = scenario.expired_links > 0, scenario.expired_links - 1
        lifetime = timedelta(hours=-1) if expired else self.shared.link_ttl
        url, expiry = self.shared.sign(f"/dumps/{session_id}.csv", lifetime, scenario.tls)
        if scenario.link is not None:
            url = scenario.link
        stamp = expiry.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        if scenario.blank_expiry:
            stamp = expiry.isoformat(" ", "microseconds").replace("+00:00", "Z")
        names = ("chat_download_url", "chat_download_url_expiry")
        if scenario.camel:
            names = ("chatDownloadUrl", "chatDownloadUrlExpiry")
        answer = dict(zip(names, ("" if empty else url, stamp), strict=True))
        told = {"success": True, scenario.style: answer}
        if fault is not None:
            fault(self, json.dumps(told).encode())
            return
        self.send(200, told)

    def _participants(self, scenario: Scenario) -> None:
        fault: Fault | None = self.pop(scenario.people_faults)
        if fault is not None:
            self.send(fault.status, fault.body, fault.headers)
            return
        people = scenario.people
        self._list("participants", self.shared.participants if people is None else people)

    def _sessions(self) -> list[dict[str, Any]]:
        status = self.query.get("status")
        entries = [_entry(key, scenario) for key, scenario in self.shared.sessions.items()]
        return [entry for entry in entries if status in (None, entry["status"])]

    def _list(self, name: str, items: list[dict[str, Any]]) -> None:
        size = min(int(self.query.get("per_page", 20)), self.shared.most_per_page)
        start = 0 if self.shared.ignores_pages else (int(self.query.get("page_no", 1)) - 1) * size
        page = items[start : start + size]
        paging = {
            "total_count": len(page if self.shared.paging == "page" else items),
            "start_offset": start + 1,
            "end_offset": start + len(page),
        }
        answer: dict[str, Any] = {"success": True, "data": {name: page}}
        if self.shared.paging in ("top", "page"):
            answer["paging"] = paging
        elif self.shared.paging == "data":
            answer["data"]["paging"] = paging
        self.send(200, answer)


def _entry(session_id: str, scenario: Scenario) -> dict[str, Any]:
    return {
        "id": session_id,
        "associated_id": "room-1",
        "meeting_display_name": "Weekly sync",
        "type": "meeting",
        "status": "ENDED",
        "live_participants": 0,
        "minutes_consumed": 41.5,
        "started_at": "2026-06-10T09:00:00.000Z",
        "ended_at": "2026-06-10T10:00:00.000Z",
        **scenario.listed,
    }
