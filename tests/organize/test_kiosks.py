"""Tests of kiosks in the workspace: pairing, status, revoking, and deciding on what they sent."""

import re
from datetime import timedelta
from pathlib import Path

import pypdfium2
import pytest
import sqlalchemy
from markdown_it import MarkdownIt

from campaign.accounts.audit import entries
from campaign.events.models import Event
from campaign.extensions import db, load_for_update, write
from campaign.kiosk import pairing
from campaign.kiosk.models import Kiosk
from campaign.kiosk.pairing import CODE_GOOD_FOR
from campaign.kiosk.tables.guide import FILES
from campaign.organisations.operations import change_organisation
from campaign.organisations.queries import host_organisation
from campaign.petitions.life_cycles import petition_life_cycle
from campaign.process.clock import utcnow
from campaign.sharing.attribution import clean_source
from campaign.site.operations import change_site
from tests.factories.causes import make_cause
from tests.factories.events import make_event
from tests.factories.kiosks import (
    AMALIA,
    Tablet,
    give_code,
    iso_time,
    kiosk_of,
    make_table,
    make_tablet,
    records,
)
from tests.factories.signatures import change, confirm, rows, sign_many
from tests.page_parts import (
    alerts,
    figures,
    is_empty,
    links,
    sends_to,
    text,
    text_at,
    tree,
    values,
    wrong_fields,
)

DOCS = Path(__file__).parents[2] / "docs"

CODE = re.compile(r"\b([2-9A-Z]{4})-([2-9A-Z]{4})\b")


@pytest.fixture
def table(app):
    return make_table()


@pytest.fixture
def event(table):
    return table[0]


@pytest.fixture
def tablet(client, event):
    return make_tablet(client, event)


@pytest.fixture
def tabler(desk_of, event):
    return desk_of("tabler", event.cause_id)


def actions():
    return [entry.action for entry in entries()]


def hold_record(tablet, reason="duplicate"):
    """Put a record into review and return its id."""
    if reason == "duplicate":
        tablet.sign()
    later = utcnow() + timedelta(seconds=2)
    tablet.sign(fields={**AMALIA, "comment": "Vivos"}, signed_at=later)
    assert records()[-1].reason == reason
    return records()[-1].id


def test_tabler_pairs_a_tablet_by_the_code_on_the_page(tabler, client, event):
    page = tabler.get("/organize/kiosks/").text
    assert f"/organize/kiosks/{event.slug}" in page
    short = tabler.post(f"/organize/kiosks/{event.slug}/new", {"name": "By the door", "pin": "12"})
    assert short.status_code == 422
    assert wrong_fields(short).keys() == {"pin"} and 'value="By the door"' in short.text
    made = tabler.post(
        f"/organize/kiosks/{event.slug}/new", {"name": "By the door", "pin": "204 060"}
    )
    assert made.status_code == 303
    page = tabler.get(made.location)
    assert tree(page).find_class("pairing-picture") and "<svg" in page.text
    code = "".join(CODE.search(page.text).groups())
    assert tabler.get(made.location).text.count(code[:4]) >= 1
    tablet = Tablet(client, code)
    assert tablet.name == "By the door"
    paired = tabler.get(made.location)
    assert alerts(paired) == ["success"] and "By the door" in text_at(
        paired, "//div[@data-kind='success']"
    )
    assert actions()[:3] == ["kiosks.pair", "kiosks.code", "kiosks.pin"]
    # The event has its PIN now.
    assert 'name="pin"' not in tabler.get(f"/organize/kiosks/{event.slug}/new").text
    assert tablet.campaign().json["pin"]


def test_expired_code_offers_another(tabler, event):
    code = write(pairing.new_code, event_id=event.id, now=utcnow() - CODE_GOOD_FOR)
    page = tabler.get(f"/organize/kiosks/codes/{code.id}")
    assert alerts(page) == ["waiting"] and not CODE.search(page.text)
    assert f"/organize/kiosks/{event.slug}/new" in links(page)


@pytest.mark.parametrize("pin", ["111111", "123456"])
def test_guessable_pin_is_refused(tabler, event, pin):
    answer = tabler.post(f"/organize/kiosks/{event.slug}/pin", {"pin": pin})
    assert (answer.status_code, list(wrong_fields(answer))) == (422, ["pin"])


