"""Where a lake lies, and what is needed to get at it: a local folder, or an S3-compatible store."""

from dataclasses import dataclass, field
from functools import cache

from pyarrow import fs

from mkt_pipeline.errors import BadInputError

S3 = "s3://"


@dataclass(frozen=True)
class Storage:
    """Access to an S3-compatible store; all of it is without meaning for a local folder.

    Without ``endpoint`` it is Amazon's own; without ``key`` the machine's own credentials are used.
    """

    endpoint: str | None = None
    region: str = "us-east-1"
    key: str | None = None
    secret: str | None = field(default=None, repr=False)
    allow_http: bool = False

    def options(self, uri: str) -> dict[str, str] | None:
        """What Delta needs for a table at ``uri``; None for a local one."""
        if not is_remote(uri):
            return None
        known = {
            "aws_region": self.region,
            "aws_endpoint": self.endpoint,
            "aws_access_key_id": self.key,
            "aws_secret_access_key": self.secret,
            "aws_allow_http": str(self.allow_http).lower(),
            # A commit is the file that did not exist before: of two writers one is refused.
            "aws_conditional_put": "etag",
        }
        return {name: value for name, value in known.items() if value is not None}

    def filesystem(self, uri: str) -> fs.FileSystem:
        """What lists, reads and writes files there."""
        return _s3(self) if is_remote(uri) else fs.LocalFileSystem()


LOCAL = Storage()


def is_remote(uri: str) -> bool:
    """Whether a lake lies in a store of objects; refused is any other scheme."""
    if "://" in uri and not uri.startswith(S3):
        raise BadInputError(
            f"the lake at {uri} is neither a local folder nor in an S3-compatible store",
            remedy="set MKT_LAKE_URI to a folder, or to s3://bucket/prefix",
        )
    return uri.startswith(S3)


@cache
def _s3(storage: Storage) -> fs.FileSystem:
    scheme, _, host = (storage.endpoint or "").rpartition("://")
    return fs.S3FileSystem(
        access_key=storage.key,
        secret_key=storage.secret,
        region=storage.region,
        scheme=scheme or "https",
        endpoint_override=host or None,
    )
