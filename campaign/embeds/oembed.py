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
from campaign.montage.cards.drawing import HEIGHT, WIDTH
from campaign.organisations.presenters import identity_of
from campaign.petitions.models import Petition
from campaign.petitions.operations import slugs
from campaign.petitions.queries import petition_by_slug
from campaign.site.settings import site_settings

MIMETYPES = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}
PAGE = re.compile(
    r"/(?:(?P<lang>[A-Za-z0-9-]{2,35})/(?:petitions|actions)|petitions|actions|s|embed/petitions)/(?P<slug>[a-z0-9-]{1,80})/?"
)
DEFAULT_WIDTH, MIN_WIDTH, MAX_WIDTH = 600, 240, 1200
CACHE_SECONDS = 3600


class NotOurs(CampaignError):
    """The URL is not that of a petition or other action on this site."""

    status = 404


def oembed_response(args: Mapping[str, str]) -> dict[str, Any]:
    """Return the response for the parameters `url`, `maxwidth` and `maxheight` (pixels).

    Raises NotOurs.
    """
    petition, lang = _petition_at(args.get("url", ""))
    home = current_app.config["PUBLIC_URL"]
    text = petition.current_version.text(lang, petition.original_lang)
    card = home + url_for("cards.petition", slug=petition.slug, lang=lang)
    response = {
        "version": "1.0",
        "title": text.title,
        "author_name": petition.cause.text(lang).title,
        "author_url": home + url_for("causes.show", slug=petition.cause.slug, lang=lang),
        "provider_name": identity_of(petition.cause.organisation_id, lang).name,
        "provider_url": f"{home}/",
        "cache_age": CACHE_SECONDS,
        "thumbnail_url": card,
        "thumbnail_width": WIDTH,
        "thumbnail_height": HEIGHT,
    }
    if embedding_of(petition.id).allowed == "nobody":
        return {"type": "link", **response}
    width, height, show = _size(args)
    frame = Frame(show, "auto", lang)
    url = home + url_for("embeds.show", slug=petition.slug, **frame.query())
    html = Markup(
        '<iframe src="{}" width="{}" height="{}" title="{}" loading="lazy" frameborder="0"></iframe>'
    )
    return {
        "type": "rich",
        **response,
        "html": str(html.format(url, width, height, text.title)),
        "width": width,
        "height": height,
    }


def serialize(response: Mapping[str, Any], name: str) -> str:
    """Return a response as text in the format "json" or "xml"."""
    if name == "json":
        return json.dumps(response, ensure_ascii=False)
    parts = "".join(f"<{key}>{escape(str(value))}</{key}>" for key, value in response.items())
    return f'<?xml version="1.0" encoding="utf-8" standalone="yes"?><oembed>{parts}</oembed>'


def _petition_at(url: str) -> tuple[Petition, str]:
    try:
        parts = urlsplit(url)
    except ValueError as fault:
        raise NotOurs(url) from fault
    match = PAGE.fullmatch(parts.path)
    if (
        parts.scheme not in ("http", "https")
        or parts.netloc != urlsplit(current_app.config["PUBLIC_URL"]).netloc
        or not match
        or match["lang"] not in (None, *site_settings().languages)
    ):
        raise NotOurs(url)
    petition = petition_by_slug(match["slug"]) or petition_by_slug(
        slugs.present_slug(match["slug"]) or ""
    )
    if petition is None:
        raise NotOurs(url)
    return petition, match["lang"] or petition.original_lang


def _size(args: Mapping[str, str]) -> tuple[int, int, str]:
    """Return (width, height, what to show): the thermometer if the form does not fit."""
    max_width, max_height = (_parse_size(args.get(name)) for name in ("maxwidth", "maxheight"))
    width = max(MIN_WIDTH, min(max_width or DEFAULT_WIDTH, MAX_WIDTH))
    show = "form" if not max_height or max_height >= HEIGHTS["form"] else "thermometer"
    return width, min(HEIGHTS[show], max_height) if max_height else HEIGHTS[show], show


def _parse_size(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 7 else 0
