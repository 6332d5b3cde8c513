"""Record which privacy notice was shown.

A form sends the digest of the notice that it showed. So we record the notice that the reader saw,
even on a page from a cache. A process caches the ids of notices, because signing must not query
the database for them each time.
"""

from collections.abc import Callable
from functools import partial
from typing import cast

from flask import Flask, current_app

from campaign.db.upsert import insert
from campaign.extensions import db, write
from campaign.notices.composition import ComposedNotice, digest_of
from campaign.notices.models import NOT_RECORDED, Notice
from campaign.notices.queries import find_notice_id
from campaign.process.clock import utcnow
from campaign.process.ttl_cache import TtlCache

CACHE = "notice_ids"
CACHE_SECONDS = 3600
MAX_CACHED = 1000


def init_app(app: Flask) -> None:
    """Turn the cache on in serving processes. Elsewhere, as in tests, always ask the database."""
    app.extensions[CACHE] = TtlCache[tuple[int | None, str], int](
        CACHE_SECONDS if app.config.get("SERVING") else 0, max_entries=MAX_CACHED
    )


def record_notice(*, organisation_id: int | None, lang: str, text: str) -> int:
    """Return the id of the notice with this text. Insert it if it is new."""
    digest = digest_of(text)
    row = {
        "organisation_id": organisation_id,
        "digest": digest,
        "lang": lang,
        "text": text,
        "first_used_at": utcnow(),
    }
    notice_id = find_notice_id(organisation_id, digest) or db.session.scalar(
        insert(Notice).values(row).on_conflict_do_nothing().returning(Notice.id)
    )
    # Another process may have inserted it since we looked.
    return cast(int, notice_id or find_notice_id(organisation_id, digest))


def shown_notice_id(
    shown: str, *, organisation_id: int | None, compose: Callable[[], ComposedNotice]
) -> int:
    """Return the id of the notice that a form showed. Record it first if it is new.

    `shown` is the digest that the form sent. If no notice of this organisation has it, the form
    counts as showing the current notice, which `compose` returns. A new notice is committed in a
    separate transaction, so call this outside of transactions. Raise DATABASE_AWAY.
    """
    known: TtlCache[tuple[int | None, str], int] = current_app.extensions[CACHE]
    notice_id = known.get((organisation_id, shown), partial(find_notice_id, organisation_id, shown))
    if notice_id is not None:
        return notice_id
    notice = compose()
    return cast(
        int,
        known.get(
            (organisation_id, notice.digest), partial(_find_or_record, organisation_id, notice)
        ),
    )


def claimed_notice_id(
    shown: str, *, organisation_id: int | None, compose: Callable[[], ComposedNotice]
) -> int:
    """Return the id of the notice that a tablet or a partner says it showed.

    Call it in a transaction. `shown` is the notice's digest. If it is that of the current notice,
    which `compose` returns, record the notice if it is new. If no notice of this organisation has
    the digest, return NOT_RECORDED.
    """
    if not shown:
        return NOT_RECORDED
    notice_id = find_notice_id(organisation_id, shown)
    if notice_id is not None:
        return notice_id
    notice = compose()
    if notice.digest != shown:
        return NOT_RECORDED
    return record_notice(organisation_id=organisation_id, lang=notice.lang, text=notice.text)


def _find_or_record(organisation_id: int | None, notice: ComposedNotice) -> int:
    return find_notice_id(organisation_id, notice.digest) or write(
        record_notice, organisation_id=organisation_id, lang=notice.lang, text=notice.text
    )
