"""Tests of the pages of exports and hand-overs: questions, permissions, log and results."""

import csv
import hashlib
import io
import json
import re
from datetime import timedelta
from html import unescape

import pytest
from flask_babel import force_locale

from campaign.accounts.audit import entries
from campaign.edge.page_cache import PageCache
from campaign.exports import delivery_pack
from campaign.exports.models import Export
from campaign.exports.operations import fail_export
from campaign.exports.queries import exports_of
from campaign.extensions import db, write
from campaign.i18n.locales import locale_of
from campaign.petitions.delivery_terms import delivered_items
from campaign.petitions.queries import petition_by_id
from campaign.process.clock import utcnow
from campaign.security.sealed_files import new_seed
from campaign.signatures.erasure import erase_one
from tests.exports.conftest import path_of
from tests.factories.causes import make_cause
from tests.factories.jobs import job_loop
from tests.factories.letters import STORY, make_letter_action, write_letter
from tests.factories.petitions import make_petition
from tests.factories.signatures import AMALIA, ODILE, post_signature, rows, sign, sign_and_hatch
from tests.page_parts import (
    alerts,
    figures,
    links,
    sends_to,
    text,
    text_at,
    tree,
    values,
    version_on,
)

FORM_DATA = {
    "purpose": "For our members’ meeting",
    "columns": ["number", "email"],
    "state": "counted",
    "kind": "csv",
}
PACK = {"purpose": "For the Senate", "lang": "en", "paper": "letter"}
RECEIPT = {
    "day": "2026-11-20",
    "received_by": "The clerk of the Senate",
    "signatures": "2",
    "note": "She promised an answer.",
}


@pytest.fixture
def exporter(app, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "VAR_DIR", str(tmp_path))
    return job_loop("export")


def ask(desk, aim="records", **changes):
    return desk.post(f"/organize/exports/home/new?aim={aim}", {**FORM_DATA, **changes})


def present(petition):
    """Return the exports of a petition, newest first."""
    db.session.rollback()
    return exports_of([petition.id])


def noted(action):
    """Return the activity log entries of an action, newest first."""
    db.session.rollback()
    return entries(action=action)


@pytest.mark.parametrize(
    ("role", "exports", "records"),
    [
        ("owner", 200, 200),
        ("exporter", 200, 200),
        ("editor", 403, 200),
        ("reviewer", 403, 403),
        ("tabler", 403, 403),
    ],
)
def test_each_page_opens_for_the_roles_in_the_table(desk_of, petition, role, exports, records):
    desk = desk_of(role, petition.cause_id)
    for path in ("home", "home/new?aim=letters"):
        assert desk.get(f"/organize/exports/{path}").status_code == exports
    assert desk.get("/organize/handovers/home/pack").status_code == exports
    assert desk.get("/organize/handovers/home").status_code == records
    assert desk.get("/organize/handovers/home/contents").status_code == (
        200 if role == "owner" else 403
    )
    assert ask(desk).status_code == (303 if exports == 200 else 403)


@pytest.mark.parametrize(
    ("role", "may_export"),
    [
        ("owner", True),
        ("exporter", True),
        ("editor", False),
        ("reviewer", False),
        ("tabler", False),
    ],
)
def test_sidebar_has_exports_for_people_who_may_export(desk_of, petition, role, may_export):
    page = desk_of(role, petition.cause_id).get("/organize/petitions/").text
    # Once in the wide sidebar, once in the menu of a phone.
    assert page.count('<li><a href="/organize/exports/">') == (2 if may_export else 0)


def test_sidebar_marks_exports_on_every_page_of_exports(desk_of, petition):
    desk = desk_of("admin")
    make_petition("second", cause_id=petition.cause_id)
    for path in ("exports/", "exports/home", "handovers/home"):
        assert (
            '<a href="/organize/exports/" aria-current="page">'
            in desk.get(f"/organize/{path}").text
        ), path
    assert '<a class="go" href="/organize/exports/">' in desk.get("/organize/exports/home").text


