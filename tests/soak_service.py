"""A service that many ask at once, killed while they ask or when they are done."""

from __future__ import annotations

import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from tests.serving import begun
from tests.soak_ground import LAST, Ground, assert_told, worked_by

SIDES = 8
LIMITS = {"waiting_limit": "4", "rate_limit": "600"}
TOO_MANY = 400  # requests that take no time: with these one side or another asks more often than it may
MEGABYTES, FILES = 60, 8
"""that a service may hold more in the end than when half of its time was over."""


def serve(ground: Ground) -> None:
    """It is killed while it answers, takes pictures in and is decided with."""
    _ask(ground, 60, work=ground.chance.uniform(0, 2 * LAST))


def load(ground: Ground) -> None:
    """Everybody is answered, or told when to come again, at steady memory and files; then it is killed."""
    asking, held = _ask(ground, ground.requests)
    assert {*asking.statuses} <= {200, 202, 409, 429, 503}, f"answered with {asking.statuses}"
    assert asking.statuses[429], "who asks too often is not told"
    (before, few), (after, many) = held[len(held) // 2], held[-1]
    assert after - before < MEGABYTES, f"memory grows: MB and files {held}"
    assert many - few < FILES, f"open files grow: MB and files {held}"
    answered = ", ".join(f"{count} × {status}" for status, count in sorted(asking.statuses.items()))
    print(f"load: {answered}; {before} → {after} MB, {few} → {many} files; {len(asking.noted)} decisions kept")


class _Asking:
    """Requests by their number.

    Attributes:
        statuses: of the answers; 0 where nobody answers any more
        noted: decisions that were acknowledged
        new: pictures that were put into the library
    """

    def __init__(self, ground: Ground, client: httpx.Client, requests: int) -> None:
        self._ground, self._client, self._requests = ground, client, requests
        self._posts = [post.read_bytes() for post in sorted(ground.posts.iterdir())]
        self.statuses, self.noted, self.new = Counter[int](), list[str](), list[str]()

    def ask(self, number: int) -> None:
        """A request; whoever is to come again must be told when."""
        try:
            answer = self._answer(number)
        except httpx.HTTPError:
            self.statuses[0] += 1
            return
        self.statuses[answer.status_code] += 1
        if answer.status_code in (429, 503):
            assert int(answer.headers.get("retry-after", 0)) > 0, f"{answer.status_code} without Retry-After"

    def _answer(self, number: int) -> httpx.Response:
        if number >= self._requests:
            return self._client.get("/v1/versions")
        if number % 50 == 3:
            self.new += self._ground.new_pictures(2)
            return self._client.post("/v1/index", json={"paths": [str(self._ground.library)]})
        if number % 5 == 4:
            return self._decide(number)
        if number % 7 == 6:
            return self._client.get(("/v1/status", "/v1/reviews", "/library", "/metrics")[number % 4])
        return self._client.post("/v1/query", files={"post": ("a.png", self._posts[number % len(self._posts)])})

    def _decide(self, number: int) -> httpx.Response:
        """Put an asset under quarantine, and take that back."""
        asset = self._ground.assets[number % len(self._ground.assets)]
        answer = self._client.post("/v1/feedback", json={"what": "quarantine", "asset": asset, "reason": "soak"})
        if answer.is_success:
            self.noted.append(answer.json()["id"])
            self._client.post("/v1/feedback", json={"what": "undo", "decision": self.noted[-1]})
        return answer


def _ask(ground: Ground, requests: int, *, work: float = float("inf")) -> tuple[_Asking, list[tuple[int, int]]]:
    """Ask until all is answered, or the service has worked for so many seconds, and kill it; MB and files, by time."""
    held = list[tuple[int, int]]()
    with (
        begun(ground.place, **LIMITS) as (address, process),
        httpx.Client(base_url=address, timeout=120, limits=httpx.Limits(max_connections=2 * SIDES)) as client,
        ThreadPoolExecutor(SIDES) as sides,
    ):
        while client.get("/ready").status_code != httpx.codes.OK:
            time.sleep(0.05)
        asking, end = _Asking(ground, client, requests), worked_by(process.pid) + work
        asked = [sides.submit(asking.ask, number) for number in range(requests + TOO_MANY)]
        while worked_by(process.pid) < end and not all(one.done() for one in asked):
            held.append((_megabytes(process.pid), len([*Path(f"/proc/{process.pid}/fd").iterdir()])))
            time.sleep(0.05)
        process.kill()
        assert_told(0, process.communicate()[1], codes=(0,))
    for one in asked:
        one.result()
    ground.killed += 1
    there = [line["id"] for line in ground.decisions()]
    assert {*asking.noted} <= {*there}, f"of {len(asking.noted)} decisions {len({*asking.noted} - {*there})} are gone"
    assert len(there) == len({*there}), "a decision is there twice"
    ground.assert_whole(ground.names, asking.new)
    ground.run("index", ground.library, "--workers", "1")
    ground.assert_whole([*ground.names, *asking.new])
    return asking, held


def _megabytes(process: int) -> int:
    """Of memory that a process holds."""
    (held,) = re.findall(r"VmRSS:\s+(\d+)", Path(f"/proc/{process}/status").read_text(encoding="ascii"))
    return int(held) // 1024
