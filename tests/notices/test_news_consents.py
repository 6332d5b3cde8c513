"""Tests that each way to sign shows the consent to updates that we store."""

import pytest
from sqlalchemy import select

from campaign.causes.operations import change_cause
from campaign.causes.queries import cause_by_id
from campaign.extensions import db, write
from campaign.imports.sheet_texts import consent_of
from campaign.notices.models import Consent, ConsentText
from campaign.petitions.queries import petition_by_slug
from tests.factories.causes import make_cause
from tests.factories.events import make_event
from tests.factories.kiosks import make_tablet
from tests.factories.organisations import make_organisation
from tests.factories.petitions import make_petition
from tests.factories.signatures import AMALIA, ODILE, sign_and_hatch
from tests.page_parts import tree

pytestmark = pytest.mark.both_databases

LANGUAGES = ("en", "es", "fr")


@pytest.fixture
def petition(app):
    """A petition of the second organisation of the site."""
    make_organisation()
    aspen = make_organisation("aspen", "Aspen Watch")
    return make_petition(cause_id=make_cause("lake", organisation_id=aspen.id).id)


def box_text(page):
    [label] = tree(page).xpath("//label[@for='subscribe']")
    return label.text_content().strip()


def consent_texts():
    db.session.rollback()
    return db.session.scalars(
        select(ConsentText)
        .join(Consent, Consent.text_id == ConsentText.id)
        .where(Consent.purpose == "news")
        .order_by(Consent.id)
    ).all()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_way_to_sign_shows_the_text_that_is_stored(client, petition, lang):
    shown = box_text(client.get(f"/{lang}/petitions/home"))
    assert "Aspen Watch" in shown
    cause = cause_by_id(petition.cause_id)
    assert cause.text(lang).title in shown
    assert box_text(client.get(f"/embed/petitions/home?lang={lang}")) == shown
    tablet = make_tablet(client, make_event(cause_id=petition.cause_id, days=0))
    assert tablet.campaign().json["consent"]["news"][lang] == shown
    assert shown in consent_of(petition_by_slug("home"), lang)
    assert client.get(f"/api/v1/petitions/home?lang={lang}").json["subscribe_text"] == shown
    sign_and_hatch(petition, AMALIA, subscribe=True, lang=lang)
    [stored] = consent_texts()
    assert (stored.lang, stored.text) == (lang, shown)


def test_text_that_people_agreed_to_stays_when_the_cause_is_renamed(client, petition):
    before = box_text(client.get("/en/petitions/home"))
    sign_and_hatch(petition, AMALIA, subscribe=True, lang="en")
    texts = {"en": {"title": "Another title", "summary": "Another summary"}}
    write(change_cause, cause_id=petition.cause_id, version=None, texts=texts, palette="monarch")
    sign_and_hatch(petition, ODILE, subscribe=True, lang="en")
    first, second = consent_texts()
    assert first.text == before
    assert "Another title" in second.text
    assert first.version == second.version


def test_signers_of_several_causes_at_once_agree_to_their_text(petition):
    other = make_petition("other", cause_id=make_cause("valley").id)
    for one in (petition, other):
        sign_and_hatch(one, AMALIA, subscribe=True, lang="es")
    texts = [stored.text for stored in consent_texts()]
    assert ["Aspen Watch" in text for text in texts] == [True, False]
