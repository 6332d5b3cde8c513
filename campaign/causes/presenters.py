"""A cause as pages show it: in one language, with its count."""

from dataclasses import dataclass

from markupsafe import Markup

from campaign.causes.queries import cause_count
from campaign.text.markdown import to_html


@dataclass(frozen=True)
class CausePage:
    """A cause in one language, `lang`: the reader's where it is written in it. `shape` is its montage's, `count` its butterflies, `next_number` the number that the next one gets at most.

    `is_over`: it takes neither signatures nor subscriptions any more.
    """

    id: int
    slug: str
    lang: str
    title: str
    summary: str
    story: Markup
    palette: str
    shape: str
    count: int
    is_over: bool

    @property
    def next_number(self):
        return self.count + 1


def page(cause, lang):
    """Return the CausePage of a Cause loaded with its texts."""
    text = cause.text(lang)
    return CausePage(
        id=cause.id,
        slug=cause.slug,
        lang=text.lang,
        title=text.title,
        summary=text.summary,
        story=to_html(text.story),
        palette=cause.palette,
        shape=cause.shape,
        count=cause_count(cause.id),
        is_over=cause.is_over,
    )
