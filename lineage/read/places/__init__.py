"""Places that are no folders of this machine: s3://, gs://, az://, https:// and whatever else fsspec knows.

fsspec finds credentials and options where the tools of each service have them, and in its own configuration
(`FSSPEC_S3_ENDPOINT_URL`, `~/.config/fsspec/`), so there are no settings for them here.
"""

from lineage.read.places.files import UNREADABLE, Found, below, look, read, read_with_digest
from lineage.read.places.names import is_list, is_remote, split

__all__ = [
    "UNREADABLE",
    "Found",
    "below",
    "is_list",
    "is_remote",
    "look",
    "read",
    "read_with_digest",
    "split",
]