def test_purpose_comes_first_and_is_logged_with_the_count(desk_of, petition):
    sign_and_hatch(petition)
    sign(petition, ODILE)
    desk = desk_of("exporter", petition.cause_id)
    answer = ask(desk, purpose="  ")
    assert answer.status_code == 422
    assert 'id="purpose-error"' in answer.text
    assert present(petition) == []
    page = desk.get("/organize/exports/home/new?aim=records").text
    assert page.index('name="purpose"') < page.index('name="columns"')
    ask(desk)
    [entry] = noted("exports.ask")
    assert (entry.reason, entry.organizer_id, entry.subject_id) == (
        FORM_DATA["purpose"],
        desk.organizer.id,
        petition.id,
    )
    assert entry.details == {
        "kind": "csv",
        "aim": "records",
        "columns": ["number", "email"],
        "signatures": 1,
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"columns": []},
        {"columns": ["email_digest"]},
        {"kind": "exe"},
        {"state": "everybody"},
        {"country": "XX"},
        {"source": "not a code"},
        {"since": "soon"},
        {"since": "2026-11-20", "until": "2026-11-19"},
    ],
)
def test_invalid_choice_is_refused_and_input_is_kept(desk_of, petition, wrong):
    answer = ask(desk_of("owner", petition.cause_id), **wrong)
    assert (answer.status_code, present(petition)) == (422, [])
    assert "For our members" in answer.text


def test_dates_at_the_ends_of_the_calendar_limit_nothing(desk_of, petition):
    desk = desk_of("owner", petition.cause_id)
    assert ask(desk, since="0001-01-01", until="9999-12-31").status_code == 303
    assert desk.get("/organize/exports/home/new?aim=records").status_code == 200


def test_purpose_is_not_offered_data_that_it_does_not_need(desk_of, petition):
    desk = desk_of("owner", petition.cause_id)
    assert desk.get("/organize/exports/home/new?aim=anything").status_code == 404
    assert ask(desk, "delivery", columns=["email"]).status_code == 422
    assert ask(desk, "letters", columns=["email", "comment"]).status_code == 422
    page = desk.get("/organize/exports/home/new?aim=letters").text
    assert 'name="state"' not in page


def test_mailing_export_has_only_people_who_asked_for_news(desk_of, petition, exporter):
    sign_and_hatch(petition, AMALIA, subscribe=True)
    sign_and_hatch(petition, ODILE)
    desk = desk_of("owner", petition.cause_id)
    here = ask(desk, "letters", columns=["email"], state="all").location
    exporter.run_next()
    assert desk.get(f"{here}/download").data.decode("utf-8-sig").split() == [
        "email",
        AMALIA["email"],
    ]


def test_signatures_from_one_campaign_link_can_be_exported_alone(desk_of, petition, exporter):
    sign(petition, AMALIA, source="radio-north")
    sign(petition, ODILE, source="radio")
    desk = desk_of("owner", petition.cause_id)
    here = ask(desk, columns=["email"], state="all", source=" Radio ").location
    exporter.run_next()
    assert desk.get(f"{here}/download").data.decode("utf-8-sig").split() == [
        "email",
        ODILE["email"],
    ]
    assert 'value="radio"' in desk.get("/organize/exports/home/new?aim=records").text


def test_choices_are_remembered_for_the_petition_and_the_purpose(desk_of, petition):
    make_petition("law", cause_id=petition.cause_id)
    desk = desk_of("owner", petition.cause_id)
    ask(desk, kind="jsonl", country="MX", since="2026-11-01", until="2026-11-02")
    ask(desk, kind="xlsx", country="MX", since="2026-11-01", until="2026-11-02")
    page = desk.get("/organize/exports/home/new?aim=records").text
    for part in (
        'value="MX" selected',
        'value="2026-11-01"',
        'value="2026-11-02"',
        'value="xlsx" checked',
        "usual=1",
    ):
        assert part in page
    assert page.count('name="columns"') - page.count('value="comment" checked') == page.count(
        'name="columns"'
    )
    assert FORM_DATA["purpose"] not in page
    for other in ("home/new?aim=records&usual=1", "home/new?aim=delivery", "law/new?aim=records"):
        assert 'value="MX" selected' not in desk.get(f"/organize/exports/{other}").text


def test_broken_download_resumes_unless_the_file_has_changed(desk_of, petition, exporter):
    sign_and_hatch(petition, AMALIA)
    desk = desk_of("exporter", petition.cause_id)
    here = ask(desk).location
    exporter.run_next()
    full = desk.get(f"{here}/download")
    assert (full.status_code, full.headers["Accept-Ranges"]) == (200, "bytes")
    rest = desk.get(
        f"{here}/download", headers={"Range": "bytes=9-", "If-Range": full.headers["ETag"]}
    )
    last = len(full.data) - 1
    assert (rest.status_code, rest.headers["Content-Range"]) == (206, f"bytes 9-{last}/{last + 1}")
    assert full.data[:9] + rest.data == full.data
    assert (
        desk.get(f"{here}/download", headers={"Range": "bytes=9-", "If-Range": '"another"'}).data
        == full.data
    )
    assert desk.get(f"{here}/download", headers={"Range": "bytes=99999-"}).status_code == 416


