"""Calls to remote places: what may pass is tried again, everything else becomes one clause or sentence."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from functools import cache
from time import monotonic
from typing import Any, Final, Literal, TypeVar

from lineage.errors import MissingExtra, RemoteError, UsageError
from lineage.machine.one_line import without_secrets
from lineage.read.places.bucket import NoListing
from lineage.read.places.names import is_bucket, is_remote, scheme
from lineage.read.places.reach import PrivateAddress, public_socket, require_listed, require_one

T = TypeVar("T")
Kind = Literal["absent", "denied", "forbidden", "out of reach"]

# Seconds between attempts. Only web servers need them: s3fs, gcsfs and adlfs repeat what may pass themselves.
PAUSES: Final = (0.25, 0.5, 1.0, 2.0)
_CONNECT_SECONDS: Final = 15.0  # fsspec waits five minutes for a web server, all in all
_READ_SECONDS: Final = 30.0  # for the next bytes
_BODY_SECONDS: Final = 300.0  # for all of them
_PATIENCE: Final = 60.0  # seconds, after which nothing is tried again
_PIECE: Final = 1 << 16  # bytes
_NO_SUCH_RANGE: Final = 416  # HTTP
_PASSING: Final = frozenset({408, 425, 429})  # HTTP: time-out, too early, too many requests; and all from 500

_EXTRA: Final = "remote"
_PACKAGES: Final = {
    "s3": "s3fs", "s3a": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "az": "adlfs", "abfs": "adlfs", "abfss": "adlfs",
    "http": "aiohttp", "https": "aiohttp",
}  # fmt: skip
_SIGN_IN: Final = {
    "s3fs": "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE; for a public bucket FSSPEC_S3_ANON=true",
    "gcsfs": "run gcloud auth application-default login, or set GOOGLE_APPLICATION_CREDENTIALS; "
    "for a public bucket FSSPEC_GS_TOKEN=anon",
    "adlfs": "set AZURE_STORAGE_CONNECTION_STRING, or AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY",
}
# By name, because the packages that raise them need not be there: botocore's, google-auth's, azure-identity's.
_CREDENTIALS: Final = frozenset(
    {"NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError", "ProfileNotFound"}
    | {"TokenRetrievalError", "SSOTokenLoadError", "UnauthorizedSSOTokenError"}
    | {"DefaultCredentialsError", "RefreshError", "ClientAuthenticationError", "CredentialUnavailableError"}
)


class Fault(Exception):
    """A call that failed.

    Attributes:
        kind: absent (there is no such thing), denied, forbidden (by us), or out of reach just now
        reason: a short clause for a person, without the address
    """

    def __init__(self, kind: Kind, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason


def find(root: str, path: str = "") -> tuple[Any, str]:
    """The fsspec file system of a place, and how it names a path below a root; a path may be an address itself.

    Raises:
        MissingExtra: the package for this kind of place is not installed
        UsageError: fsspec knows no such kind, or the address leads through another one
        RemoteError: there are no credentials
    """
    from fsspec import get_filesystem_class

    address, below = (path, "") if is_remote(path) else (root, path)
    require_one(address)
    if root and address is path:
        require_listed(root, path)
    try:
        # Not by `url_to_fs`, which takes any `::` for a chain of file systems.
        kind = get_filesystem_class(scheme(address))
        further = kind._get_kwargs_from_urls(address) | _options(scheme(address))
        system, name = kind(use_listings_cache=False, **further), kind._strip_protocol(address)
    except ImportError as error:
        raise _missing(address, error) from error
    except ValueError as error:
        raise _refused(address, error) from error
    except Exception as error:  # file systems raise whatever they like about an address that they do not understand
        raise UsageError(f"{without_secrets(address)}: no such address ({type(error).__name__})") from error
    return system, f"{name.rstrip('/')}/{below}" if below else name


def call(address: str, request: Callable[..., T], *args: object, patient: bool = True, **kwargs: object) -> T:
    """The answer of `request`, a method of the file system of `address`.

    Args:
        address: for the sentence
        request, args, kwargs: what to do
        patient: whether to try again

    Raises:
        Fault: it failed
        RemoteError: there are no credentials
    """
    began = monotonic()
    for pause in PAUSES if patient and _on_web(address) else ():
        try:
            return request(*args, **kwargs)
        except Exception as error:
            if _fault(address, error).kind != "out of reach" or monotonic() - began > _PATIENCE:
                raise _fault(address, error) from error
        time.sleep(pause * random.uniform(0.8, 1.2))  # not all workers at the same moment
    try:
        return request(*args, **kwargs)
    except Exception as error:
        raise _fault(address, error) from error


def content(address: str, system: Any, name: str, *, most: int) -> bytes:  # noqa: ANN401 - fsspec has no types
    """The bytes of a file, of which no more travel than `most` and one.

    Raises:
        Fault: it cannot be had, or is larger
        RemoteError: there are no credentials
    """
    found: bytes = call(address, _from_web if _on_web(address) else _from_store, system, name, most)
    if len(found) > most:
        raise Fault("absent", f"larger than {most >> 20} MB, the most that is read from a place elsewhere")
    return found


def _from_web(system: Any, name: str, most: int) -> bytes:  # noqa: ANN401 - see above
    from fsspec.asyn import sync

    async def read() -> bytes:
        session, held = await system.set_session(), bytearray()
        async with session.get(system.encode_url(name), **system.kwargs) as answer:
            system._raise_not_found_for_status(answer, name)
            async for piece in answer.content.iter_chunked(_PIECE):
                held += piece
                if len(held) > most:
                    break
        return bytes(held[: most + 1])

    found: bytes = sync(system.loop, read)
    return found


def _from_store(system: Any, name: str, most: int) -> bytes:  # noqa: ANN401 - see above
    try:
        found: bytes = system.cat_file(name, start=0, end=most + 1)
    except Exception as error:
        if "range is not satisfiable" not in str(error).lower() and _status(error) != _NO_SUCH_RANGE:
            raise
        return b""  # of an empty file there is no such range
    return found


def denial(address: str) -> RemoteError:
    """What to say of a place that lets nobody in."""
    way = _SIGN_IN.get(_PACKAGES.get(scheme(address), ""), "")
    return RemoteError(f"{without_secrets(address)}: access denied; check the credentials{f': {way}' if way else ''}")


def _fault(address: str, error: Exception) -> Fault:
    """What an exception of any file system means."""
    if type(error).__name__ in _CREDENTIALS:
        raise _no_credentials(address) from error
    if (refused := _refused_by_us(error)) is not None:
        return Fault("forbidden", str(refused))
    if isinstance(error, FileNotFoundError) and isinstance(error.__cause__, Exception) and _on_web(address):
        return _fault(address, error.__cause__)  # that file system calls every failure a missing file
    status = _status(error)
    if isinstance(error, FileNotFoundError) or status in (404, 410):
        bucket = "specified bucket" in str(error) or is_bucket(address)
        return Fault("absent", f"there is no such {'bucket' if bucket else 'file or folder'}")
    if isinstance(error, PermissionError) or status in (401, 403, 407):
        return Fault("denied", "no permission")
    if status is not None and status < 500 and status not in _PASSING:
        return Fault("absent", f"the server refuses the request: {status}")
    return Fault("out of reach", f"it cannot be reached: {_words(error)}")


def _refused_by_us(error: BaseException | None) -> PrivateAddress | NoListing | None:
    """Why we did not go on, if it was so: we would be led to where nobody may, or on and on. Others wrap it up."""
    while error is not None:
        for one in (error, getattr(error, "os_error", None), *getattr(error, "exceptions", ())):
            if isinstance(one, PrivateAddress | NoListing):
                return one
        error = error.__cause__ or error.__context__
    return None


def _on_web(address: str) -> bool:
    return scheme(address) in ("http", "https")


def _status(error: Exception) -> int | None:
    """HTTP status, where there is one: aiohttp's, gcsfs's, azure's."""
    found = (getattr(error, name, None) for name in ("status", "code", "status_code"))
    return next((int(value) for value in found if isinstance(value, int | str) and str(value).isdigit()), None)


