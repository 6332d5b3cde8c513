"""Tests of what someone who signed is offered next, in emails and on their own page."""

import pytest

from campaign.extensions import db, write
from campaign.petitions.life_cycles import petition_life_cycle
from campaign.petitions.queries import petition_by_id
from campaign.process.clock import utcnow
from campaign.security.dated_tokens import last_day_of
from campaign.sharing.next_petition import offers_for, one_press_url
from campaign.signatures import tokens
from campaign.signatures.one_press.queries import press_link
from campaign.signatures.queries import signatures_of_address
from campaign.site.operations import change_site
from campaign.site.settings import forget_site_settings, local_day
from tests.factories.causes import make_cause
from tests.factories.letter_actions import make_letter_action
from tests.factories.one_press import signer
from tests.factories.organisations import make_organisation
from tests.factories.petitions import TEXTS, make_petition
from tests.factories.signatures import AMALIA, TEO, change, row, sign, withdraw
from tests.page_parts import links, tree, values

pytestmark = pytest.mark.both_databases


@pytest.fixture
def shared_petition(app):
    """A petition that two people may sign with one address."""
    return make_petition(two_per_address=True)


@pytest.fixture
def mine_path(app):
    """Return a function that returns the path of "What I signed" for a signature."""
    return lambda signature_id: (
        f"/en/signatures/mine/{tokens.token_for(tokens.MINE, row(signature_id))}"
    )


def next_slug(signature_id, lang="en"):
    db.session.rollback()
    offers = offers_for([row(signature_id)], lang, now=utcnow())
    return offers[0].petition.slug if offers else None


def test_next_is_an_open_petition_of_the_same_cause_first(app):
    first = make_cause()
    elsewhere = make_cause("river", organisation_id=first.organisation_id)
    make_petition("other-cause", cause_id=elsewhere.id)
    petition = make_petition(cause_id=first.id)
    signed = signer(petition)
    assert next_slug(signed) == "other-cause"
    same = make_petition("same-cause", cause_id=first.id)
    assert next_slug(signed) == "same-cause"
    write(petition_life_cycle.close, row_id=same.id, now=utcnow())
    assert next_slug(signed) == "other-cause"


def test_petition_in_the_readers_language_comes_first(app, petition):
    signed = signer(petition)
    make_petition(
        "only-es", cause_id=petition.cause_id, texts={"es": TEXTS["es"]}, original_lang="es"
    )
    make_petition("both", cause_id=petition.cause_id)
    assert next_slug(signed, "es") == "only-es"
    assert next_slug(signed, "en") == "both"


def test_nothing_of_another_organisation_is_offered(app, petition):
    signed = signer(petition)
    make_petition("abroad", cause_id=make_cause("b", organisation_id=make_organisation().id).id)
    assert next_slug(signed) is None


def test_letters_drafts_and_archived_petitions_are_not_offered(app):
    letter = make_letter_action()
    petition = make_petition(cause_id=letter.cause_id)
    make_petition("draft", cause_id=letter.cause_id, state="draft")
    archived = make_petition("archived", cause_id=letter.cause_id)
    write(petition_life_cycle.archive, row_id=archived.id, now=utcnow())
    assert next_slug(signer(petition)) is None


def test_whatever_was_signed_with_the_address_is_not_offered(app, petition):
    following = make_petition("law", cause_id=petition.cause_id)
    signed = signer(petition)
    sign(following)
    assert next_slug(signed) is None


def test_another_spelling_changes_nothing_in_what_is_offered(app, petition):
    following = make_petition("law", cause_id=petition.cause_id)
    signed = signer(petition, email="vera@yahoo.com")
    signer(following, email="vera-x9@yahoo.com")
    assert next_slug(signed) == "law"


def test_second_of_a_couple_is_offered_it_where_two_may_sign(app, petition):
    signed = signer(petition)
    signer(make_petition("one-only", cause_id=petition.cause_id), TEO)
    signer(make_petition("for-two", cause_id=petition.cause_id, two_per_address=True), TEO)
    assert next_slug(signed) == "for-two"
    change(signed, postal_code="")
    assert next_slug(signed) is None


def test_unconfirmed_or_withdrawn_signature_is_offered_nothing(app, petition):
    make_petition("law", cause_id=petition.cause_id)
    pending = sign(petition)
    assert next_slug(pending) is None
    signed = signer(petition, TEO, email="teo@brandt.example")
    withdraw(signed)
    assert next_slug(signed) is None


def test_link_works_for_a_month_at_most_and_no_longer_than_the_site_says(
    app, still_clock, petition
):
    signed = signer(petition)
    today = local_day(still_clock)
    for days, expected in ((365, 30), (3, 3)):
        write(change_site, settings={"own_link_days": days})
        forget_site_settings()
        url = one_press_url(row(signed), petition_by_id(petition.id), "es")
        token = url.partition("/es/signatures/next/")[2].partition("?")[0]
        assert press_link(token).source.id == signed
        assert abs((last_day_of(token) - today).days - expected) <= 1


def test_link_to_a_letter_opens_its_own_form(app):
    letter = make_letter_action()
    signed = signer(make_petition(cause_id=letter.cause_id))
    url = one_press_url(row(signed), letter, "en")
    assert url == "http://localhost/en/actions/letters?source=next-thanks"


def test_own_page_offers_what_each_person_has_not_signed(client, mine_path, shared_petition):
    make_petition("law", cause_id=shared_petition.cause_id)
    signed = signer(shared_petition)
    page = client.get(mine_path(signed))
    assert values(page, "data-next-petition") == ["law"]
    [url] = tree(page).xpath("//a[@data-one-press]/@href")
    opened = client.get(url)
    assert opened.status_code == 200
    assert "Amalia\u00a0R." in opened.text
    [source] = tree(opened).xpath("//input[@name='source']/@value")
    assert source == "next-mine"
    signer(shared_petition, TEO)
    two = client.get(mine_path(signed))
    assert values(two, "data-next-petition") == ["law", "law"]
    named = tree(two).xpath("//a[@data-one-press]//bdi/text()")
    assert named == ["Amalia Rosales", "Teo Brandt"]


def test_own_page_offers_nothing_when_all_is_signed(client, mine_path, petition):
    page = client.get(mine_path(signer(petition)))
    assert not values(page, "data-next-petition")
    assert not [link for link in links(page) if "/next/" in link]


def test_offer_on_the_own_page_ends_with_that_page(app, petition):
    following = make_petition("law", cause_id=petition.cause_id)
    signed = signer(petition)
    own = signatures_of_address(row(signed).email_digest, AMALIA["email"])
    [offer] = offers_for(own, "en", now=utcnow())
    assert (offer.source.id, offer.petition.id) == (signed, following.id)


def test_each_person_gets_three_offers_of_each_organisation(app, petition):
    signed = signer(petition)
    for place in range(5):
        make_petition(f"more-{place}", cause_id=petition.cause_id)
    other = make_cause("b", organisation_id=make_organisation().id)
    signer(make_petition("abroad", cause_id=other.id))
    make_petition("abroad-next", cause_id=other.id)
    own = signatures_of_address(row(signed).email_digest, AMALIA["email"])
    offers = offers_for(own, "en", now=utcnow())
    assert [offer.petition.slug for offer in offers] == [
        "more-0",
        "more-1",
        "more-2",
        "abroad-next",
    ]
    assert all(offer.source.cause_id == offer.petition.cause_id for offer in offers)