def test_broken_download_resumes_behind_the_edge_too(desk_of, petition, exporter, app, monkeypatch):
    monkeypatch.setattr(app, "wsgi_app", PageCache(app.wsgi_app))
    sign_and_hatch(petition, AMALIA)
    desk = desk_of("exporter", petition.cause_id)
    here = ask(desk).location
    exporter.run_next()
    assert desk.get(f"{here}/download", headers={"Range": "bytes=9-"}).status_code == 206


def test_export_from_request_to_download_and_its_log_entry(desk_of, petition, exporter):
    sign_and_hatch(petition, {**AMALIA, "given_name": "=Amalia"})
    desk = desk_of("exporter", petition.cause_id)
    here = ask(desk, columns=["number", "given_name"]).location
    assert "progress-poll" in values(desk.get(here), "data-module")
    progress = desk.get(f"{here}?progress=1").json
    assert (progress["state"], progress["progress"]) == ("waiting", 0)
    assert progress["words"] == text_at(desk.get(here), "//p[@data-progress-text]")
    assert desk.get(f"{here}/download").location == here
    exporter.run_next()
    assert desk.get(f"{here}?progress=1").json["state"] == "ready"
    answer = desk.get(f"{here}/download")
    assert list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))) == [
        ["number", "given_name"],
        ["1", "'=Amalia"],
    ]
    assert (answer.content_length, answer.headers["Cache-Control"]) == (
        len(answer.data),
        "no-store",
    )
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=home-")
    assert answer.headers["Content-Disposition"].endswith(".csv")
    page = desk.get(here).text
    assert hashlib.sha256(answer.data).hexdigest() in page
    assert 'data-rows="1"' in page
    desk.get(f"{here}/download")
    assert [(entry.reason, entry.details["signatures"]) for entry in noted("exports.download")] == [
        (FORM_DATA["purpose"], 1)
    ] * 2
    downloads = tree(desk_of("admin").get("/organize/audit/")).xpath(
        "//p[@data-action='exports.download']"
    )
    assert [figures(text(download)) for download in downloads] == [[1], [1]]


def test_signatures_are_exported_only_with_fresh_password_and_second_factor(
    desk_of, petition, exporter, monkeypatch
):
    desk = desk_of("exporter", petition.cause_id)
    here = ask(desk).location
    exporter.run_next()
    monkeypatch.setattr(
        "campaign.organize.core.access.utcnow", lambda: utcnow() + timedelta(hours=1)
    )
    for path in (
        f"{here}/download",
        "/organize/exports/home/new?aim=records",
        "/organize/handovers/home/pack",
    ):
        assert "/organize/account/confirm" in desk.get(path).location
    assert "confirm" in ask(desk).location
    assert desk.get(here).status_code == 200
    monkeypatch.undo()
    bare = desk_of("owner", petition.cause_id, second_factor=False)
    assert "second-factor" in bare.get(f"{here}/download").location


def test_files_of_another_cause_are_not_found(desk_of, petition, exporter):
    here = ask(desk_of("owner", petition.cause_id)).location
    exporter.run_next()
    stranger = desk_of("owner", make_cause("elsewhere").id, email="stranger@kwan.example")
    for path in (here, f"{here}/download", "/organize/exports/home", "/organize/handovers/home"):
        assert stranger.get(path).status_code == 404
    assert stranger.post(f"{here}/delete").status_code == 404
    assert len(present(petition)) == 1
    assert stranger.get(f"/organize/exports/files/{2**70}").status_code == 404


def test_file_can_be_cancelled_and_deleted_at_once(desk_of, petition, exporter):
    desk = desk_of("owner", petition.cause_id)
    here = ask(desk).location
    assert alerts(desk.post(f"{here}/delete", follow_redirects=True)) == ["success"]
    here = ask(desk).location
    exporter.run_next()
    path = path_of(present(petition)[0])
    desk.post(f"{here}/delete")
    assert (present(petition), path.exists()) == ([], False)
    gone = desk.get(here)
    assert gone.status_code == 404 and tree(gone).xpath("//main//a[@href='/organize/exports/']")
    assert [entry.action for entry in noted("exports")][:3] == [
        "exports.delete",
        "exports.ask",
        "exports.cancel",
    ]


def test_failed_file_says_why_and_can_be_made_again(desk_of, petition, exporter):
    desk = desk_of("owner", petition.cause_id)
    here = ask(desk).location
    export_id = present(petition)[0].id
    write(fail_export, export_id, error_code="no_room")
    assert values(desk.get(here), "data-fault") == ["no_room"] and f"{here}/again" in sends_to(
        desk.get(here)
    )
    desk.post(f"{here}/again")
    exporter.run_next()
    assert f"{here}/download" in links(desk.get(here))


