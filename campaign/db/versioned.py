"""The optimistic lock: a row counts its changes, and a form posts the version that it showed.

`check_version` compares the two when the form is saved. SQLAlchemy guards what remains: each UPDATE
names the version that was read, so the second of two simultaneous writers fails. The transaction
that fails raises EditConflict.

Rows that bulk statements write, such as signatures, have no such column. Their version is
`content_version`.
"""

import json
from hashlib import blake2b
from typing import Any, cast

from sqlalchemy import JSON, Integer
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from campaign.errors import EditConflict

FIRST_VERSION = 1


class Versioned:
    """Mixin for a model whose `version` counts the changes of its row."""

    version: Mapped[int] = mapped_column(Integer, server_default=str(FIRST_VERSION))

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805
        return {"version_id_col": cast(Any, cls).__table__.c.version}


class VersionedParts(Versioned):
    """Mixin for a model with parts. Editors of different parts do not conflict.

    `part_versions` maps the name of a part to its version. A part may be kept in other tables, such
    as a picture. A part that was never saved has FIRST_VERSION.
    """

    part_versions: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)

    def version_of(self, part: str) -> int:
        """Return the version of a part."""
        return self.part_versions.get(part, FIRST_VERSION)


def check_version(row: Versioned, shown: int | str | None) -> None:
    """Raise EditConflict unless the row is at the version `shown`.

    `shown` is the text or number that the form posted. None means that no form was shown, as for a
    command.
    """
    require_version(row.version, shown)


def check_part(row: VersionedParts, part: str, shown: int | str | None) -> None:
    """Raise EditConflict unless this part is at the version `shown`. Give it the next version.

    Lock the row before (`load_for_update`).
    """
    require_version(row.version_of(part), shown)
    row.part_versions = {**row.part_versions, part: row.version_of(part) + 1}


def content_version(content: Any) -> str:
    """Return a version that changes with the content, which JSON can hold."""
    text = json.dumps(content, sort_keys=True, default=str)
    return blake2b(text.encode(), digest_size=16).hexdigest()


def require_version(version: int | str, shown: int | str | None) -> None:
    """Raise EditConflict unless a form showed this version. `shown` is as for `check_version`."""
    if shown is not None and str(shown) != str(version):
        raise EditConflict(f"it is at version {version}, not {shown}")
