"""The text of a privacy notice, made of an organisation's details and the register.

It is Markdown. Its wording is short, because people read it while they sign.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import Literal

from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from campaign.i18n.locales import locale_of
from campaign.organisations.identity import Identity, identities
from campaign.privacy.attendees import GUESTS, READERS
from campaign.privacy.letters import WRITERS
from campaign.privacy.rows import RegisterRow
from campaign.privacy.supporters import SIGNERS, WISHES
from campaign.site.settings import site_settings
from campaign.text.markdown import to_html
from campaign.text.sentences import before_period

Subject = Literal["signature", "letter", "registration", "subscription"]

MAX_CACHED = 1000

REGISTERS: dict[Subject, tuple[RegisterRow, ...]] = {
    "signature": SIGNERS,
    "letter": (*WRITERS, *WISHES),
    "registration": GUESTS,
    "subscription": READERS,
}
PURPOSES: dict[Subject, str] = {
    "signature": _l(
        "We use your data only to count your signature once, deliver it to the people the petition is addressed to, and email you about it."
    ),
    "letter": _l(
        "We use your data only to deliver your letter to the people you choose, count it once, and email you about it."
    ),
    "registration": _l(
        "We use your data only to reserve your seat, email you about the event, and check you in."
    ),
    "subscription": _l("We use your data only to send you the updates you asked for."),
}
SHORT_PURPOSES: dict[Subject, str] = {
    "signature": _l("We use it to count and deliver your signature."),
    "letter": _l("We use it to count and deliver your letter."),
    "registration": _l("We use it to reserve your seat."),
    "subscription": _l("We use your email address to send you updates."),
}
# What people can do themselves. A registration needs no consent, so there is none to withdraw.
RIGHTS: dict[Subject, str] = {
    "signature": _l(
        "With the link in our emails, you can see, correct, download and delete your data, or withdraw your signature. You can also write to us to limit how we use your data, or to object to that use."
    ),
    "letter": _l(
        "With the link in our emails, you can see, correct, download and delete your data, or withdraw your letter. You can also write to us to limit how we use your data, or to object to that use."
    ),
    "registration": _l(
        "With the link in our emails, you can see, change or cancel your registration. You can also write to us to get a copy of your data, have it deleted, limit how we use it, or object to that use."
    ),
    "subscription": _l(
        "With the links in our emails, you can see and change your subscription, or unsubscribe. You can also write to us to get a copy of your data, have it deleted, limit how we use it, or object to that use."
    ),
}


@dataclass(frozen=True)
class ComposedNotice:
    """A notice as pages show it: its text in Markdown, and the line that sums it up.

    `digest` is the SHA-256 of the text in hexadecimal. It says which version was shown.
    """

    organisation_id: int | None
    lang: str
    text: str
    short_text: str

    @cached_property
    def body(self) -> Markup:
        """Return the text as HTML."""
        return to_html(self.text)

    @cached_property
    def digest(self) -> str:
        """Return the digest that identifies the text."""
        return digest_of(self.text)


def digest_of(text: str) -> str:
    """Return the SHA-256 of a text in hexadecimal."""
    return sha256(text.encode()).hexdigest()


def compose_notice(
    subject: Subject, *, organisation_id: int | None, lang: str, days: int | None = None
) -> ComposedNotice:
    """Return the notice that is shown now where something of this subject is entered.

    `days` is how long data of a signature or letter is kept after its action ends. With None, it is
    kept as long as the signature counts. Other subjects have their period from the site's settings.
    """
    identity = identities().of(organisation_id)
    with force_locale(locale_of(lang)):
        return _composed(subject, identity, lang, _retention(subject, days))


@lru_cache(maxsize=MAX_CACHED)
def _composed(subject: Subject, identity: Identity, lang: str, retention: str) -> ComposedNotice:
    # In a rush, pages and signings need the same few notices. After a change, the organisation has
    # another Identity, so no old notice is used.
    return ComposedNotice(
        organisation_id=identity.id,
        lang=lang,
        text="\n\n".join(_paragraphs(subject, identity, lang, retention)),
        short_text=" ".join(
            (
                _("%(name)s is responsible for your data.", name=legal_name(identity, lang)),
                str(SHORT_PURPOSES[subject]),
                retention,
            )
        ),
    )


def _paragraphs(subject: Subject, identity: Identity, lang: str, retention: str) -> Iterator[str]:
    yield _paragraph(_("Who is responsible"), _controller(identity, lang))
    if identity.representative:
        yield _paragraph(_("Representative"), in_one_line(identity.representative))
    yield _paragraph(_("What it is for"), str(PURPOSES[subject]))
    yield _paragraph(_("Legal basis"), _legal_basis(subject))
    yield _paragraph(_("What we keep, why, and who sees it"), _kept(subject))
    yield _paragraph(_("How long"), retention)
    yield _paragraph(_("Your rights"), _rights(subject))
    yield _paragraph(_("Complaints"), complaint_of(identity))
    if addition := identity.text(lang).privacy_text.strip():
        yield addition


def _paragraph(title: str, text: str) -> str:
    return f"**{title}**\n\n{text}"


def legal_name(identity: Identity, lang: str) -> str:
    """Return the name by which an organisation is responsible for data."""
    return identity.legal_name or identity.name(lang)


def contact_of(identity: Identity) -> str:
    """Return the contact for questions about data, or an empty text."""
    return in_one_line(identity.data_protection_contact) or identity.email


def complaint_of(identity: Identity) -> str:
    """Return the sentence that names the authority for complaints."""
    authority = in_one_line(identity.supervisory_authority)
    if authority:
        return _(
            "You can file a complaint with this authority: %(authority)s.",
            authority=before_period(authority),
        )
    return _("You can file a complaint with the data protection authority of your country.")


def in_one_line(text: str) -> str:
    """Return the lines of a text in one line, separated by commas."""
    return ", ".join(line.strip() for line in text.splitlines() if line.strip())


def _controller(identity: Identity, lang: str) -> str:
    parts = filter(None, (legal_name(identity, lang), identity.address_line(lang)))
    sentence = f"{before_period(', '.join(parts))}."
    contact = contact_of(identity)
    return f"{sentence} {_contact_sentence(contact)}" if contact else sentence


def _contact_sentence(contact: str) -> str:
    return _("Contact: %(contact)s.", contact=before_period(contact))


def _legal_basis(subject: Subject) -> str:
    if subject == "registration":
        return _(
            "You are asking us for a seat, and we need this data to reserve it (in the European Union, Article 6(1)(b) of the GDPR)."
        )
    if subject == "subscription":
        return _("Your consent (in the European Union, Article 6(1)(a) of the GDPR).")
    if subject == "letter":
        return _(
            "Your explicit consent, because a letter can reveal a political opinion (in the European Union, Articles 6(1)(a) and 9(2)(a) of the GDPR)."
        )
    return _(
        "Your explicit consent, because a signature can reveal a political opinion (in the European Union, Articles 6(1)(a) and 9(2)(a) of the GDPR)."
    )


def _kept(subject: Subject) -> str:
    """Return the rows of the register about what people enter, as a list."""
    rows = (row for row in REGISTERS[subject] if row.is_entered)
    return "\n".join(
        " ".join((f"- {row.name}. {row.purpose}.", _("Who sees it? %(who)s.", who=row.seen_by)))
        for row in rows
    )


def _retention(subject: Subject, days: int | None) -> str:
    settings = site_settings()
    if subject == "registration":
        days = settings.registration_days
        return ngettext(
            "We delete your data one day after the event or after you cancel, whichever comes first.",
            "We delete your data %(num)s days after the event or after you cancel, whichever comes first.",
            days,
        )
    if subject == "subscription":
        days = settings.erase_pending_days
        return ngettext(
            "We keep your email address until you unsubscribe, and delete it %(num)s day later.",
            "We keep your email address until you unsubscribe, and delete it %(num)s days later.",
            days,
        )
    if subject == "letter":
        return _letter_retention(days)
    if days is None:
        return _("We keep your data as long as your signature counts, or until you withdraw it.")
    return ngettext(
        "We delete your data %(num)s day after the petition ends, or sooner if you withdraw your signature.",
        "We delete your data %(num)s days after the petition ends, or sooner if you withdraw your signature.",
        days,
    )


def _letter_retention(days: int | None) -> str:
    text = _("We delete the text of your letter 60 days after it is delivered.")
    if days is None:
        rest = _("We keep the rest as long as your letter counts, or until you withdraw it.")
    else:
        rest = ngettext(
            "We delete the rest %(num)s day after we stop collecting letters, or sooner if you withdraw yours.",
            "We delete the rest %(num)s days after we stop collecting letters, or sooner if you withdraw yours.",
            days,
        )
    return f"{text} {rest}"


def _rights(subject: Subject) -> str:
    sentences = [RIGHTS[subject]]
    if subject != "registration":
        sentences.append(
            _(
                "You can withdraw your consent at any time. This does not affect what we did lawfully before then."
            )
        )
    return " ".join(map(str, sentences))
