"""Who asks, by their key, and what keeps pages of other sites from asking in a person's name.

A program sends its key as `Authorization: Bearer KEY`; a person logs in with it once and has a cookie. Without a file
everybody may do everything, which is why that is served on this machine only.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, get_args
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.security import APIKeyCookie, HTTPBearer

from lineage.web.keys import HERE, Caller, Role, digest_of
from lineage.web.problems import Refused

COOKIE = "lineage_session"
SESSION = 12 * 3600
"""s, after which a person logs in again."""
_SAFE = ("GET", "HEAD", "OPTIONS")
_OPEN = "Of a service with a file of keys; without one, everybody on its machine may ask."
# So that the document tells of them; they are read by `Access`.
_Key = Annotated[object, Depends(HTTPBearer(scheme_name="key", auto_error=False, description=_OPEN))]
_Session = Annotated[object, Depends(APIKeyCookie(name=COOKIE, scheme_name="session", auto_error=False))]

ANYBODY = Caller("", "admin")


class Access:
    """The keys, and who is logged in.

    Args:
        keys: SHA-256 of a key, hex → whose it is; None: there are no keys, and the service is asked by the names of
            this machine alone, for a page of another site could give it a name of its own and ask by that
    """

    def __init__(self, keys: Mapping[str, Caller] | None) -> None:
        self._keys = keys
        self._sessions: dict[str, tuple[Caller, float]] = {}

    @property
    def open(self) -> bool:
        """Whether there are no keys."""
        return self._keys is None

    def caller(self, request: Request) -> Caller:
        """Who asks.

        Raises:
            Refused: nobody known does, or a page of another site does in somebody's name
        """
        self.require_own_page(request)
        if self._keys is None:
            return ANYBODY
        kind, _, key = request.headers.get("authorization", "").partition(" ")
        found = self._known(key.strip()) if kind.lower() == "bearer" else self.logged_in(request)
        if found is None:
            raise Refused(401, "this takes a key: Authorization: Bearer KEY", {"WWW-Authenticate": "Bearer"})
        return found

    def logged_in(self, request: Request) -> Caller | None:
        """Whose cookie a page has sent; None where it has sent none that holds."""
        caller, until = self._sessions.get(request.cookies.get(COOKIE, ""), (None, 0.0))
        return caller if time.monotonic() < until else None

    def log_in(self, key: str) -> str | None:
        """What a cookie is to hold for somebody with this key, for `SESSION` seconds; None: there is no such key."""
        found = self._known(key.strip())
        if found is None:
            return None
        now = time.monotonic()
        self._sessions = {token: (who, until) for token, (who, until) in self._sessions.items() if now < until}
        token = secrets.token_urlsafe(32)
        self._sessions[token] = found, now + SESSION
        return token

    def log_out(self, request: Request) -> None:
        """Let a page's cookie not hold any more."""
        self._sessions.pop(request.cookies.get(COOKIE, ""), None)

    def _known(self, key: str) -> Caller | None:
        digest = digest_of(key)
        matching = [caller for own, caller in (self._keys or {}).items() if hmac.compare_digest(own, digest)]
        return matching[0] if matching else None

    def require_own_page(self, request: Request) -> None:
        """`Refused` where a page of another site asks."""
        host = request.headers.get("host", "")
        if self._keys is None and _machine(host) not in HERE:
            raise Refused(403, f"this service answers at {' and '.join(HERE)}, not at {host}")
        if request.method in _SAFE:
            return
        origin = request.headers.get("origin")
        if origin is not None and _place(origin) != host:
            raise Refused(
                403,
                f"a page of another site may not ask in somebody's name: this one is of {origin}, and the service was "
                f"asked as {host}; a proxy between them has to pass the name on (Host)",
            )
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            raise Refused(403, "a page of another site may not ask in somebody's name")


def _place(origin: str) -> str | None:
    """Name and port of a page's site; None where that is no address."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def _machine(host: str) -> str:
    """The name in what a request calls this service; empty where it is none."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def needs(role: Role, *, counted: bool = True) -> Callable[..., Awaitable[Caller]]:
    """A dependency of a route: who asks, who must have at least this role.

    Args:
        role: the least
        counted: whether it is a request of those that one may make in a minute; who is not known is counted always

    Raises:
        Refused: nobody known asks, somebody who may not, or somebody who has asked too much lately
    """

    async def check(request: Request, _key: _Key, _session: _Session) -> Caller:
        state = request.app.state
        try:
            caller: Caller = state.access.caller(request)
        except Refused:
            state.rate.require(request)
            raise
        if counted:
            state.rate.require(request, caller.name)
        _require_role(caller, role)
        request.state.caller = caller
        return caller

    return check


def _require_role(caller: Caller, role: Role) -> None:
    """`Refused` where somebody has not at least this role."""
    roles = get_args(Role)
    if roles.index(caller.role) < roles.index(role):
        raise Refused(403, f"this takes a key with the role {role}; {caller.name}'s has {caller.role}")
