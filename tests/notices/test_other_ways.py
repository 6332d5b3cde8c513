"""Tests of notices and consents that come with tablets, paper, partners, exports and deliveries."""

import csv
import io
import zipfile

import pytest
from sqlalchemy import select

from campaign.exports import delivery_pack
from campaign.exports.queries import content_of
from campaign.exports.selection import Selection
from campaign.exports.signature_table import SignatureTable
from campaign.extensions import db, write
from campaign.kiosk.models import KioskRecord
from campaign.notices.models import NOT_RECORDED, Consent
from campaign.notices.queries import consents_of
from campaign.petitions.jobs import record_shown_notices
from campaign.process.clock import utcnow
from campaign.sharing.operations import confirm_and_assign_text
from campaign.signatures.erasure import erase_one
from campaign.subscriptions.jobs import forget
from campaign.subscriptions.operations import suppress
from tests.api.test_signing import make, send
from tests.exports.conftest import export, exporter, requested  # noqa: F401
from tests.factories.kiosks import Tablet, give_code, make_table
from tests.factories.paper import begin, bring, csv_of
from tests.factories.signatures import (
    AMALIA,
    ODILE,
    WEEK,
    hatch_now,
    link,
    post_signature,
    rows,
    sign_and_hatch,
    withdraw,
)
from tests.factories.subscriptions import ask_for_news, digest, subscribe
from tests.notices.test_notices import LEGAL, name_host, notice_of, shown_digest
from tests.page_parts import figures


@pytest.fixture
def tablet(client):
    event, _petition = make_table()
    return Tablet(client, give_code(event))


def kiosk_record():
    db.session.rollback()
    return db.session.scalars(select(KioskRecord)).one()


def test_tablet_sends_back_the_notice_that_it_showed(client, tablet):
    [petition] = tablet.campaign().json["petitions"]
    shown = petition["notice"]["es"]["digest"]
    assert tablet.sign(notice=shown)[0] == "stored"
    assert notice_of(rows()[0]).digest == notice_of(kiosk_record()).digest == shown
    assert shown == shown_digest(client, "/es/petitions/home")


def test_sentence_at_the_sign_button_names_the_organisation_in_each_language(tablet):
    name_host(**LEGAL)
    campaign = tablet.campaign().json
    sentences = campaign["consent"]["words"]
    assert sentences.keys() == set(campaign["languages"])
    for lang, sentence in sentences.items():
        assert LEGAL["legal_name"] in sentence
        assert LEGAL["legal_name"] in campaign["petitions"][0]["notice"][lang]["line"]


def test_record_of_the_previous_app_is_stored_with_its_consent_and_no_notice(tablet):
    assert tablet.sign(consent="3")[0] == "stored"
    assert (kiosk_record().consent, kiosk_record().notice_id) == ("3", NOT_RECORDED)


def test_tablet_that_was_offline_keeps_the_notice_of_that_day(tablet):
    shown = tablet.campaign().json["petitions"][0]["notice"]["es"]["digest"]
    write(record_shown_notices, now=utcnow())
    name_host(**LEGAL)
    assert tablet.sign(notice=shown)[0] == "stored"
    assert notice_of(rows()[0]).digest == shown


@pytest.mark.parametrize("sent", [{}, {"notice": "f" * 64}, {"notice": 7}, {"notice": ["x"]}])
def test_record_without_a_known_notice_is_stored_as_not_recorded(tablet, sent):
    assert tablet.sign(**sent)[0] == "stored"
    assert rows()[0].notice_id == kiosk_record().notice_id == NOT_RECORDED


def test_paper_points_at_the_text_printed_on_the_sheet(petition):
    line = "Amalia,Rosales,amalia@rosales.example,CA,M5V 2T6,,,"
    batch = bring(begin(petition, csv_of(line)))
    assert rows()[0].notice_id == batch.notice_id == NOT_RECORDED
    known = begin(petition, csv_of("Odile,Kwan,odile@kwan.example,CA,H3Z 2Y7,,,"))
    db.session.get(type(known), known.id).consent_text = "We keep this for the petition alone."
    db.session.commit()
    bring(known)
    assert notice_of(rows()[1]).text == "We keep this for the petition alone."


def test_partner_sends_the_notice_of_the_petition(client, petition):
    notice = client.get("/api/v1/petitions/home?lang=fr").json["notice"]
    answer = send(
        client, make(petition.cause_id), {**AMALIA, "lang": "fr", "notice": notice["digest"]}
    )
    assert answer.status_code == 201
    assert notice_of(rows()[0]).text == notice["text"]


def test_partner_sends_its_own_text_and_when_it_was_agreed_to(client, petition):
    sent = {"consent_text": "I agree, at the Friends.", "consent_at": "2026-01-02T03:04:05+01:00"}
    answer = send(client, make(petition.cause_id), {**AMALIA, **sent})
    assert answer.status_code == 201
    [signature] = rows()
    assert notice_of(signature).text == sent["consent_text"]
    assert signature.consent_at.isoformat() == "2026-01-02T02:04:05+00:00"


