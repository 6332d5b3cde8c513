"""Files in S3-compatible storage, which all machines reach by the network."""

import io
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast
from urllib.parse import parse_qsl, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from campaign.files.storage import FilesUnavailable, StoredFile, do_nothing
from campaign.process.circuit_breaker import CircuitBreaker

DEFAULT_REGION = "us-east-1"
CONNECT_TIME = timedelta(seconds=2)
# Someone waits for an answer, so a storage that hangs is given up after twice this time.
READ_TIME = timedelta(seconds=4)
READ_BYTES = 4 * 1024**2
# After an error that took longer than SLOW_SECONDS, nothing is tried for PAUSE_SECONDS. Otherwise a
# storage that hangs would keep all threads waiting.
SLOW_SECONDS, PAUSE_SECONDS = 1, 5
# A part may need this long on a slow line. Nobody waits for it but a job.
WRITE_TIME = timedelta(seconds=30)
# The smallest part that S3 allows. It allows 10,000 of them, so this limits a file to 50 GB.
PART_BYTES = 5 * 1024**2
MAX_PARTS_AT_ONCE = 2

log = logging.getLogger("campaign.files")


class BucketAddress(NamedTuple):
    """Where a bucket is, from `s3://bucket/prefix?endpoint=…&region=…`."""

    bucket: str
    prefix: str
    endpoint: str
    region: str


def bucket_address(url: str) -> BucketAddress:
    """Return the parts of a FILES_URL, which config.py has checked."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    region = options.get("region", DEFAULT_REGION)
    endpoint = options.get("endpoint", f"https://s3.{region}.amazonaws.com")
    return BucketAddress(parts.netloc, parts.path.strip("/"), endpoint, region)


@contextmanager
def _guarded(breaker: CircuitBreaker, *, may_miss: bool = False) -> Iterator[None]:
    """Raise FilesUnavailable in place of an error of the storage, and log it.

    If a file `may_miss`, its FileNotFoundError is raised. Otherwise it is the bucket that is
    missing.
    """
    if breaker.is_open():
        raise FilesUnavailable from breaker.error
    started_at = time.monotonic()
    try:
        yield
    # Writers raise the errors of the storage as OSError.
    except (BaseError, OSError) as error:
        if may_miss and isinstance(error, FileNotFoundError):
            raise
        if time.monotonic() - started_at > SLOW_SECONDS:
            breaker.open(error)
        # Later lines describe the error again, for developers of the library.
        log.error("the file storage failed: %s", str(error).partition("\n")[0])
        raise FilesUnavailable from error


class BucketStorage:
    """Keeps files in a bucket, with names that begin with the prefix and the folder."""

    def __init__(self, address: BucketAddress, folder: str, *, key: str, secret: str) -> None:
        self._reading = _store(address, folder, key, secret, READ_TIME)
        self._writing = _store(address, folder, key, secret, WRITE_TIME)
        self._breaker = CircuitBreaker(PAUSE_SECONDS)

    def put(
        self, name: str, source: Path, *, on_progress: Callable[[], object] = do_nothing
    ) -> None:
        """Upload the local file `source` in parts, then delete it. Raises OSError.

        Unless the last step is reached, the bucket shows nothing.
        """
        # This fails within seconds if the storage is away. A part may take longer.
        self.has(name)
        with source.open("rb") as file:
            writer = obstore.open_writer(
                self._writing, name, buffer_size=PART_BYTES, max_concurrency=MAX_PARTS_AT_ONCE
            )
            while data := file.read(PART_BYTES):
                on_progress()
                with _guarded(self._breaker):
                    writer.write(data)
            on_progress()
            with _guarded(self._breaker):
                writer.close()
        source.unlink()

    def open(self, name: str) -> BinaryIO:
        """Open a file. Raises FileNotFoundError."""
        with _guarded(self._breaker, may_miss=True):
            size = obstore.head(self._reading, name)["size"]
        return cast(
            BinaryIO,
            io.BufferedReader(_BucketFile(self._reading, self._breaker, name, size), READ_BYTES),
        )

    def has(self, name: str) -> bool:
        """Return whether there is a file with this name."""
        try:
            with _guarded(self._breaker, may_miss=True):
                obstore.head(self._reading, name)
        except FileNotFoundError:
            return False
        return True

    def delete(self, name: str) -> None:
        """Delete a file, if it exists."""
        with _guarded(self._breaker):
            obstore.delete(self._reading, name)

    def files(self) -> Iterator[StoredFile]:
        """Yield all files."""
        with _guarded(self._breaker):
            for chunk in obstore.list(self._reading):
                for item in chunk:
                    yield StoredFile(item["path"], item["size"], item["last_modified"].timestamp())


class _BucketFile(io.RawIOBase):
    """A file of `size` bytes in a bucket, read by ranges."""

    def __init__(self, store: S3Store, breaker: CircuitBreaker, name: str, size: int) -> None:
        super().__init__()
        self._store, self._breaker, self._name, self._size = store, breaker, name, size
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, origin: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[origin]
        self._position = start + offset
        return self._position

    def readinto(self, buffer: Any) -> int:
        end = min(self._position + len(buffer), self._size)
        length = end - self._position
        if length <= 0:
            return 0
        with _guarded(self._breaker, may_miss=True):
            data = obstore.get_range(self._store, self._name, start=self._position, length=length)
        buffer[: len(data)] = memoryview(data)
        self._position += len(data)
        return len(data)


def _store(
    address: BucketAddress, folder: str, key: str, secret: str, timeout: timedelta
) -> S3Store:
    return S3Store(
        address.bucket,
        prefix=f"{address.prefix}/{folder}".lstrip("/"),
        endpoint=address.endpoint,
        region=address.region,
        access_key_id=key,
        secret_access_key=secret,
        client_options={
            "allow_http": address.endpoint.startswith("http://"),
            "connect_timeout": CONNECT_TIME,
            "timeout": timeout,
        },
        retry_config={"max_retries": 1, "retry_timeout": timeout},
    )
