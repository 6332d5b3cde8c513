"""Check the storage of files that all machines share."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from secrets import token_hex
from typing import Any

from campaign.files.bucket import bucket_address
from campaign.files.choice import storage_for
from campaign.files.scratch import scratch_folder
from campaign.files.storage import FilesUnavailable
from campaign.health.findings import Finding, ok, wrong

SUBJECT = "files"
CONTENT = b"Written by flask doctor, which deletes it at once.\n"


def check_files(settings: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield whether a file can be stored, read and deleted."""
    if not settings["FILES_URL"]:
        yield ok(SUBJECT, f"exports and posters are stored in {settings['VAR_DIR']}")
        return
    address = bucket_address(settings["FILES_URL"])
    where = f"the bucket {address.bucket} at {address.endpoint}"
    try:
        is_same = _round_trip(settings)
    except FilesUnavailable as error:
        yield wrong(
            SUBJECT,
            f"{where} does not accept files: {str(error.__cause__).partition(chr(10))[0]}",
            "Check FILES_URL, FILES_ACCESS_KEY and FILES_SECRET_KEY. The key needs the right to list,"
            " read, write and delete in this bucket, which must exist.",
        )
        return
    yield (
        ok(SUBJECT, f"{where} stores, returns and deletes files")
        if is_same
        else wrong(SUBJECT, f"{where} returned a different file", "Ask your provider.")
    )


def _round_trip(settings: Mapping[str, Any]) -> bool:
    """Store, list, read and delete a file. Return whether it came back. Raises FilesUnavailable."""
    storage = storage_for(settings, "doctor")
    name = token_hex(8)
    draft = scratch_folder(settings) / f"doctor.{name}"
    draft.write_bytes(CONTENT)
    try:
        storage.put(name, draft)
        is_listed = name in {file.name for file in storage.files()}
        with storage.open(name) as file:
            return is_listed and file.read() == CONTENT
    except FileNotFoundError:
        return False
    finally:
        draft.unlink(missing_ok=True)
        with suppress(FilesUnavailable):
            storage.delete(name)
