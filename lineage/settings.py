"""Settings: what a user may choose once instead of on every command.

Later sources win: the defaults here, `lineage.toml` (in the working directory, else in the user's configuration
folder), environment variables `LINEAGE_…`, flags of the command.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from platformdirs import user_config_path, user_data_path

from lineage.errors import UsageError
from lineage.machine.processors import processors

PROGRAM = "torchscript:"  # what a backbone begins with that is run and not only read
FILE_NAME = "lineage.toml"
ENVIRONMENT_PREFIX = "LINEAGE_"
# Of the scripts that set a checkout up, and of `lineage.read.places.reach`, which no file of a folder may answer.
_OTHERS = frozenset({"LINEAGE_PYTHON", "LINEAGE_PRIVATE_ADDRESSES"})
BITS = (1, 2, 4, 8)
MOST = 10**9 - 1  # of any number: what counts in C or in days ends soon after
NO_RESTORER = "none"
LOWEST_LEVEL, HIGHEST_LEVEL = 0.0001, 0.5
"""Share of novel posts that may be called known: the same for flags, settings and the file of a calibration."""


@dataclass(frozen=True, slots=True)
class Server:
    """How a Qdrant server is reached, and what collections that are made there are like; folders need nothing of it.

    Attributes:
        api_key: empty: none
        grpc: whether to speak gRPC instead of HTTP
        grpc_port: where gRPC is spoken
        timeout: seconds per request
        shards: parts of a new collection, spread over the nodes of a cluster
        replicas: nodes that hold each part of a new collection
        write_consistency: replicas that must have written before a write of a new collection counts as done
        quantisation: bits that a number of a vector takes in memory in a new collection: 1, 2, 4 or 8
    """

    api_key: str = ""
    grpc: bool = False
    grpc_port: int = 6334
    timeout: int = 30
    shards: int = 1
    replicas: int = 1
    write_consistency: int = 1
    quantisation: int = 4


ANY_SERVER = Server()
"""The defaults, which serve for folders as well."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings with their defaults.

    Attributes:
        store: folder of an embedded index, or URL of a Qdrant server
        api_key, grpc, grpc_port, timeout, shards, replicas, write_consistency, quantisation: see `Server`
        backbone: name in the catalog, or kind:path of a file; empty: that of the index, `lite` where there is none
        calibration: JSON file of a fitted decision; empty: the one fitted to the index, else the shipped one
        restorer: weights that `lineage train autoencoder` wrote, or none; empty: as the calibration was fitted
        false_known: share of novel posts that may be called known, 0.0001..0.5; 0: as the calibration was fitted
        workers: processes that decode pictures while indexing
        asset_longest: px, longer side at which assets are decoded
        post_longest: px, longer side at which posts are decoded; posts show assets small, so they get more than assets
        pixel_limit: px, larger pictures are refused before they are decoded; bytes of memory go with it, see
            `lineage.read.cost`
        decode_seconds: seconds of work that a file may take to be decoded, once its bytes are there; it fails then
        candidates: assets per post that geometry looks at
        audit_log: file into which answers and decisions are written, see `lineage.audit`; empty: none
        review_days: days for which a post that a person should look at is kept
        keep_posts: whether the file of such a post is kept too, and not its picture alone
        key_file: who may ask a service, see `lineage.web.access`; empty: everybody on this machine
        fetch_hosts: hosts from which a service fetches posts, with commas between, *.example.org for all below one;
            empty: none
        upload_limit: bytes of a request to a service
        upload_seconds: in which all of a request must have come
        rate_limit: requests to a service a minute, of each who asks
        waiting_limit: requests that wait in a service until a processor is free
        service: URL of the service that `lineage query` asks; empty: it opens the index itself
        service_key: sent to that service; empty: none
    """

    store: str = field(default_factory=lambda: str(user_data_path("lineage") / "index"))
    api_key: str = ANY_SERVER.api_key
    grpc: bool = ANY_SERVER.grpc
    grpc_port: int = ANY_SERVER.grpc_port
    timeout: int = ANY_SERVER.timeout
    shards: int = ANY_SERVER.shards
    replicas: int = ANY_SERVER.replicas
    write_consistency: int = ANY_SERVER.write_consistency
    quantisation: int = ANY_SERVER.quantisation
    backbone: str = ""
    calibration: str = ""
    restorer: str = ""
    false_known: float = 0.0
    workers: int = field(default_factory=processors)
    asset_longest: int = 512
    post_longest: int = 800
    pixel_limit: int = 178_956_970
    decode_seconds: int = 60
    candidates: int = 50
    audit_log: str = ""
    review_days: int = 30
    keep_posts: bool = False
    key_file: str = ""
    fetch_hosts: str = ""
    upload_limit: int = 25_000_000
    upload_seconds: int = 30
    rate_limit: int = 1_200
    waiting_limit: int = 32
    service: str = ""
    service_key: str = ""

    @property
    def server(self) -> Server:
        """What of it concerns a Qdrant server."""
        return Server(**{f.name: getattr(self, f.name) for f in fields(Server)})


def load_settings(**flags: str | float | None) -> Settings:
    """Merge file, environment and flags; a flag that is None was not given.

    Raises:
        UsageError: a source names an unknown setting or gives one a value of the wrong kind
    """
    settings = Settings()
    for origin, values in _file_values():
        settings = _merge(settings, values, origin=f"{origin}: ")
        _require_no_program(settings, origin)
    settings = _merge(settings, _environment_values(), origin="environment: ")
    given = {name: value for name, value in flags.items() if value is not None}
    return _consistent(_merge(settings, given, origin=""))


def _file_values() -> list[tuple[str, Mapping[str, object]]]:
    for folder in (Path.cwd(), user_config_path("lineage")):
        file = folder / FILE_NAME
        if file.is_file():
            import tomllib  # most have no such file, and need not wait for its patterns

            try:
                return [(str(file), tomllib.loads(file.read_text(encoding="utf-8")))]
            except ValueError as error:  # of TOML, of UTF-8, or of a number with thousands of digits
                raise UsageError(f"{file}: not valid TOML ({error})") from error
            except RecursionError as error:
                raise UsageError(f"{file}: not valid TOML (nested too deeply)") from error
            except OSError as error:
                raise UsageError(f"{file}: cannot be read: {error.strerror}") from error
    return []


def _require_no_program(settings: Settings, origin: str) -> None:
    """`UsageError` where a file names what would be run: whoever may write into a folder is not whoever works in it."""
    if settings.backbone.startswith(PROGRAM):
        raise UsageError(
            f"{origin}: {settings.backbone} is a program, and no settings file runs one; "
            f"say it by --backbone or {ENVIRONMENT_PREFIX}BACKBONE"
        )


def _environment_values() -> dict[str, object]:
    names = {ENVIRONMENT_PREFIX + f.name.upper(): f.name for f in fields(Settings)}
    for variable in sorted(os.environ):
        known = variable in names or variable in _OTHERS or not os.environ[variable]
        if variable.startswith(ENVIRONMENT_PREFIX) and not known:
            meant = _nearest(variable, list(names), prefix=ENVIRONMENT_PREFIX)
            raise UsageError(f"environment: unknown variable {variable}; {meant}")
    return {name: os.environ[variable] for variable, name in names.items() if os.environ.get(variable)}


def _merge(settings: Settings, values: Mapping[str, object], *, origin: str) -> Settings:
    kinds = {f.name: type(getattr(settings, f.name)) for f in fields(Settings)}
    if unknown := sorted(set(values) - set(kinds)):
        raise UsageError(f"{origin}unknown setting {unknown[0]!r}; {_nearest(unknown[0], list(kinds))}")
    try:
        converted = {name: _convert(name, value, kinds[name], origin) for name, value in values.items()}
    except ValueError as error:  # Python writes no number of thousands of digits, not in a sentence either
        raise UsageError(f"{origin}no setting is a number of thousands of digits") from error
    return replace(settings, **converted)


def _nearest(name: str, known: Sequence[str], *, prefix: str = "") -> str:
    """Which one may be meant, as a clause; all of them where none is near. All begin with the prefix."""
    bare = [one.removeprefix(prefix) for one in known]
    if near := difflib.get_close_matches(name.removeprefix(prefix), bare, n=3, cutoff=0.7):
        return f"is {' or '.join(prefix + one for one in near)} meant?"
    return f"there are: {', '.join(known)}"


def _consistent(settings: Settings) -> Settings:
    if settings.quantisation not in BITS:
        raise UsageError(f"quantisation must be {', '.join(map(str, BITS))} bits, not {settings.quantisation}")
    if settings.write_consistency > settings.replicas:
        raise UsageError(
            f"write_consistency is {settings.write_consistency} and replicas {settings.replicas}; "
            "no more replicas can have written than there are"
        )
    return settings


def _convert(name: str, value: object, kind: type, origin: str) -> Any:  # noqa: ANN401 - what `kind` says
    if kind is str:
        if not isinstance(value, str):
            raise UsageError(f"{origin}{name} must be text, not {value!r}")
        if "\0" in value:
            raise UsageError(f"{origin}{name} must be text without null characters, not {value!r}")
        return value
    if kind is bool:
        return _switch(name, value, origin)
    if kind is float:
        return _share(name, value, origin)
    try:
        number = int(str(value))
    except ValueError as error:
        raise UsageError(f"{origin}{name} must be a whole number, not {value!r}") from error
    if number < 1:
        raise UsageError(f"{origin}{name} must be at least 1, not {number}")
    if number > MOST:
        raise UsageError(f"{origin}{name} must be at most {MOST:,}")
    return number


def _switch(name: str, value: object, origin: str) -> bool:
    said = str(value).lower()
    if said not in ("true", "false", "1", "0"):
        raise UsageError(f"{origin}{name} must be true or false, not {value!r}")
    return said in ("true", "1")


def _share(name: str, value: object, origin: str) -> float:
    try:
        share = float(str(value))
    except ValueError as error:
        raise UsageError(f"{origin}{name} must be a number, not {value!r}") from error
    if share and (wrong := wrong_level(share)):
        raise UsageError(f"{origin}{wrong}")
    return share


def wrong_level(share: float) -> str:
    """What is wrong with a false-known level, a clause for a person; empty: it may be chosen."""
    if LOWEST_LEVEL <= share <= HIGHEST_LEVEL:
        return ""
    return f"false_known must be a share from {LOWEST_LEVEL:g} to {HIGHEST_LEVEL:g}, not {share:g}"