def test_list_shows_the_state_of_tablets(tabler, tablet, event):
    batch = [
        tablet.seal(fields={**AMALIA, "given_name": name}) for name in ("Amalia", "Odile", "Teo")
    ]
    shift = {
        "id": "11111111-1111-4111-8111-111111111111",
        "tabler": "M. R.",
        "started_at": "2026-09-23T10:00:00Z",
        "tally": 3,
    }
    tablet.sync(batch[0], batch[2], waiting=7, shifts=[shift])
    kiosk = kiosk_of(tablet)
    page = tabler.get(f"/organize/kiosks/{event.slug}").text
    assert kiosk.name in page and "M. R." in page
    assert values(page, "data-state") == ["online"]
    assert figures(text_at(page, "//td[@data-missing]")) == [2]
    assert figures(text_at(page, "//td[@data-missing]/following-sibling::td")) == [83]
    own = tabler.get(f"/organize/kiosks/tablets/{kiosk.id}").text
    assert figures(text_at(own, "//p[@class='held-reason']")) == [2]
    assert "Rosales" not in page + own


def test_tablets_in_storage_are_folded_away_from_those_in_use(tabler, client, event):
    here, waits, misses, gone, revoked = (
        make_tablet(client, event, name=name)
        for name in ("Here", "Waits", "Misses", "Gone", "Revoked")
    )
    for tablet, state in ((here, {}), (waits, {"waiting": 2}), (gone, {}), (revoked, {})):
        tablet.sync(**state)
    misses.seal()
    misses.sync(misses.seal())
    long_since = utcnow() - timedelta(days=2)
    for tablet in (waits, misses, gone):
        write(
            lambda tablet=tablet: setattr(
                load_for_update(Kiosk, kiosk_of(tablet).id), "last_seen_at", long_since
            )
        )
    write(pairing.revoke, kiosk_id=kiosk_of(revoked).id, now=utcnow())
    page = tree(tabler.get(f"/organize/kiosks/{event.slug}"))
    at_work, in_storage = (
        {text(link) for link in page.xpath(f"//div[@data-live='{part}']//th/a")}
        for part in ("tablets", "put-away")
    )
    assert (at_work, in_storage) == ({"Here", "Waits", "Misses"}, {"Gone", "Revoked"})
    assert page.xpath("//details[@id='put-away']//div[@data-live='put-away']")


def test_many_tablets_need_no_more_queries_than_few(tabler, client, event):
    path = f"/organize/kiosks/{event.slug}"

    def many():
        statements = []

        def listen(*arguments):
            statements.append(arguments[2])

        # The session would otherwise load the test's own rows again, one by one.
        db.session.expunge_all()
        sqlalchemy.event.listen(db.engine, "before_cursor_execute", listen)
        assert tabler.get(path).status_code == 200
        sqlalchemy.event.remove(db.engine, "before_cursor_execute", listen)
        return len(statements)

    codes = [give_code(event) for _ in range(10)]
    for code in codes[:2]:
        Tablet(client, code).sign()
    many()
    few = many()
    for code in codes[2:]:
        Tablet(client, code)
    assert many() == few


def test_signature_on_a_phone_is_credited_to_the_table_and_the_shift(tabler, tablet, table):
    event, petition = table
    began = utcnow() - timedelta(minutes=20)
    ids = sign_many(petition, 3)
    source = clean_source(f"t-{tablet.campaign().json['table']['url'][-6:]}")
    for signature_id in ids:
        change(signature_id, source=source)
    confirm(ids[0])
    confirm(ids[1])
    change(ids[1], created_at=began - timedelta(minutes=5))
    shift = {
        "id": "11111111-1111-4111-8111-111111111111",
        "tabler": "M. R.",
        "started_at": iso_time(began),
        "tally": 3,
    }
    tablet.sync(shifts=[shift])
    page = tabler.get(f"/organize/kiosks/{event.slug}").text
    assert figures(text_at(page, "//p[@id='on-phones']")) == [2]
    assert text_at(page, "//td[@data-on-phones]") == "1"


def test_tablet_is_renamed_extended_and_revoked(tabler, tablet, event):
    kiosk = kiosk_of(tablet)
    path = f"/organize/kiosks/tablets/{kiosk.id}"
    assert tabler.post(f"{path}/name", {"name": ""}).status_code == 422
    assert tabler.post(f"{path}/name", {"name": "Zócalo"}).status_code == 303
    tabler.post(f"{path}/extend")
    tabler.post(f"{path}/revoke")
    tabler.post(f"{path}/revoke")
    kiosk = kiosk_of(tablet)
    assert (kiosk.name, kiosk.state(utcnow())) == ("Zócalo", "revoked")
    assert kiosk.expires_at == event.ends_at + timedelta(days=3)
    assert actions()[:4] == ["kiosks.revoke", "kiosks.revoke", "kiosks.extend", "kiosks.rename"]
    assert f"{path}/revoke" not in sends_to(tabler.get(path))


