"""A service that has an index open (`lineage serve`), asked in its place."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Self

import httpx

from lineage import __version__
from lineage.cli.pictures import given_post
from lineage.errors import ImageError, RemoteError, UsageError
from lineage.read.places import is_remote, read, split
from lineage.records import Report
from lineage.store.report_form import MEDIA_TYPE, unpacked_report

_SECONDS = 120.0  # a post may wait in line behind those of others
_LATER = (429, 503)
_PATIENCE = 300.0  # s, for which a service may say that it has no time
_THE_POSTS = (413, 415, 422)  # what is wrong is the post


class AskedService:
    """A connection to a service; a context manager that any number of threads may use.

    Args:
        address: URL of the service
        key: sent with every request; empty: none
        remembered: whether it may write down what it was asked

    Raises:
        UsageError: that is no address of a web server
        RemoteError: it does not answer, or lets nobody in
    """

    def __init__(self, address: str, key: str, *, remembered: bool = True) -> None:
        wrong = f"{address}: is no address of a service; it should look like http://localhost:8080"
        if not address.startswith(("http://", "https://")):
            raise UsageError(wrong)
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._address = address.rstrip("/")
        try:
            self._client = httpx.Client(base_url=self._address, headers=headers, timeout=_SECONDS)
        except httpx.InvalidURL as error:
            raise UsageError(wrong) from error
        self._remembered = remembered
        self._versions: dict[str, str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    @property
    def versions(self) -> dict[str, str]:
        """What answers, as every report names it.

        Raises:
            RemoteError: another version of lineage, whose reports cannot be read here
        """
        if self._versions is None:
            self._versions = self._same_version(self._asked("GET", "/v1/versions"))
        return dict(self._versions)

    def _same_version(self, answer: httpx.Response) -> dict[str, str]:
        try:
            found = {str(name): str(version) for name, version in answer.json().items()}
            theirs = found["lineage"]
        except (ValueError, KeyError, AttributeError) as error:
            raise RemoteError(f"what answers at {self._address} is no lineage; see: lineage serve") from error
        if theirs != __version__:
            raise RemoteError(
                f"the service at {self._address} is lineage {theirs} and this is {__version__}; "
                "install the same version here"
            )
        return found

    def answer(self, name: str) -> tuple[Report, Callable[[], bytes]]:
        """What the service says of a post, which is read here, and what fetches its evidence picture, PNG.

        Raises:
            ImageError: it cannot be read
            RemoteError: the service does not answer, or lets nobody in
        """
        files = {"post": ("post", _content(name))}
        told = name.encode("utf-8", "backslashreplace").decode("utf-8")
        remember = str(self._remembered).lower()
        answer = self._asked(
            "POST",
            "/v1/query",
            post=name,
            files=files,
            params={"remember": remember, "name": told},
            headers={"Accept": MEDIA_TYPE},
        )
        try:
            report = unpacked_report(answer.content)
            evidence = f"{answer.headers['content-location']}/evidence"
        except (ValueError, KeyError) as error:
            raise RemoteError(f"the service at {self._address} answers with something else: {error}") from error
        return replace(report, query=name), lambda: self._asked("GET", evidence).content

    def _asked(self, method: str, path: str, *, post: str = "", **sent: Any) -> httpx.Response:  # noqa: ANN401 - httpx's
        until = time.monotonic() + _PATIENCE
        while True:
            try:
                answer = self._client.request(method, path, **sent)
            except httpx.HTTPError as error:
                raise RemoteError(
                    f"the service at {self._address} does not answer ({error}); is it running? see: lineage serve"
                ) from error
            if answer.is_success:
                return answer
            left = until - time.monotonic()
            if answer.status_code not in _LATER or left <= 0:
                raise self._error(answer, post)
            time.sleep(min(_wanted_pause(answer), left))

    def _error(self, answer: httpx.Response, post: str) -> ImageError | RemoteError:
        try:
            detail = str(answer.json()["detail"])
        except (ValueError, KeyError, TypeError):
            detail = f"status {answer.status_code}"
        if post and answer.status_code in _THE_POSTS:
            return ImageError(post, detail.removeprefix(f"{post}: "))
        way = "; name a key with LINEAGE_SERVICE_KEY" if answer.status_code in (401, 403) else ""
        return RemoteError(f"the service at {self._address} does not answer this: {detail}{way}")


def _wanted_pause(answer: httpx.Response) -> float:
    """Seconds after which a server wants to be asked again; what it says may be a date, which is not waited for."""
    told = answer.headers.get("retry-after", "")
    return max(1.0, float(told)) if told.isascii() and told.isdecimal() else 1.0


def _content(name: str) -> bytes:
    """The bytes of a post by its path or address, or on stdin."""
    given = given_post(name)
    if isinstance(given, bytes):
        return given
    return read(*split(given)) if is_remote(given) else read("", given)
