"""Updates, answers to petitions and their results as an Atom feed (RFC 4287)."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import cast
from uuid import UUID, uuid5
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from flask_babel import gettext as _

from campaign.answers.labels import RESULT_MEANINGS
from campaign.answers.models import Answer
from campaign.answers.presenters import shown_answer
from campaign.http.urls import absolute_url, host
from campaign.organisations.presenters import identity_of
from campaign.petitions.kinds import kind_of
from campaign.petitions.models import Petition
from campaign.text.markdown import to_html
from campaign.updates.body_pictures import pictures_of
from campaign.updates.models import Update, UpdateText

ATOM = "http://www.w3.org/2005/Atom"
# The year in which we defined these feed ids. A tag URI must contain it (RFC 4151).
SINCE = 2026
# Characters that XML cannot represent, not even escaped.
UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def atom(
    updates: Iterable[Update],
    lang: str,
    *,
    answers: Iterable[Answer] = (),
    results: Iterable[Petition] = (),
    name: str,
    title: str,
    author: str,
    home_url: str,
    feed_url: str,
    changed_at: datetime,
) -> bytes:
    """Return the feed of Updates, answers and results in `lang`, as an XML document.

    `results` are petitions that have a result. The newest come first. `author` is the name of the
    organisation. `name` distinguishes this feed permanently from the site's others. Entries keep
    their ids even if their pages move.
    """
    feed = Element("feed", {"xmlns": ATOM, "xml:lang": lang})
    _add(feed, "id", f"tag:{host()},{SINCE}:updates/{name}/{lang}")
    _add(feed, "title", title)
    _add(feed, "updated", _instant(changed_at))
    _add(_add(feed, "author"), "name", author)
    _add(feed, "link", href=feed_url, rel="self", type="application/atom+xml")
    _add(feed, "link", href=home_url, rel="alternate", type="text/html")
    _add(feed, "generator", "Volante")
    entries: list[Update | Answer | Petition] = [*updates, *answers, *results]
    for entry in sorted(entries, key=_published_at, reverse=True):
        if isinstance(entry, Answer):
            _add_answer(feed, entry, lang)
        elif isinstance(entry, Petition):
            _add_result(feed, entry, lang)
        else:
            _add_entry(feed, entry, lang)
    indent(feed)
    return cast(bytes, tostring(feed, encoding="utf-8", xml_declaration=True))


def _published_at(entry: Update | Answer | Petition) -> datetime:
    """Return when an entry became public, which every one in the feed did.

    Of a result we know when it last changed.
    """
    if isinstance(entry, Petition):
        moment = entry.result_changed_at
    else:
        moment = entry.published_at if isinstance(entry, Answer) else entry.publish_at
    return cast(datetime, moment)


def _add_answer(feed: Element, answer: Answer, lang: str) -> None:
    """Add the entry of an answer to a petition."""
    shown, petition = shown_answer(answer, lang), answer.petition
    title = petition.current_version.text(lang, petition.original_lang).title
    url = f"{absolute_url(kind_of(petition.action_kind).show, lang, slug=petition.slug)}#answer-{answer.id}"
    published_at = _published_at(answer)
    entry = _add(feed, "entry", **({} if shown.lang == lang else {"xml:lang": shown.lang}))
    _add(entry, "id", uuid5(UUID(answer.uuid), lang).urn)
    _add(entry, "title", _("Answer by %(name)s to “%(title)s”", name=shown.name, title=title))
    _add(entry, "published", _instant(published_at))
    _add(entry, "updated", _instant(max(answer.changed_at, published_at)))
    _add(_add(entry, "author"), "name", shown.name)
    _add(entry, "link", href=url, rel="alternate", type="text/html", hreflang=shown.lang)
    if shown.outcome:
        _add(entry, "summary", str(shown.outcome_label))
    _add(entry, "content", str(shown.body), type="html")


def _add_result(feed: Element, petition: Petition, lang: str) -> None:
    """Add the entry of the result of a petition. Another result is another entry."""
    text = petition.current_version.text(lang, petition.original_lang)
    url = absolute_url(kind_of(petition.action_kind).show, lang, slug=petition.slug)
    entry = _add(feed, "entry")
    _add(entry, "id", f"tag:{host()},{SINCE}:results/{petition.id}/{petition.result}/{lang}")
    _add(entry, "title", _result_title(petition.result, text.title))
    _add(entry, "updated", _instant(_published_at(petition)))
    _add(_add(entry, "author"), "name", identity_of(petition.cause.organisation_id, lang).name)
    _add(entry, "link", href=url, rel="alternate", type="text/html", hreflang=lang)
    _add(entry, "summary", str(RESULT_MEANINGS[petition.result]))


def _add_entry(feed: Element, update: Update, lang: str) -> None:
    text = update.text(lang)
    url = absolute_url("updates.show", lang, slug=update.slug)
    lang_attribute = {} if text.lang == lang else {"xml:lang": text.lang}
    # Every public update has a time.
    published_at = cast(datetime, update.publish_at)
    entry = _add(feed, "entry", **lang_attribute)
    _add(entry, "id", uuid5(UUID(update.uuid), lang).urn)
    _add(entry, "title", text.title)
    _add(entry, "published", _instant(published_at))
    _add(entry, "updated", _instant(max(update.changed_at, published_at)))
    _add(_add(entry, "author"), "name", identity_of(update.cause.organisation_id, lang).name)
    _add(entry, "link", href=url, rel="alternate", type="text/html", hreflang=text.lang)
    if text.summary:
        _add(entry, "summary", text.summary)
    _add(entry, "content", _content(update, text, url), type="html")


def _result_title(result: str, title: str) -> str:
    if result == "won":
        return _("Won: “%(title)s”", title=title)
    if result == "partly_won":
        return _("Partly won: “%(title)s”", title=title)
    return _("Ended without an answer: “%(title)s”", title=title)


def _content(update: Update, text: UpdateText, url: str) -> str:
    body = str(to_html(text.body, pictures_of(update, text.lang, is_absolute=True)))
    if not update.picture:
        return body
    return f'{body}<p><a href="{url}">{url}</a></p>'


def _add(parent: Element, name: str, text: str | None = None, /, **attributes: str) -> Element:
    element = SubElement(parent, name, attributes)
    element.text = text and UNWRITABLE.sub("", text)
    return element


def _instant(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
