"""Tests of privacy notices: who was shown what, and what is recorded of it."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select

from campaign.events.models import Registration
from campaign.extensions import db, write
from campaign.notices.composition import compose_notice, digest_of
from campaign.notices.models import NOT_RECORDED, Notice
from campaign.notices.operations import CACHE, record_notice
from campaign.notices.queries import notice_by_id
from campaign.organisations.identity import CACHE_NAME
from campaign.organisations.operations import change_organisation, create_organisation
from campaign.organisations.queries import host_organisation
from campaign.petitions.jobs import record_shown_notices
from campaign.process.clock import utcnow
from campaign.process.ttl_cache import TtlCache, TtlValue
from campaign.signatures.erasure import erase_one, set_retention
from campaign.signatures.models import RepeatSigning
from tests.factories.causes import make_cause
from tests.factories.events import make_event
from tests.factories.petitions import make_petition
from tests.factories.signatures import (
    AMALIA,
    ODILE,
    change,
    confirm,
    hatch_now,
    link,
    post_signature,
    row,
    rows,
    sign,
    sign_and_hatch,
)
from tests.page_parts import text_at, tree, values

LEGAL = {
    "legal_name": "River Watch Society",
    "postal_address": "12 Willow Road\nSmalltown",
    "country": "CA",
    "data_protection_contact": "privacy@riverwatch.example",
    "supervisory_authority": "the Commissioner of Smalltown",
}


def name_host(**columns):
    """Change the legal details of the host, committed."""
    write(change_organisation, organisation_id=host_organisation().id, part="legal", **columns)


def shown_digest(client, path):
    """Return the digest that the form of a page sends."""
    [digest] = tree(client.get(path)).xpath("//input[@name='notice']/@value")
    return str(digest)


def notice_of(signature_row):
    return notice_by_id(signature_row.notice_id)


def recorded():
    """Return the texts of all recorded notices."""
    db.session.rollback()
    return set(db.session.scalars(select(Notice.text).where(Notice.id != NOT_RECORDED)))


def test_form_shows_the_notice_with_controller_authority_and_days(client, petition):
    name_host(**LEGAL)
    write(set_retention, petition_id=petition.id, days=123)
    page = client.get("/en/petitions/home").text
    for detail in (*LEGAL.values(), "123"):
        if detail != "CA":
            assert detail.replace("\n", ", ") in page
    assert values(page, "data-notice") == [shown_digest(client, "/en/petitions/home")]


def test_reading_pages_records_nothing(client, petition):
    client.get("/en/petitions/home")
    client.get("/en/privacy")
    assert recorded() == set()


def test_signature_points_at_the_notice_that_was_shown(client, petition):
    digest = shown_digest(client, "/es/petitions/home")
    post_signature(client, petition, {**AMALIA, "notice": digest}, lang="es")
    notice = notice_of(rows()[0])
    assert (notice.digest, notice.lang) == (digest, "es")
    assert digest_of(notice.text) == digest
    assert notice.organisation_id == host_organisation().id


def test_changed_details_make_a_new_notice_and_signatures_keep_theirs(client, petition):
    post_signature(client, petition, AMALIA)
    name_host(**LEGAL)
    post_signature(client, petition, ODILE)
    first, second = map(notice_of, rows())
    assert LEGAL["legal_name"] not in first.text
    assert LEGAL["legal_name"] in second.text


def test_page_from_a_cache_is_recorded_with_the_notice_that_it_showed(client, petition):
    old = shown_digest(client, "/en/petitions/home")
    post_signature(client, petition, {**AMALIA, "notice": old})
    name_host(**LEGAL)
    post_signature(client, petition, {**ODILE, "notice": old})
    assert [notice_of(signature).digest for signature in rows()] == [old, old]


@pytest.mark.parametrize(
    "sent", ["", "0", "f" * 64, "F" * 64, "x" * 64, "a" * 5000, "\0", "’" * 64]
)
def test_forged_digest_counts_as_the_current_notice(client, petition, sent):
    current = shown_digest(client, "/en/petitions/home")
    post_signature(client, petition, {**AMALIA, "notice": sent})
    assert notice_of(rows()[0]).digest == current
    assert {digest_of(text) for text in recorded()} == {current}


def test_organisations_have_their_own_notices_and_cannot_use_each_others(client, petition):
    other = write(create_organisation, slug="other", texts={"en": {"name": "Other Friends"}})
    cause = make_cause("lake", organisation_id=other.id)
    make_petition("lake", cause_id=cause.id)
    foreign = shown_digest(client, "/en/petitions/home")
    post_signature(client, petition, {**AMALIA, "notice": foreign})
    lake = client.get("/en/petitions/lake").text
    assert "Other Friends" in lake
    client.post("/en/petitions/lake/signatures", data={**ODILE, "notice": foreign})
    first, second = map(notice_of, rows())
    assert first.digest == foreign
    assert (second.organisation_id, second.digest != foreign) == (other.id, True)


def test_later_form_waits_with_its_own_notice(client, petition):
    post_signature(client, petition, AMALIA)
    name_host(**LEGAL)
    later = {**AMALIA, "given_name": "Amelia", "notice": ""}
    post_signature(client, petition, later)
    [form] = db.session.scalars(select(RepeatSigning)).all()
    assert LEGAL["legal_name"] in notice_of(form).text
    assert "notice_id" not in form.form_data


def test_process_that_knows_a_notice_signs_without_asking_for_it(
    client, petition, app, monkeypatch
):
    monkeypatch.setitem(app.extensions, CACHE, TtlCache(60, max_entries=10))
    digest = shown_digest(client, "/en/petitions/home")
    post_signature(client, petition, {**AMALIA, "notice": digest})
    queries = []

    def note(_connection, _cursor, statement, *_):
        if "notice" in statement and statement.lower().startswith("select"):
            queries.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    post_signature(client, petition, {**ODILE, "notice": digest})
    event.remove(db.engine, "before_cursor_execute", note)
    assert queries == []
    assert [notice_of(signature).digest for signature in rows()] == [digest, digest]


def test_notice_is_composed_once_until_its_organisation_changes(app, client, petition, monkeypatch):
    # A second of rush asks for the same notice thousands of times.
    monkeypatch.setitem(app.extensions, CACHE_NAME, TtlValue(60))
    first = compose_notice("signature", organisation_id=None, lang="en", days=30)
    assert compose_notice("signature", organisation_id=None, lang="en", days=30) is first
    assert compose_notice("signature", organisation_id=None, lang="en", days=31) is not first
    name_host(legal_name="River Watch Society")
    later = compose_notice("signature", organisation_id=None, lang="en", days=30)
    assert "River Watch Society" in later.text


def test_registration_points_at_its_notice(client, petition):
    talk = make_event("talk", cause_id=petition.cause_id)
    digest = shown_digest(client, f"/en/events/{talk.slug}")
    form_data = {"name": "Amalia", "email": AMALIA["email"], "seats": "1", "notice": digest}
    client.post(f"/en/events/{talk.slug}/registrations", data=form_data)
    registration = db.session.scalars(select(Registration)).one()
    assert notice_of(registration).digest == digest


def test_worker_records_what_open_petitions_show(client, petition):
    shown = {lang: shown_digest(client, f"/{lang}/petitions/home") for lang in ("en", "es", "fr")}
    # The worker goes on without a pause while there is something new.
    assert [write(record_shown_notices, now=utcnow()) for _ in range(2)] == [3, 0]
    notices = db.session.scalars(select(Notice).where(Notice.id != NOT_RECORDED)).all()
    assert {notice.lang: notice.digest for notice in notices} == shown


def test_recorded_notice_can_be_read_at_its_address_and_others_cannot(client, petition):
    notice_id = write(
        record_notice, organisation_id=host_organisation().id, lang="fr", text="**Qui :** nous"
    )
    digest = notice_by_id(notice_id).digest
    for part in (digest, digest[:12]):
        page = client.get(f"/en/notices/{part}")
        assert values(page, "data-notice") == [digest]
        assert "<strong>Qui :</strong>" in page.text
    for part in (digest[:11], "0" * 12, "'; --", digest + "0"):
        assert client.get(f"/en/notices/{part}").status_code == 404


def test_privacy_page_names_each_organisation_and_its_authority(client, petition):
    name_host(**LEGAL)
    write(create_organisation, slug="other", texts={"en": {"name": "Other Friends"}})
    page = client.get("/en/privacy")
    assert values(page, "data-organisation") == ["host", "other"]
    assert LEGAL["supervisory_authority"] in page.text


def test_own_page_and_download_show_notice_and_consents(client, petition):
    digest = shown_digest(client, "/en/petitions/home")
    post_signature(client, petition, {**AMALIA, "notice": digest, "subscribe": "y"})
    signature_id = rows()[0].id
    page = client.get(link("mine", signature_id))
    assert values(page, "data-notice") == [digest]
    assert f"/en/notices/{digest}" in page.text
    copy = client.get(f"{link('mine', signature_id)}/download.json").json["signatures"][0]
    assert (copy["notice"]["digest"], copy["notice"]["lang"]) == (digest, "en")
    assert digest_of(copy["notice"]["text"]) == digest


def test_own_page_says_that_a_notice_is_not_recorded(client, petition):
    signature_id = sign_and_hatch(petition)
    page = client.get(link("mine", signature_id))
    assert values(page, "data-notice") == [""]
    copy = client.get(f"{link('mine', signature_id)}/download.json").json["signatures"][0]
    assert copy["notice"] is None


def test_consent_to_news_is_on_the_own_page_until_it_is_withdrawn(client, petition):
    signature_id = sign_and_hatch(petition, subscribe=True)
    page = client.get(link("mine", signature_id))
    assert values(page, "data-consent") == ["news"]
    [consent] = client.get(f"{link('mine', signature_id)}/download.json").json["signatures"][0][
        "consents"
    ]
    assert (consent["purpose"], consent["channel"], consent["withdrawn_at"]) == (
        "news",
        "web",
        None,
    )
    assert consent["text"]


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
@pytest.mark.parametrize("display", ["full", "initials"])
def test_own_page_quotes_the_question_and_the_answer_apart(client, petition, display, lang):
    signature_id = sign_and_hatch(petition, {**AMALIA, "name_display": display}, lang=lang)
    address = link("mine", signature_id)
    [consent] = client.get(f"{address}/download.json").json["signatures"][0]["consents"]
    question, mark, answer = consent["text"].rpartition("? ")
    shown = text_at(client.get(address.replace("/en/", f"/{lang}/")), "//*[@data-consent]")
    assert consent["text"] not in shown
    assert question + mark.strip() in shown.replace(answer, "") and answer in shown


def test_own_page_says_what_a_partner_passed_on(client, petition):
    signature_id = sign(petition, {**AMALIA, "name_display": "full"})
    change(signature_id, evidence="api")
    confirm(signature_id)
    # What partners send is counted in groups.
    hatch_now()
    hatch_now(now=utcnow() + timedelta(days=2))
    shown = text_at(client.get(link("mine", signature_id)), "//*[@data-consent]")
    assert "name_display" not in shown


def test_erased_signature_keeps_only_the_notice(client, petition):
    post_signature(client, petition, {**AMALIA, "subscribe": "y"})
    signature_id = rows()[0].id
    write(erase_one, signature_id=signature_id)
    erased = row(signature_id)
    assert notice_of(erased).is_recorded
    assert erased.consent_at is None


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_notice_of_an_event_speaks_of_no_consent(app, lang):
    word = {"en": "consent", "es": "consentimiento", "fr": "consentement"}[lang]
    texts = {
        subject: compose_notice(subject, organisation_id=None, lang=lang, days=30).text.lower()
        for subject in ("signature", "letter", "registration", "subscription")
    }
    assert {subject for subject, text in texts.items() if word not in text} == {"registration"}