def test_signature_from_a_table_names_it_and_shows_the_drawing(desk_of, tablet, event):
    tablet.sign(drawn="M 10,20 C 1,2 3,4 5,6")
    page = desk_of("reviewer", event.cause_id).get(f"/organize/signatures/{rows()[0].id}").text
    assert values(page, "data-evidence") == ["in_person"]
    assert f"<bdi>How a family searches</bdi>, <bdi>{kiosk_of(tablet).name}</bdi>" in page
    assert '<path d="M 10,20 C 1,2 3,4 5,6"/>' in page


def test_tablets_of_another_cause_are_not_found(desk_of, client, tablet, event):
    elsewhere = make_event("elsewhere", cause_id=make_cause("elsewhere").id)
    stranger = desk_of("owner", elsewhere.cause_id)
    for path in (
        event.slug,
        f"{event.slug}/new",
        f"tablets/{kiosk_of(tablet).id}",
        f"{event.slug}/review",
    ):
        assert stranger.get(f"/organize/kiosks/{path}").status_code == 404, path
    assert f"/organize/kiosks/{event.slug}" not in stranger.get("/organize/kiosks/").text
    assert db.session.query(Kiosk).count() == 1


def test_tabler_reads_no_names_and_a_reviewer_does(desk_of, tabler, tablet, event):
    hold_record(tablet)
    assert tabler.get(f"/organize/kiosks/{event.slug}/review").status_code == 403
    page = desk_of("reviewer", event.cause_id).get(f"/organize/kiosks/{event.slug}/review").text
    assert (
        "Amalia Rosales" in page
        and "Vivos" in page
        and values(page, "data-reason") == ["duplicate"]
    )
    assert actions()[0] == "kiosks.review"


def test_record_held_until_the_close_is_approved(desk_of, tablet, table):
    event, petition = table
    write(petition_life_cycle.close, row_id=petition.id, now=utcnow())
    record_id = hold_record(tablet, "closed")
    desk = desk_of("reviewer", event.cause_id)
    answer = desk.post(
        f"/organize/kiosks/{event.slug}/review", {"do": "let_in", "ticked": record_id}
    )
    assert answer.status_code == 303
    [record] = records()
    [signature] = rows()
    assert (record.status, record.reason, record.sealed, record.signature_id) == (
        "stored",
        "",
        None,
        signature.id,
    )
    assert (signature.state, signature.evidence, signature.comment) == (
        "confirmed",
        "in_person",
        "Vivos",
    )
    assert actions()[0] == "kiosks.let_in"
    # Pressed twice, and requested again by the tablet.
    desk.post(f"/organize/kiosks/{event.slug}/review", {"do": "let_in", "ticked": record_id})
    assert len(rows()) == 1
    assert is_empty(desk.get(f"/organize/kiosks/{event.slug}/review"))


def test_second_signature_stays_out(desk_of, tablet, event):
    record_id = hold_record(tablet)
    desk = desk_of("reviewer", event.cause_id)
    desk.post(f"/organize/kiosks/{event.slug}/review", {"do": "let_in", "ticked": record_id})
    assert alerts(desk.get(f"/organize/kiosks/{event.slug}/review")) == ["note", "waiting"]
    assert [record.status for record in records()] == ["stored", "review"]
    assert len(rows()) == 1


def test_rejecting_asks_for_a_reason_and_keeps_the_selection(desk_of, tablet, event):
    record_id = hold_record(tablet)
    desk = desk_of("reviewer", event.cause_id)
    answer = desk.post(
        f"/organize/kiosks/{event.slug}/review", {"do": "reject", "ticked": record_id}
    )
    assert answer.status_code == 422 and "checked" in answer.text
    desk.post(
        f"/organize/kiosks/{event.slug}/review",
        {"do": "reject", "ticked": record_id, "reason": "Twice"},
    )
    assert records()[-1].decided_at
    assert is_empty(desk.get(f"/organize/kiosks/{event.slug}/review"))
    assert entries()[0].reason == "Twice" or entries()[1].reason == "Twice"


def test_rejected_record_is_not_approved_from_an_old_page(desk_of, tablet, table):
    event, petition = table
    write(petition_life_cycle.close, row_id=petition.id, now=utcnow())
    record_id, desk = hold_record(tablet, "closed"), desk_of("reviewer", event.cause_id)
    desk.post(
        f"/organize/kiosks/{event.slug}/review",
        {"do": "reject", "ticked": record_id, "reason": "A joke"},
    )
    answer = desk.post(
        f"/organize/kiosks/{event.slug}/review",
        {"do": "let_in", "ticked": record_id},
        follow_redirects=True,
    )
    assert figures(text_at(answer, "//div[@data-kind='waiting']")) == [1]
    assert rows() == []
    assert "kiosks.let_in" not in actions()


