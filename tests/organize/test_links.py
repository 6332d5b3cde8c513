"""Tests of invitations and password resets by emailed links."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from campaign.accounts import tokens
from campaign.accounts.models import AccountLink
from campaign.accounts.operations import enrol, make_link
from campaign.accounts.queries import organizer_by_id
from campaign.extensions import db, write
from campaign.process.clock import utcnow
from campaign.text.email_addresses import parse_address
from tests.factories.causes import make_cause
from tests.factories.organizers import (
    PASSWORD,
    fresh,
    make_organizer,
    trail,
    with_app,
    with_password,
)
from tests.factories.signatures import queued_emails
from tests.organize.conftest import without_token
from tests.page_parts import wrong_fields

FORM_DATA = {"name": "Teo Brandt", "lang": "es", "password": PASSWORD}


@pytest.fixture
def invited(app):
    """(Teo, the path of Teo’s invitation)."""
    given, link = write(
        enrol,
        address=parse_address("teo@brandt.example"),
        role="editor",
        cause_id=make_cause().id,
        lang="en",
        now=utcnow(),
    )
    return organizer_by_id(given.organizer_id), f"/organize/invitations/{tokens.link_token(link)}"


@pytest.fixture
def odile(app):
    return with_password(make_organizer(second_factor=False))


def reset_path(who):
    return f"/organize/reset/{tokens.link_token(write(make_link, organizer_id=who.id, purpose='reset', now=utcnow()))}"


def test_invitation_signs_in_once_a_password_is_set(visitor, invited):
    teo, path = invited
    assert "teo@brandt.example" in visitor.get(path).text
    answer = visitor.post(path, FORM_DATA)
    assert (answer.status_code, answer.location) == (303, "/organize/")
    page = visitor.get("/organize/")
    assert page.status_code == 200
    assert '<html lang="es"' in page.text
    assert fresh(teo).name == "Teo Brandt"
    assert [action for action, *_ in trail()] == ["account.password", "account.signed_in"]


def test_looking_at_an_invitation_does_not_use_it_up(visitor, invited):
    teo, path = invited
    for _ in range(3):
        assert visitor.get(path).status_code == 200
    assert fresh(teo).is_invited


def test_offered_language_is_that_of_the_page(visitor, invited):
    _, path = invited
    assert (
        '<option value="fr" selected>' in visitor.get(path, headers={"Accept-Language": "fr"}).text
    )


def test_invitation_works_once(visitor, invited):
    _, path = invited
    visitor.post(path, FORM_DATA)
    for answer in (
        visitor.get(path),
        visitor.post(path, {**FORM_DATA, "password": PASSWORD + "s"}),
    ):
        assert answer.status_code == 410
        assert 'href="/organize/forgotten"' in answer.text


def test_expired_invitation_explains_what_to_do(visitor, invited):
    teo, path = invited
    write(
        lambda: db.session.execute(
            update(AccountLink).values(expires_at=utcnow() - timedelta(seconds=1))
        )
    )
    assert visitor.get(path).status_code == 410
    assert visitor.post(path, FORM_DATA).status_code == 410
    assert fresh(teo).is_invited
    assert "/organize/forgotten" in visitor.get(path).text


@pytest.mark.parametrize("token", ["x", "1.x", "zzzzzzzzzzzzzzzzzzzz.x", "1.", ".", "1.é"])
def test_garbled_link_is_treated_as_expired(visitor, token):
    assert visitor.get(f"/organize/invitations/{token}").status_code == 410
    assert visitor.get(f"/organize/reset/{token}").status_code == 410


def test_invitation_is_not_a_password_reset(visitor, invited):
    _, path = invited
    assert visitor.get(path.replace("invitations", "reset")).status_code == 410


def test_weak_password_is_explained_at_its_field_and_the_name_is_kept(visitor, invited):
    teo, path = invited
    answer = visitor.post(path, {**FORM_DATA, "password": "teobrandt1234"})
    assert answer.status_code == 422
    assert wrong_fields(answer).keys() == {"password"}
    assert "Teo Brandt" in answer.text
    assert "teobrandt1234" not in answer.text
    assert fresh(teo).is_invited


def test_password_reset_never_reveals_who_has_an_account(visitor, odile):
    known = visitor.post("/organize/forgotten", {"email": odile.email})
    unknown = visitor.post("/organize/forgotten", {"email": "nobody@kwan.example"})
    assert known.status_code == unknown.status_code == 200
    assert without_token(known.text).replace(odile.email, "nobody@kwan.example") == without_token(
        unknown.text
    )
    assert [kind for kind, *_ in queued_emails()] == ["account_reset"] * 2


def test_account_gets_at_most_four_emails_an_hour(visitor, odile):
    for _ in range(6):
        assert visitor.post("/organize/forgotten", {"email": odile.email}).status_code == 200
    assert len(queued_emails()) == 4


def test_invited_person_gets_the_invitation_again(visitor, invited):
    visitor.post("/organize/forgotten", {"email": "teo@brandt.example"})
    assert [kind for kind, *_ in queued_emails()] == ["account_invitation"]


def test_new_password_is_set_and_the_second_factor_still_required(visitor, odile):
    with_app(odile)
    path = reset_path(odile)
    answer = visitor.post(path, {"password": "cardamom Tuesday violin otter"})
    assert answer.location.startswith("/organize/sign-in/second-step")
    assert visitor.get("/organize/").status_code == 303
    assert fresh(odile).password_hash
    assert [kind for kind, *_ in queued_emails()] == ["account_changed"]
    assert visitor.get(path).status_code == 410


def test_newer_email_invalidates_the_older_link(visitor, odile):
    older, newer = reset_path(odile), reset_path(odile)
    assert visitor.get(older).status_code == 410
    assert visitor.get(newer).status_code == 200
    assert len(db.session.scalars(select(AccountLink)).all()) == 2
