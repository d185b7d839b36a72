"""An S3-compatible store in a process of its own: moto's server, for no real one installs here."""

import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import boto3

BUCKET = "lakes"


@dataclass(frozen=True)
class ObjectStore:
    """A store with one empty bucket."""

    endpoint: str
    key: str = "a key"
    secret: str = "of no weight"

    def settings(self, prefix: str) -> dict[str, object]:
        """What the settings have to say of a lake in it."""
        return {
            "lake_uri": f"s3://{BUCKET}/{prefix}",
            "lake_endpoint": self.endpoint,
            "lake_key": self.key,
            "lake_secret": self.secret,
            "lake_allow_http": True,
        }


@contextmanager
def object_store(free_port: Callable[[], int]) -> Iterator[ObjectStore]:
    """Not in this process: delta-rs holds on to the interpreter while it waits for an answer."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    store = ObjectStore(f"http://127.0.0.1:{port}")
    try:
        _wait_for(process, f"{store.endpoint}/moto-api/")
        client = boto3.client(
            "s3",
            endpoint_url=store.endpoint,
            aws_access_key_id=store.key,
            aws_secret_access_key=store.secret,
            region_name="us-east-1",
        )
        client.create_bucket(Bucket=BUCKET)
        yield store
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_for(process: "subprocess.Popen[bytes]", url: str) -> None:
    limit = time.monotonic() + 60
    while time.monotonic() < limit and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.1)
    raise AssertionError("the object store did not start")