def test_partner_that_sends_neither_leaves_the_notice_unknown(client, petition):
    assert send(client, make(petition.cause_id)).status_code == 201
    assert rows()[0].notice_id == NOT_RECORDED


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"notice": "f" * 64}, "notice"),
        ({"consent_text": "Yes"}, "consent_at"),
        ({"consent_text": "Yes", "consent_at": "soon"}, "consent_at"),
        ({"consent_text": "Yes", "consent_at": "2026-01-02T03:04:05"}, "consent_at"),
        ({"consent_text": "Yes", "consent_at": "2199-01-02T03:04:05Z"}, "consent_at"),
        ({"consent_text": "Yes" * 5000, "consent_at": "2026-01-02T03:04:05Z"}, "consent_text"),
    ],
)
def test_wrong_notice_of_a_partner_is_refused_at_its_field(client, petition, sent, field):
    answer = send(client, make(petition.cause_id), {**AMALIA, **sent, "email": "nobody"})
    assert answer.status_code == 422
    assert answer.json["errors"].keys() == {field, "email"}
    assert rows() == []


def test_exports_say_which_notice_and_which_consent(client, petition):
    post_signature(client, petition, AMALIA)
    sign_and_hatch(petition, ODILE, subscribe=True)
    columns = ("given_name", "notice", "consent", "consent_at")
    table = SignatureTable(Selection(petition.id, columns=columns, state="all"))
    [batch] = table.stream()
    lines = {line[0]: line[1:] for line in zip(*batch, strict=True)}
    assert lines["Amalia"] == (notice_of(rows()[0]).digest, "", None)
    assert lines["Odile"][0] == ""
    assert lines["Odile"][1].startswith("20")
    assert " / " not in lines["Odile"][1]
    write(suppress, email_digest=rows()[1].email_digest, reason="complaint", now=utcnow())
    [batch] = SignatureTable(Selection(petition.id, columns=columns, state="all")).stream()
    assert " / " in batch[2][1]


def test_delivery_pack_counts_signatures_under_each_notice(
    client,
    petition,
    requested,  # noqa: F811
    exporter,  # noqa: F811
    monkeypatch,
):
    def draw(_, scratch):
        yield
        (scratch / delivery_pack.POSTER).write_bytes(b"%PDF-poster")

    monkeypatch.setattr(delivery_pack.DeliveryPack, "_draw_poster", draw)
    post_signature(client, petition, AMALIA)
    write(
        confirm_and_assign_text,
        signature_id=rows()[0].id,
        form_id=None,
        now=utcnow(),
        good_for=WEEK,
        lang="en",
    )
    sign_and_hatch(petition, ODILE)
    choice = {"lang": "en", "paper": "a4", "names": "full", "details": [], "slug": "home"}
    pack_id = requested("pack", choice, aim="delivery")
    while exporter.run_next():
        pass
    archive = zipfile.ZipFile(io.BytesIO(b"".join(content_of(export(pack_id)))))
    [name] = [item for item in archive.namelist() if item.endswith("privacy-notices.txt")]
    text = archive.read(name).decode()
    assert notice_of(rows()[0]).text in text
    assert notice_of(rows()[0]).digest in text
    assert figures(text)
    [table] = [item for item in archive.namelist() if item.endswith(".csv")]
    header = next(csv.reader(io.StringIO(archive.read(table).decode("utf-8-sig"))))
    assert "notice" not in header


def test_consent_to_news_ends_with_the_subscription(app):
    subscription_id = subscribe("amalia")
    write(suppress, email_digest=digest("amalia"), reason="request", now=utcnow())
    [consent] = consents_of("subscription", [subscription_id])
    assert consent.withdrawn_at is not None


def test_repeated_request_replaces_the_consent_until_it_is_confirmed(app):
    subscription_id = ask_for_news("amalia")
    ask_for_news("amalia", lang="es")
    [consent] = consents_of("subscription", [subscription_id])
    assert consent.shown_text.lang == "es"
    subscription_id = subscribe("amalia", lang="fr")
    ask_for_news("amalia", lang="en")
    [consent] = consents_of("subscription", [subscription_id])
    assert consent.shown_text.lang == "fr"


def test_unconfirmed_request_is_deleted_with_its_consent(app):
    ask_for_news("amalia")
    write(forget, now=utcnow(), days=0)
    assert db.session.scalars(select(Consent)).all() == []


def test_consent_says_through_which_channel_it_came(tablet):
    assert tablet.sign(fields={**AMALIA}, subscribe=True)[0] == "stored"
    hatch_now()
    [consent] = db.session.scalars(select(Consent)).all()
    assert consent.channel == "kiosk"


def name_consents():
    """Return (text version, whether withdrawn) of all consents to show a name, in order."""
    db.session.rollback()
    query = select(Consent).where(Consent.purpose == "name").order_by(Consent.id)
    return [
        (consent.shown_text.text, consent.withdrawn_at is not None)
        for consent in db.session.scalars(query.execution_options(populate_existing=True))
    ]


def test_shown_name_is_a_consent_until_it_is_hidden(client, petition):
    signature_id = sign_and_hatch(petition, name_display="full")
    sign_and_hatch(petition, ODILE)
    [(full, is_withdrawn)] = name_consents()
    assert not is_withdrawn
    choose_display(client, signature_id, "initials")
    [first, (initials, _is_withdrawn)] = name_consents()
    assert first == (full, True) and initials != full
    choose_display(client, signature_id, "counted")
    assert [is_withdrawn for _text, is_withdrawn in name_consents()] == [True, True]


def test_withdrawn_signature_withdraws_the_consent_to_show_the_name(petition):
    signature_id = sign_and_hatch(petition, name_display="initials")
    withdraw(signature_id)
    hatch_now()
    assert [is_withdrawn for _text, is_withdrawn in name_consents()] == [True]
    write(erase_one, signature_id=signature_id)
    assert name_consents() == []


def choose_display(client, signature_id, display):
    data = {**AMALIA, "name_display": display}
    answer = client.post(f"{link('mine', signature_id)}/{signature_id}/correct", data=data)
    assert answer.status_code == 303