def _words(error: Exception) -> str:
    if isinstance(getattr(error, "os_error", None), OSError):  # aiohttp's, which would tell of sockets
        return f"nobody answers at {getattr(error, 'host', '')}:{getattr(error, 'port', '')}"
    first = without_secrets((str(error).strip().splitlines() or [""])[0])
    return first or type(error).__name__


def _missing(address: str, error: ImportError) -> MissingExtra | UsageError:
    package = _PACKAGES.get(scheme(address))
    return MissingExtra(package, _EXTRA) if package else UsageError(f"{address}: {error}")


def _refused(address: str, error: ValueError) -> RemoteError | UsageError:
    if _PACKAGES.get(scheme(address)) == "adlfs":  # it says so by a ValueError
        return _no_credentials(address)
    return UsageError(
        f"{without_secrets(address)}: {without_secrets(str(error))}; an address begins with s3://, gs://, az:// or https://"
    )


def _no_credentials(address: str) -> RemoteError:
    way = _SIGN_IN.get(_PACKAGES.get(scheme(address), ""), "see docs/operations.md")
    return RemoteError(f"{without_secrets(address)}: no credentials were found; {way}")


@cache
def _options(kind: str) -> dict[str, Any]:
    if not kind.startswith("http"):
        return {}
    import aiohttp

    times = aiohttp.ClientTimeout(total=_BODY_SECONDS, sock_connect=_CONNECT_SECONDS, sock_read=_READ_SECONDS)

    async def client(**kwargs: Any) -> aiohttp.ClientSession:  # noqa: ANN401 - fsspec's
        return aiohttp.ClientSession(connector=aiohttp.TCPConnector(socket_factory=public_socket), **kwargs)

    return {"client_kwargs": {"timeout": times}, "get_client": client}
