"""The texts of a printed signature sheet, in one language."""

from collections.abc import Iterator
from typing import Any

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from campaign.causes.presenters import news_consent
from campaign.http.urls import without_scheme
from campaign.i18n.locales import locale_of
from campaign.imports.models import PrintRun
from campaign.imports.sheet_pdf import SheetColumn, SheetSpec
from campaign.montage.texts import print_identity
from campaign.notices.answer_texts import answer_text
from campaign.notices.queries import MIN_PREFIX_LENGTH
from campaign.petitions.delivery_terms import delivery_sentence
from campaign.petitions.kinds import kind_of
from campaign.petitions.models import Petition
from campaign.petitions.presenters import notice_of
from campaign.petitions.questions import in_language
from campaign.process.clock import utcnow
from campaign.site.settings import site_settings
from campaign.text.markdown import to_paragraphs

WIDE, NARROW, CHECKBOX = 24, 12, 8.5


def consent_of(petition: Petition, lang: str) -> str:
    """Return the consent text of a petition's sheets, which we store with their signatures.

    It sums up the present privacy notice of the petition, and says its version and address.
    """
    notice = notice_of(petition, lang)
    version = notice.digest[:MIN_PREFIX_LENGTH]
    with force_locale(locale_of(lang)):
        return _(
            "You sign this petition. %(notice)s %(delivery)s If you check “Updates”, you agree to this: %(updates)s. Otherwise nobody writes to you. Your name is shown only if"
            " you check “Name shown”. You can see, correct or withdraw your signature at any time. Privacy notice, version %(version)s: %(address)s",
            notice=notice.short_text,
            delivery=" ".join(
                [
                    delivery_sentence(petition.delivered_names, petition.delivered_details),
                    *_answers(petition, lang),
                ]
            ),
            updates=news_consent(petition.cause, lang),
            version=version,
            address=without_scheme(_path("notices.show", lang=lang, digest=version)),
        )


def _answers(petition: Petition, lang: str) -> Iterator[str]:
    if petition.may_be_answered(utcnow()):
        yield _(
            "If you check “Answers”, you agree to this: %(answers)s.",
            answers=answer_text(petition.cause.organisation_id, lang),
        )


def sheet_spec(run: PrintRun) -> SheetSpec:
    """Return the SheetSpec of all sheets of a PrintRun.

    The petition's text and the privacy notice are the versions printed then. Fields and questions
    are the current ones.
    """
    petition, lang = run.petition, run.lang
    version = next(item for item in petition.versions if item.id == run.version_id)
    text = version.text(lang, petition.original_lang)
    public = current_app.config["PUBLIC_URL"]
    serials = tuple(run.serials)
    identity = print_identity(petition.cause, lang)
    names = dict.fromkeys((identity.name, petition.cause.text(lang).title))
    with force_locale(locale_of(lang)):
        return SheetSpec(
            lang=lang,
            paper=run.paper,
            cause=" · ".join(name for name in names if name),
            title=text.title,
            to=_(
                "To: %(targets)s",
                targets=" · ".join(target.name(lang) for target in petition.targets),
            )
            if petition.targets
            else "",
            text=text.summary,
            full_text=(
                *to_paragraphs(text.body),
                ("head", _("Privacy notice")),
                *to_paragraphs(run.notice.text),
            ),
            full_text_note=_("Read the full text before you sign. The sheets to sign follow."),
            online_note=_("Read the full text and sign online:"),
            consent=run.consent_text,
            columns=_columns(petition, lang),
            sign_url=public
            + _path(kind_of(petition.action_kind).show, lang=lang, slug=petition.slug),
            sign_label=_("Sign online instead"),
            short_address=without_scheme(_path("petitions.short", slug=petition.slug)),
            sheet_label=_("Sheet"),
            collected=(_("Collected by:"), _("Place:"), _("Date:")),
            foot=_("Please print in capital letters. Hand in each sheet as soon as it is full."),
            cover=tuple(_cover(lang) for lang in dict.fromkeys((lang, *site_settings().languages))),
            serials=serials,
            serial_urls=tuple(
                public + _path("organize.imports.sheet", serial=serial) for serial in serials
            ),
        )


def _cover(lang: str) -> str:
    with force_locale(locale_of(lang)):
        return _(
            "Before the next person signs, fold the page along the line to cover the names above."
        )


def _columns(petition: Petition, lang: str) -> tuple[SheetColumn, ...]:
    required = set(petition.required_fields)
    questions = [in_language(question, lang) for question in petition.questions]
    return (
        SheetColumn(_("First name"), WIDE),
        SheetColumn(_("Last name"), WIDE),
        SheetColumn(_("Postal code"), NARROW),
        *([SheetColumn(_("Country"), NARROW)] if "country" in required else []),
        SheetColumn(_("Email (optional)"), WIDE + 10),
        *(
            SheetColumn(
                question["label"],
                CHECKBOX if question["type"] == "tick" else NARROW + 4,
                question["type"] == "tick",
            )
            for question in questions
        ),
        SheetColumn(_("Date"), NARROW - 1),
        SheetColumn(_("Updates"), CHECKBOX, is_checkbox=True),
        *(
            [SheetColumn(_("Answers"), CHECKBOX, is_checkbox=True)]
            if petition.may_be_answered(utcnow())
            else []
        ),
        SheetColumn(_("Name shown"), CHECKBOX, is_checkbox=True),
        SheetColumn(_("Signature"), WIDE),
    )


def _path(endpoint: str, **values: Any) -> str:
    return current_app.url_map.bind("").build(endpoint, values)