def test_only_an_admin_approves_what_a_revoked_tablet_sent(desk_of, tablet, event):
    sealed = tablet.seal()
    write(pairing.revoke, kiosk_id=kiosk_of(tablet).id, now=utcnow())
    assert tablet.receipts(sealed) == [("review", "revoked")]
    choice = {"do": "let_in", "ticked": records()[0].id}
    reviewer = desk_of("owner", event.cause_id)
    assert values(reviewer.get(f"/organize/kiosks/{event.slug}/review"), "data-locked") == [""]
    reviewer.post(f"/organize/kiosks/{event.slug}/review", choice)
    assert rows() == []
    desk_of("admin").post(f"/organize/kiosks/{event.slug}/review", choice)
    assert [signature.evidence for signature in rows()] == ["in_person"]


def test_unreadable_record_can_only_be_rejected(desk_of, tablet, event):
    record = {**tablet.seal(), "sealed": "AAAA"}
    assert tablet.receipts(record) == [("review", "unreadable")]
    desk = desk_of("reviewer", event.cause_id)
    assert values(desk.get(f"/organize/kiosks/{event.slug}/review"), "data-reason") == [
        "unreadable"
    ]
    desk.post(f"/organize/kiosks/{event.slug}/review", {"do": "let_in", "ticked": records()[0].id})
    assert figures(
        text_at(desk.get(f"/organize/kiosks/{event.slug}/review"), "//div[@data-kind='waiting']")
    ) == [1]


@pytest.mark.parametrize("size", ["A4", "A2", "nonsense"])
def test_table_poster_is_one_sheet_with_the_short_address(tabler, client, event, size):
    answer = tabler.get(f"/organize/kiosks/{event.slug}/table.pdf?size={size}")
    assert answer.mimetype == "application/pdf"
    document = pypdfium2.PdfDocument(answer.data)
    assert len(document) == 1
    text = document[0].get_textpage().get_text_bounded()
    address = re.search(r"localhost(/t/[2-9A-Z]{6})", text)[1]
    assert "Bring them home" in text and "Que vuelvan" in text
    assert client.get(address).location.endswith(f"?source=t-{address[-6:]}")


def test_table_poster_names_the_organisation(tabler, event):
    write(
        change_organisation,
        organisation_id=host_organisation().id,
        part="identity",
        texts={"en": {"name": "River Keepers"}},
    )
    answer = tabler.get(f"/organize/kiosks/{event.slug}/table.pdf")
    text = pypdfium2.PdfDocument(answer.data)[0].get_textpage().get_text_bounded()
    assert "River Keepers" in text and "Volante" not in text


def test_guide_for_the_table_is_printed_in_the_language_of_the_event(desk_of, event):
    desk = desk_of("tabler", event.cause_id)
    address = f"/organize/kiosks/{event.slug}/guide"
    assert address in links(desk.get(f"/organize/kiosks/{event.slug}"))
    for lang in ("en", "es", "fr"):
        set_languages(event, [lang])
        page = desk.get(address)
        [guide] = tree(page).find_class("table-guide")
        assert (guide.get("lang"), text(guide)) == (lang, document_text(FILES[lang]))
        assert guide.xpath(".//table") and guide.xpath(".//ol")
    assert {f"{address}?language={lang}" for lang in ("en", "es")} <= set(links(page))
    [guide] = tree(desk.get(f"{address}?language=es-MX")).find_class("table-guide")
    assert guide.get("lang") == "es"


def test_guide_falls_back_along_the_languages_of_the_site(desk_of, event):
    desk = desk_of("tabler", event.cause_id)
    write(change_site, settings={"languages": ["pt-BR", "fr", "en"]})
    set_languages(event, ["pt-BR"])
    page = desk.get(f"/organize/kiosks/{event.slug}/guide")
    [guide] = tree(page).find_class("table-guide")
    assert text(guide) == document_text("tablers.fr.md")
    assert f"/organize/kiosks/{event.slug}/guide?language=en" in links(page)


def test_guide_of_another_cause_is_not_found(desk_of, event):
    stranger = desk_of("owner", make_cause("elsewhere").id)
    assert stranger.get(f"/organize/kiosks/{event.slug}/guide").status_code == 404


def set_languages(event, languages):
    """Let the event name these languages."""
    db.session.get(Event, event.id).languages = languages
    db.session.commit()


def document_text(name):
    """Return the text of a document as a reader sees it, without its title."""
    _title, _newline, body = (DOCS / name).read_text().partition("\n")
    rendered = MarkdownIt("commonmark").enable("table").render(body)
    return text(tree(f"<div>{rendered}</div>"))
