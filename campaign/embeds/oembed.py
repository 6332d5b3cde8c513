"""oEmbed 1.0 responses, which describe a petition as a frame for other sites to embed."""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from flask import current_app, url_for
from markupsafe import Markup

from campaign.embeds.frames import HEIGHTS, Frame
from campaign.embeds.queries import embedding_of
from campaign.errors import CampaignError
from campaign.i18n.locales import LOCALES
from campaign.montage.cards.drawing import HEIGHT, WIDTH
from campaign.petitions.operations import slugs
from campaign.petitions.queries import petition_by_slug

MIMETYPES = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}
PAGE = re.compile(
    rf"/(?:(?P<lang>{'|'.join(LOCALES)})/petitions|petitions|s|embed/petitions)/(?P<slug>[a-z0-9-]{{1,80}})/?"
)
DEFAULT_WIDTH, MIN_WIDTH, MAX_WIDTH = 600, 240, 1200
CACHE_SECONDS = 3600


class NotOurs(CampaignError):
    """The URL is not that of a petition on this site."""

    status = 404


def answer_for(args: Mapping[str, str]) -> dict[str, Any]:
    """Return the response for the parameters `url`, `maxwidth` and `maxheight` (pixels).

    Raises NotOurs.
    """
    petition, lang = _petition_at(args.get("url", ""))
    home = current_app.config["PUBLIC_URL"]
    text = petition.current_version.text(lang, petition.original_lang)
    card = home + url_for("cards.petition", slug=petition.slug, lang=lang)
    answer = {
        "version": "1.0",
        "title": text.title,
        "author_name": petition.cause.text(lang).title,
        "author_url": home + url_for("causes.show", slug=petition.cause.slug, lang=lang),
        "provider_name": "Volante",
        "provider_url": f"{home}/",
        "cache_age": CACHE_SECONDS,
        "thumbnail_url": card,
        "thumbnail_width": WIDTH,
        "thumbnail_height": HEIGHT,
    }
    if embedding_of(petition.id).allowed == "nobody":
        return {"type": "link", **answer}
    width, height, show = _size(args)
    frame = Frame(show, "auto", lang)
    address = home + url_for("embeds.show", slug=petition.slug, **frame.query())
    html = Markup(
        '<iframe src="{}" width="{}" height="{}" title="{}" loading="lazy" frameborder="0"></iframe>'
    )
    return {
        "type": "rich",
        **answer,
        "html": str(html.format(address, width, height, text.title)),
        "width": width,
        "height": height,
    }


def written(answer: Mapping[str, Any], form: str) -> str:
    """Return a response as text in the format `form`, "json" or "xml"."""
    if form == "json":
        return json.dumps(answer, ensure_ascii=False)
    parts = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in answer.items())
    return f'<?xml version="1.0" encoding="utf-8" standalone="yes"?><oembed>{parts}</oembed>'


def _petition_at(address):
    try:
        parts = urlsplit(address)
    except ValueError as fault:
        raise NotOurs(address) from fault
    found = PAGE.fullmatch(parts.path)
    if (
        parts.scheme not in ("http", "https")
        or parts.netloc != urlsplit(current_app.config["PUBLIC_URL"]).netloc
        or not found
    ):
        raise NotOurs(address)
    petition = petition_by_slug(found["slug"]) or petition_by_slug(
        slugs.present_slug(found["slug"]) or ""
    )
    if petition is None:
        raise NotOurs(address)
    return petition, found["lang"] or petition.original_lang


def _size(args):
    """Return (width, height, what to show): the thermometer if the form does not fit."""
    most_wide, most_high = (_whole(args.get(name)) for name in ("maxwidth", "maxheight"))
    width = max(MIN_WIDTH, min(most_wide or DEFAULT_WIDTH, MAX_WIDTH))
    show = "form" if not most_high or most_high >= HEIGHTS["form"] else "thermometer"
    return width, min(HEIGHTS[show], most_high) if most_high else HEIGHTS[show], show


def _whole(text):
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 7 else 0
