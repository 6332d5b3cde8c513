"""Updates as an Atom feed (RFC 4287)."""

from uuid import UUID, uuid5

from feedgen.feed import FeedGenerator

from campaign.lib.addresses import host, whole_address
from campaign.lib.markdown import to_html
from campaign.updates.body_pictures import pictures_of

# The year in which the scheme of these names was laid down (RFC 4151).
SINCE = 2026


def atom(updates, lang, *, name, title, home_url, feed_url, changed_at):
    """Return the feed of Updates in `lang` as the bytes of an XML document.

    `name` tells this feed from the site's others, for good. Entries keep their ids wherever their pages move.
    """
    feed = FeedGenerator()
    feed.id(f"tag:{host()},{SINCE}:updates/{name}/{lang}")
    feed.title(title)
    feed.language(lang)
    feed.link(href=feed_url, rel="self", type="application/atom+xml")
    feed.link(href=home_url, rel="alternate", type="text/html")
    feed.updated(changed_at)
    feed.author(name=title)
    feed.generator("Volante")
    for update in updates:
        _add(feed, update, lang)
    return feed.atom_str(pretty=True)


def _add(feed, update, lang):
    text = update.text(lang)
    url = whole_address("updates.show", lang, slug=update.slug)
    entry = feed.add_entry(order="append")
    entry.id(uuid5(UUID(update.uuid), lang).urn)
    entry.title(text.title)
    entry.link(href=url, rel="alternate", type="text/html", hreflang=text.lang)
    entry.published(update.publish_at)
    entry.updated(max(update.changed_at, update.publish_at))
    entry.author(name=update.cause.text(lang).title)
    if text.summary:
        entry.summary(text.summary)
    entry.content(_content(update, text, url), type="html")


def _content(update, text, url):
    body = str(to_html(text.body, pictures_of(update, text.lang, is_whole=True)))
    if not update.picture:
        return body
    return f'{body}<p><a href="{url}">{url}</a></p>'
