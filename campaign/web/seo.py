"""What programs read: robots.txt, the sitemap, the web app manifest and security.txt."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, current_app, make_response, url_for
from flask_babel import gettext as _

from campaign.http.caching import public
from campaign.organisations.emails import contact_address
from campaign.organisations.identity import identities
from campaign.organisations.presenters import ShownImage, identity_of
from campaign.process.clock import utcnow
from campaign.search.indexing import SOURCES
from campaign.site.settings import site_settings
from campaign.web.assets import asset
from campaign.web.languages import chosen_lang
from campaign.web.template_filters import without_lang

blueprint = Blueprint("seo", __name__)
# For machines an hour is fresh enough, and much cheaper than a second.
CACHE_SECONDS = 3600
# How long security.txt may be relied on. RFC 9116 recommends less than a year.
SECURITY_CONTACT_AGE = timedelta(days=180)
# The sitemap protocol allows no more in one file.
MAX_ADDRESSES = 50_000
NAMESPACES = {
    "xmlns": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "xmlns:xhtml": "http://www.w3.org/1999/xhtml",
}
STATIC_PAGES = ("causes.index", "events.index", "web.privacy", "web.accessibility")
# Extra pages that belong to an item of this kind.
EXTRA_PAGES = {"cause": ("montage.show",)}
# Pages that are private or only repeat others, in each language.
UNINDEXED = ("signatures/", "registrations/", "subscriptions/", "search")
# A poster is drawn on request, so crawlers that request everything stay out.
DISALLOWED = ("/dev/", "/organize/", "/kiosk/", "/causes/*/poster.")
# What fits below an icon on a home screen.
MAX_SHORT_NAME = 30
ICONS = (("icon-192", 192, "any"), ("icon-512", 512, "any"), ("maskable-512", 512, "maskable"))


@blueprint.get("/robots.txt")
def robots() -> Response:
    private = [f"/{lang}/{path}" for path in UNINDEXED for lang in site_settings().languages]
    rules = "\n".join(f"Disallow: {path}" for path in (*DISALLOWED, *private))
    text = f"User-agent: *\n{rules}\n\nSitemap: {current_app.config['PUBLIC_URL']}{url_for('seo.sitemap')}\n"
    return public(make_response(text, {"Content-Type": "text/plain; charset=utf-8"}), CACHE_SECONDS)


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """Return the sitemap: every public page in each language, with its alternates."""
    tree = ET.Element("urlset", NAMESPACES)
    max_pages = MAX_ADDRESSES // len(site_settings().languages)
    for endpoint, values, changed_at in list(_pages())[:max_pages]:
        _add(tree, endpoint, values, changed_at)
    text = ET.tostring(tree, encoding="utf-8", xml_declaration=True)
    return public(
        make_response(text, {"Content-Type": "application/xml; charset=utf-8"}), CACHE_SECONDS
    )


@blueprint.get("/.well-known/security.txt")
def security() -> Response:
    """Return where to report a weakness (RFC 9116)."""
    config = current_app.config
    contact = config["SECURITY_CONTACT"] or f"mailto:{contact_address(None)}"
    # The same for a whole day, so that caches agree.
    midnight = utcnow().replace(hour=0, minute=0, second=0, microsecond=0)
    fields = [
        ("Contact", contact),
        ("Expires", f"{midnight + SECURITY_CONTACT_AGE:%Y-%m-%dT%H:%M:%SZ}"),
        ("Preferred-Languages", ", ".join(site_settings().languages)),
    ]
    # The standard allows no other scheme here. Only a site on one's own machine has one.
    if config["PUBLIC_URL"].startswith("https://"):
        fields.append(("Canonical", config["PUBLIC_URL"] + url_for("seo.security")))
    text = "".join(f"{name}: {value}\n" for name, value in fields)
    return public(make_response(text, {"Content-Type": "text/plain; charset=utf-8"}), CACHE_SECONDS)


@blueprint.get("/<lang>/site.webmanifest")
def manifest() -> Response:
    """Return what a phone needs to add the site to its home screen."""
    identity = identity_of(None, chosen_lang())
    fields = {
        "id": "/",
        "name": identity.name,
        "short_name": identity.name[:MAX_SHORT_NAME].strip(),
        "description": identity.text.summary
        or _("Petitions and action campaigns for human rights"),
        "start_url": url_for("causes.index"),
        "scope": "/",
        "display": "browser",
        "background_color": "#fff8ea",
        "theme_color": "#17110d",
        "icons": _icons(identity.mark),
    }
    text = json.dumps(fields, ensure_ascii=False)
    return public(
        make_response(text, {"Content-Type": "application/manifest+json; charset=utf-8"}),
        CACHE_SECONDS,
    )


def _icons(mark: ShownImage | None) -> list[dict[str, str]]:
    """Return the icons of the manifest: the mark of the site's organisation, or neutral ones."""
    if mark:
        # A drawing fits every size.
        sizes = "any" if mark.media_type == "image/svg+xml" else f"{mark.width}x{mark.height}"
        return [{"src": mark.url, "sizes": sizes, "type": mark.media_type, "purpose": "any"}]
    return [
        {
            "src": asset(f"img/icons/{name}.png"),
            "sizes": f"{side}x{side}",
            "type": "image/png",
            "purpose": purpose,
        }
        for name, side, purpose in ICONS
    ]


def _pages() -> Iterator[tuple[str, dict[str, Any], datetime | None]]:
    """Yield (endpoint, values, time of the last change or None)."""
    yield from ((endpoint, {}, None) for endpoint in STATIC_PAGES)
    if identity_of(None, chosen_lang()).has_imprint:
        yield "organisations.imprint", {}, None
    known = identities()
    if known.are_several:
        for identity in known.by_id.values():
            yield "organisations.show", {"slug": identity.slug}, None
    for source in SOURCES:
        for item in source.public_items():
            for endpoint in (item.endpoint or source.endpoint, *EXTRA_PAGES.get(source.kind, ())):
                yield endpoint, {"slug": item.slug}, item.changed_at


def _add(
    tree: ET.Element, endpoint: str, values: dict[str, Any], changed_at: datetime | None
) -> None:
    site, languages = current_app.config["PUBLIC_URL"], site_settings().languages
    paths = {lang: url_for(endpoint, lang=lang, **values) for lang in languages}
    alternates = {**paths, "x-default": without_lang(paths[languages[0]])}
    for path in paths.values():
        entry = ET.SubElement(tree, "url")
        ET.SubElement(entry, "loc").text = site + path
        if changed_at:
            ET.SubElement(entry, "lastmod").text = changed_at.isoformat(timespec="seconds")
        for lang, alternate in alternates.items():
            ET.SubElement(
                entry,
                "xhtml:link",
                {"rel": "alternate", "hreflang": lang, "href": site + alternate},
            )
