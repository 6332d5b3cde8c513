"""A cause as pages show it: in one language, with its count."""

from dataclasses import dataclass

from markupsafe import Markup

from campaign.causes.models import Cause
from campaign.causes.queries import cause_count
from campaign.notices.news_texts import cause_form_text, signature_text
from campaign.text.markdown import to_html


@dataclass(frozen=True)
class CausePage:
    """A cause in one language.

    `lang` is the reader's language if the cause has a text in it. `shape` is the shape of its
    montage, and `count` its number of butterflies. The next butterfly gets at most `next_number`. A
    cause that `is_over` accepts neither signatures nor subscriptions.
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
    def next_number(self) -> int:
        return self.count + 1


def page(cause: Cause, lang: str) -> CausePage:
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


def news_consent(cause: Cause, lang: str) -> str:
    """Return the consent text of the box for updates where people sign for a cause."""
    return signature_text(cause.text(lang).title, cause.organisation_id, lang)


def form_consent(cause: Cause, lang: str) -> str:
    """Return the consent text of the form with which people subscribe to a cause."""
    return cause_form_text(cause.text(lang).title, cause.organisation_id, lang)