def test_file_that_no_key_decrypts_is_reported_as_gone(desk_of, petition, exporter):
    desk = desk_of("owner", petition.cause_id)
    here = ask(desk).location
    exporter.run_next()
    export_id = present(petition)[0].id
    write(lambda: db.session.get(Export, export_id).__setattr__("seed", new_seed()))
    assert "danger" in alerts(desk.get(f"{here}/download", follow_redirects=True))
    assert noted("exports.download") == []


def test_pack_asks_for_its_purpose_and_needs_a_signature(desk_of, petition):
    desk = desk_of("exporter", petition.cause_id)
    refused = desk.post("/organize/handovers/home/pack", PACK)
    assert (refused.status_code, alerts(refused), present(petition)) == (422, ["danger"], [])
    sign_and_hatch(petition)
    assert desk.post("/organize/handovers/home/pack", {**PACK, "purpose": ""}).status_code == 422
    assert desk.post("/organize/handovers/home/pack", {**PACK, "lang": "fr"}).status_code == 422
    answer = desk.post("/organize/handovers/home/pack", PACK)
    assert desk.get(answer.location).status_code == 200
    [export] = present(petition)
    assert (export.kind, export.choice["names"], export.choice["details"]) == (
        "pack",
        "shown",
        ["country"],
    )
    assert noted("exports.ask")[0].details["signatures"] == 1
    assert answer.location in links(desk.get("/organize/exports/home"))


def change_contents(desk, names, *details):
    """Change what the targets of the petition get to see, by making a new version."""
    path = "/organize/handovers/home/contents"
    chosen = {"names": names, "details": list(details), "version": version_on(desk.get(path))}
    assert desk.post(path, {**chosen, "press": "new-version"}).status_code == 303


def test_draft_links_to_what_is_delivered_so_that_the_first_signer_is_told(desk_of, petition):
    draft = make_petition(cause_id=petition.cause_id, slug="draft", state="draft")
    desk = desk_of("owner", petition.cause_id)
    contents = "/organize/handovers/draft/contents"
    assert contents in links(desk.get("/organize/petitions/draft"))
    chosen = {"names": "shown", "details": [], "version": version_on(desk.get(contents))}
    assert desk.post(contents, chosen).status_code == 303
    assert petition_by_id(draft.id).delivered_names == "shown"


# The privacy notice names details that are kept, not those that are delivered.
NOTICE = re.compile(r'<details class="privacy-notice".*?</details>', re.DOTALL)


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_sentence_at_the_sign_button_says_what_is_delivered(client, desk_of, petition, lang):
    with force_locale(locale_of(lang)):
        shown, country = delivered_items("shown", ["country"])
        full, postal_code, day = delivered_items("full", ["postal_code", "day"])
    desk = desk_of("owner", petition.cause_id)
    pages = [
        f"/{lang}/petitions/home",
        f"/embed/petitions/home?lang={lang}",
        f"/api/v1/petitions/home?lang={lang}",
    ]

    def named_details():
        """Return for each page which of the details it names."""
        texts = [NOTICE.sub("", client.get(page).get_data(as_text=True)) for page in pages]
        texts[2] = client.get(pages[2]).json["delivered"]["sentence"]
        return [
            [
                detail
                for detail in (shown, full, country, postal_code, day)
                if detail in unescape(text)
            ]
            for text in texts
        ]

    assert named_details() == [[shown, country]] * 3
    change_contents(desk, "full", "postal_code", "day")
    assert named_details() == [[full, postal_code, day]] * 3


def test_earlier_supporters_are_delivered_with_no_more_than_they_agreed_to(
    client, desk_of, petition, exporter
):
    desk = desk_of("owner", petition.cause_id)
    sign_and_hatch(petition, AMALIA, name_display="initials")
    change_contents(desk, "full", "country", "postal_code", "day")
    sign_and_hatch(petition, ODILE)
    columns = ["full_name", "country", "postal_code", "day"]
    here = ask(desk, "delivery", columns=columns, kind="jsonl").location
    exporter.run_next()
    first, second = map(json.loads, desk.get(f"{here}/download").data.splitlines())
    assert [first[name] for name in columns] == ["A. R.", "CA", "", ""]
    assert (second["full_name"], second["country"], second["postal_code"]) == (
        "Odile Kwan",
        "CA",
        "H3Z 2Y7",
    )
    assert second["day"]
    change_contents(desk, "shown")
    assert ask(desk, "delivery", columns=["country"]).status_code == 422


