"""Updates as an Atom feed (RFC 4287)."""

import re
from uuid import UUID, uuid5
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from campaign.http.urls import absolute_url, host
from campaign.text.markdown import to_html
from campaign.updates.body_pictures import pictures_of

ATOM = "http://www.w3.org/2005/Atom"
# The year in which the scheme of these names was laid down (RFC 4151).
SINCE = 2026
# XML has no way to write these at all.
UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def atom(updates, lang, *, name, title, home_url, feed_url, changed_at):
    """Return the feed of Updates in `lang` as the bytes of an XML document.

    `name` tells this feed from the site's others, for good. Entries keep their ids wherever their pages move.
    """
    feed = Element("feed", {"xmlns": ATOM, "xml:lang": lang})
    _add(feed, "id", f"tag:{host()},{SINCE}:updates/{name}/{lang}")
    _add(feed, "title", title)
    _add(feed, "updated", _instant(changed_at))
    _add(_add(feed, "author"), "name", title)
    _add(feed, "link", href=feed_url, rel="self", type="application/atom+xml")
    _add(feed, "link", href=home_url, rel="alternate", type="text/html")
    _add(feed, "generator", "Volante")
    for update in updates:
        _add_entry(feed, update, lang)
    indent(feed)
    return tostring(feed, encoding="utf-8", xml_declaration=True)


def _add_entry(feed, update, lang):
    text = update.text(lang)
    url = absolute_url("updates.show", lang, slug=update.slug)
    spoken = {} if text.lang == lang else {"xml:lang": text.lang}
    entry = _add(feed, "entry", **spoken)
    _add(entry, "id", uuid5(UUID(update.uuid), lang).urn)
    _add(entry, "title", text.title)
    _add(entry, "published", _instant(update.publish_at))
    _add(entry, "updated", _instant(max(update.changed_at, update.publish_at)))
    _add(_add(entry, "author"), "name", update.cause.text(lang).title)
    _add(entry, "link", href=url, rel="alternate", type="text/html", hreflang=text.lang)
    if text.summary:
        _add(entry, "summary", text.summary)
    _add(entry, "content", _content(update, text, url), type="html")


def _content(update, text, url):
    body = str(to_html(text.body, pictures_of(update, text.lang, is_whole=True)))
    if not update.picture:
        return body
    return f'{body}<p><a href="{url}">{url}</a></p>'


def _add(parent, name, text=None, /, **attributes):
    element = SubElement(parent, name, attributes)
    element.text = text and UNWRITABLE.sub("", text)
    return element


def _instant(moment):
    return moment.isoformat(timespec="seconds")
