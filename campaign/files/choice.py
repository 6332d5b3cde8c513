"""Which storage the settings name."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from campaign.files.bucket import BucketStorage, bucket_address
from campaign.files.folder import FolderStorage
from campaign.files.storage import FileStorage, Folder


def storage_for(settings: Mapping[str, Any], folder: Folder) -> FileStorage:
    """Return one folder of the storage that FILES_URL names, or of VAR_DIR without it."""
    if not settings["FILES_URL"]:
        return FolderStorage(Path(settings["VAR_DIR"], folder))
    return _bucket(
        settings["FILES_URL"], folder, settings["FILES_ACCESS_KEY"], settings["FILES_SECRET_KEY"]
    )


@cache
def _bucket(url: str, folder: Folder, key: str, secret: str) -> BucketStorage:
    """Return the storage, with the connections that it keeps open."""
    return BucketStorage(bucket_address(url), folder, key=key, secret=secret)