def test_form_from_an_old_page_is_signed_on_the_terms_it_showed(client, desk_of, petition):
    change_contents(desk_of("owner", petition.cause_id), "full", "country")
    post_signature(client, petition, {**AMALIA, "version": "1"})
    post_signature(client, petition, {**ODILE, "version": "2"})
    versions = {
        version.id: version.delivered_names for version in petition_by_id(petition.id).versions
    }
    assert [versions[row.version_id] for row in rows()] == ["shown", "full"]


def test_receipt_is_shown_on_the_petition_and_can_be_withdrawn(client, desk_of, petition):
    desk = desk_of("editor", petition.cause_id)
    for wrong in (
        {"day": ""},
        {"day": "2999-01-01"},
        {"received_by": " "},
        {"signatures": "0"},
        {"signatures": "many"},
        {"note": "x" * 1001},
    ):
        assert (
            desk.post("/organize/handovers/home/receipts", {**RECEIPT, **wrong}).status_code == 422
        )
    assert desk.post("/organize/handovers/home/receipts", RECEIPT).status_code == 303
    page = client.get("/en/petitions/home").text
    [receipt] = [
        text(item)
        for item in tree(page).iter("dd")
        if "The clerk of the Senate" in item.text_content()
    ]
    assert "November 20, 2026" in receipt and 2 in figures(receipt)
    assert "She promised an answer." in page
    number = desk.get("/organize/handovers/home").text.split("/receipts/")[1].split("/")[0]
    make_petition("law", cause_id=petition.cause_id)
    desk.post(f"/organize/handovers/law/receipts/{number}/remove")
    assert "clerk of the Senate" in client.get("/es/petitions/home").text
    desk.post(f"/organize/handovers/home/receipts/{number}/remove")
    assert "clerk of the Senate" not in client.get("/en/petitions/home").text
    assert [entry.action for entry in noted("handovers")][-1] == "handovers.record"


def test_copy_of_one_signature_is_given_with_a_reason(desk_of, petition):
    signature = sign_and_hatch(petition, AMALIA, comment="For my brother")
    sign_and_hatch(petition, ODILE)
    desk = desk_of("reviewer", petition.cause_id)
    path = f"/organize/copies/{signature}"
    assert desk.post(path).status_code == 303
    copy = desk.post(path, {"reason": "She wrote to us"})
    data = json.loads(copy.data)
    assert '\n  "comment": "For my brother",\n' in copy.text, "people read it too"
    assert {name: data[name] for name in (*AMALIA, "comment", "number")} == {
        **AMALIA,
        "comment": "For my brother",
        "number": 1,
    }
    assert [(entry.reason, entry.subject_id) for entry in noted("signatures.copy")] == [
        ("She wrote to us", signature)
    ]
    assert desk_of("exporter", petition.cause_id).post(path, {"reason": "x"}).status_code == 403


def test_copy_of_a_letter_has_its_text(desk_of):
    action = make_letter_action(targets=2)
    signature = write_letter(action)
    desk = desk_of("reviewer", action.cause_id)
    copy = desk.post(f"/organize/copies/{signature}", {"reason": "She wrote to us"})
    data = json.loads(copy.data)
    assert [STORY in letter["body"] for letter in data["letters"]] == [True, True]
    assert len(data["kind_data"]["targets"]) == 2


def test_counts_on_page_pack_receipt_and_log_agree_or_say_why_not(
    client, desk_of, petition, exporter, monkeypatch
):
    def no_poster(_, scratch):
        yield
        (scratch / delivery_pack.POSTER).write_bytes(b"%PDF-poster")

    monkeypatch.setattr(delivery_pack.DeliveryPack, "_draw_poster", no_poster)
    gone, *_others = [
        sign_and_hatch(petition, ODILE, email=f"o{place}@kwan.example") for place in range(4)
    ]
    write(erase_one, signature_id=gone)
    desk = desk_of("owner", petition.cause_id)
    assert {4, 3} <= set(
        figures(text_at(desk.get("/organize/handovers/home/pack"), "//dd[@id='to-deliver']"))
    )
    here = desk.post("/organize/handovers/home/pack", PACK).location
    while exporter.run_next():
        pass
    assert 'data-rows="3">3<' in desk.get(here).text and tree(desk.get(here)).xpath(
        "//dd[@data-rows]/span"
    )
    desk.get(f"{here}/download")
    assert [
        noted(f"exports.{action}")[0].details["signatures"] for action in ("ask", "download")
    ] == [3, 3]
    sign_and_hatch(petition, AMALIA)
    page = desk.get("/organize/handovers/home").text
    assert re.search(r'name="signatures"[^>]*value="3"', page), (
        "what was delivered, not what is counted by now"
    )
