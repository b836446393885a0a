"""What a folder of S3 holds, page by page, and nothing that is no listing: a login page or a page that comes again and
again would be an empty bucket, or one without end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

KINDS = frozenset({"s3", "s3a"})


class NoListing(OSError):
    """What answers is no object store, or does not come to an end; the message is a clause for a person."""


def listing(system: Any, name: str, *, detail: bool = True) -> list[dict[str, Any]]:  # noqa: ANN401 - s3fs has no types
    """What `system.ls` says of a folder, by the file system's own requests.

    Raises:
        NoListing: see above
        FileNotFoundError: nothing lies below it
    """
    bucket, key, _ = system.split_path(name)
    below = f"{key.rstrip('/')}/" if key else ""
    found = [one for page in _pages(system, bucket, below) for one in _held(bucket, page)]
    if not found and below:
        raise FileNotFoundError(name)
    return found if detail else [one["name"] for one in found]


def _pages(system: Any, bucket: str, below: str) -> Iterator[Mapping[str, Any]]:  # noqa: ANN401 - see above
    token: str | None = None
    seen: set[str] = set()
    while True:
        further = {"ContinuationToken": token} if token else {}
        page = system.call_s3("list_objects_v2", system.req_kw, Bucket=bucket, Prefix=below, Delimiter="/", **further)
        if "Name" not in page and "KeyCount" not in page:
            raise NoListing("what answers there is no object store")
        yield page
        token = page.get("NextContinuationToken") if page.get("IsTruncated") else None
        if not token:
            return
        if token in seen:
            raise NoListing("its listing does not come to an end")
        seen.add(token)


def _held(bucket: str, page: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for folder in page.get("CommonPrefixes", ()):
        # Without its own slash at the end; a key with two in a row has one more, which is its empty part.
        yield {"name": f"{bucket}/{folder['Prefix'][:-1]}", "size": 0, "type": "directory"}
    for one in page.get("Contents", ()):
        about = {name: one[name] for name in ("ETag", "LastModified") if name in one}
        yield {"name": f"{bucket}/{one['Key']}", "size": one.get("Size", 0), "type": "file", **about}
