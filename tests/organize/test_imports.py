"""Tests of the pages for importing signatures from paper."""

import io
import itertools
import re
from html import unescape

import pypdfium2
import pytest
import sqlalchemy

from campaign.extensions import db, write
from campaign.i18n.locales import INTERFACE_LANGUAGES
from campaign.imports import sheet_pdf
from campaign.imports.models import MAX_IN_ONE_SITTING
from campaign.imports.queries import batch_by_id, runs_among
from campaign.imports.sheet_pdf import MIN_ROW_HEIGHT, MM
from campaign.imports.sheet_texts import consent_of, sheet_spec
from campaign.organisations.operations import change_organisation
from campaign.organisations.queries import host_organisation
from campaign.organize.imports.labels import DUPLICATE_LABELS
from campaign.petitions.presenters import notice_of
from campaign.petitions.queries import petition_by_id
from campaign.signatures.queries import differences
from tests.factories.causes import make_cause
from tests.factories.organizers import trail
from tests.factories.paper import csv_of, finish_rest
from tests.factories.petitions import make_petition
from tests.factories.signatures import hatch_now, rows, sign_and_hatch
from tests.page_parts import alerts, figures, links, sends_to, text_at, tree, values, wrong_fields

ZORA = "Zora,Quetzalli,zora@correo.mx,MX,06600,2026-11-20,S1,1"
SEEN = re.compile(r'name="version"[^>]*value="([^"]+)"')
SETTINGS = {
    "lang": "en",
    "country": "",
    "signed_on": "2026-11-20",
    "dates": "day",
    "wording": "I sign.",
    "has_heading": "y",
}


LARGE = [f"Zora{n},Quetzalli,,MX,{n:05},,," for n in range(MAX_IN_ONE_SITTING)] + [ZORA]


@pytest.fixture
def desk(desk_of, petition):
    return desk_of("reviewer", petition.cause_id)


def upload(desk, data, name="list.csv"):
    return desk.post(
        "/organize/imports/upload",
        {"petition": "home", "file": (io.BytesIO(data), name)},
        content_type="multipart/form-data",
    )


def matched(desk, data, **columns):
    """Upload a file, match its columns as guessed or by `columns`, and return its address."""
    place = upload(desk, data).location
    page = desk.get(place).text
    guessed = dict(
        re.findall(r'name="(column-\d+)">.*?<option value="([^"]+)" selected', page, re.DOTALL)
    )
    answer = desk.post(place, {**SETTINGS, **guessed, **columns, "version": SEEN.search(page)[1]})
    assert answer.status_code == 303, answer.text
    return answer.location


def batch_at(place):
    db.session.rollback()
    return batch_by_id(int(re.search(r"/(\d+)", place)[1]))


def seen_at(desk, place):
    return SEEN.search(desk.get(place).text)[1]


def test_file_goes_from_upload_to_counted_and_back(desk, petition):
    place = matched(desk, csv_of(ZORA, "Ana,,,Narnia,,,,", "Zora,Q,zora@correo.mx,,,,,"))
    page = desk.get(place)
    assert values(page, "data-code") == ["country"]
    assert f"{place}/bring-in" not in sends_to(page)
    desk.post(f"{place}/mend", {"cell:3:country": "México", "version": seen_at(desk, place)})
    assert figures(
        text_at(desk.get(place), "//tr[@data-outcome='duplicate']//span[@class='sub']")
    ) == [2]
    refused = desk.post(f"{place}/bring-in", {"version": seen_at(desk, place)})
    assert (refused.status_code, rows()) == (422, [])
    desk.post(f"{place}/bring-in", {"version": seen_at(desk, place), "attested": "y"})
    hatch_now()
    assert sorted((row.given_name, row.country, row.state) for row in rows()) == [
        ("Ana", "MX", "counted"),
        ("Zora", "MX", "counted"),
    ]
    page_shown = desk.get(f"/organize/signatures/{rows()[0].id}").text
    assert place in page_shown
    assert desk.post(f"{place}/undo", {"reason": ""}).status_code == 422
    desk.post(f"{place}/undo", {"reason": "Somebody else's sheets"})
    hatch_now()
    assert {row.state for row in rows()} == {"withdrawn"}
    assert values(desk.get(place), "data-outcome").count("taken-out") == 2
    emptied = desk.get(f"/organize/signatures/{rows()[0].id}").text
    assert "/take-back" not in emptied and "/copies/" not in emptied, (
        "nothing of it is left to bring back or to give"
    )
    assert differences() == []
    batch_id = int(place.rsplit("/", 1)[1])
    done = [action for action, _who, subject in trail() if subject == ("import", batch_id)]
    assert [action for action in done if action != "imports.see"] == [
        "imports.begin",
        "imports.match",
        "imports.mend",
        "imports.bring_in",
        "imports.undo",
    ]
    assert "imports.see" in done


def test_file_with_an_unstorable_character_in_its_name_is_read(desk, petition):
    assert batch_at(upload(desk, csv_of(ZORA), name="list\0\u202e.csv").location).name == "list.csv"


def test_typed_sheet_continued_by_another_person_is_not_discarded_unseen(desk, petition):
    place = desk.post("/organize/imports/type", typed_sheet()).location
    drop = re.compile(r'action="([^"]+/drop)".*?name="version" value="([^"]+)"', re.DOTALL)
    address, seen = drop.search(desk.get(place).text).groups()
    desk.post(place, {"cell:1:given_name": "Zora", "version": seen})
    desk.post(address, {"version": seen})
    assert batch_at(place).state == "open"
    desk.post(address, {"version": seen_at(desk, place)})
    assert batch_at(place).state == "dropped"


def test_columns_with_any_name_are_matched_by_hand(desk, petition):
    data = csv_of("x,Zora Quetzalli,06600", header="a,b,c")
    place = matched(desk, data, **{"column-1": "full_name", "column-2": "postal_code"})
    assert batch_at(place).counts == {"new": 1}


@pytest.mark.parametrize(
    ("columns", "wrong"),
    [
        ({"column-0": ""}, []),
        ({"column-1": "given_name"}, []),
        ({"column-1": "full_name"}, []),
        ({"signed_on": ""}, ["signed_on"]),
        ({"signed_on": "2999-01-01"}, ["signed_on"]),
        ({"wording": ""}, ["wording"]),
    ],
)
def test_impossible_columns_are_refused_before_any_row_is_checked(desk, petition, columns, wrong):
    place = upload(desk, csv_of("Ana,b", header="given_name,b")).location
    answer = desk.post(
        place, {**SETTINGS, "column-0": "given_name", **columns, "version": seen_at(desk, place)}
    )
    assert answer.status_code == 422
    assert (alerts(answer), list(wrong_fields(answer))) == (["danger"], wrong)
    assert batch_at(place).checked_at is None


def test_unreadable_and_too_large_files_are_refused_at_the_form(app, desk, petition, monkeypatch):
    nothing_in_it, abort_missing_file = (
        upload(desk, b""),
        desk.post("/organize/imports/upload", {"petition": "home"}),
    )
    assert (nothing_in_it.status_code, abort_missing_file.status_code) == (422, 422)
    assert wrong_fields(nothing_in_it).keys() == wrong_fields(abort_missing_file).keys() == {"file"}
    assert wrong_fields(nothing_in_it) != wrong_fields(abort_missing_file)
    monkeypatch.setitem(app.config, "IMPORT_BYTES", 300_000)
    assert upload(desk, b"given_name\n" + b"Ana\n" * 70_000).status_code == 422
    too_large = upload(desk, b"given_name\n" + b"Ana\n" * 80_000)
    assert too_large.location == "/organize/imports/upload"
    assert alerts(desk.get(too_large.location)) == ["danger"]


def test_visitor_cannot_upload_more_than_a_form(client, desk_of, petition):
    # Too large to be read at all.
    assert (
        client.post("/organize/imports/upload", data=b"x" * 300_000).location
        == "/organize/imports/upload"
    )
    assert upload(desk_of("editor", petition.cause_id), csv_of(ZORA)).status_code == 403


def test_person_of_another_cause_sees_neither_the_petition_nor_the_batch(desk, desk_of, petition):
    place = matched(desk, csv_of(ZORA))
    other = desk_of("owner", make_petition("elsewhere", cause_id=make_cause("other").id).cause_id)
    assert other.get(place).status_code == 404
    assert other.post(f"{place}/bring-in", {"attested": "y", "version": ""}).status_code == 404
    assert upload(other, csv_of(ZORA)).status_code == 422


def test_wrong_rows_are_left_out_and_a_batch_is_discarded(desk, petition):
    place = matched(desk, csv_of(ZORA, ",,,,,,,x", "Bo,,bad,,,,,"))
    desk.post(f"{place}/leave-out", {"version": seen_at(desk, place)})
    assert figures(text_at(desk.get(place), "//h2[@id='bring-in']")) == [1]
    version = seen_at(desk, place)
    assert desk.post(f"{place}/drop", {"version": version}).location == "/organize/imports/"
    assert desk.post(f"{place}/bring-in", {"attested": "y", "version": ""}).status_code == 303
    assert rows() == []


def test_changed_batch_is_not_discarded_unseen(desk, petition):
    place = matched(desk, csv_of(ZORA))
    seen = seen_at(desk, place)
    desk.post(f"{place}/mend", {"cell:2:given_name": "Zoraida", "version": seen})
    answer = desk.post(f"{place}/drop", {"version": seen})
    assert answer.status_code == 409 and place in links(answer)
    answer = desk.get(place)
    assert "Zoraida" in answer.text
    assert batch_at(place).state == "open"
    drops = re.findall(
        r'action="[^"]+/drop"[^>]*>.*?name="version" value="([^"]+)"', answer.text, re.DOTALL
    )
    assert desk.post(f"{place}/drop", {"version": drops[0]}).location == "/organize/imports/"


def test_changed_batch_is_not_imported_unseen(desk, petition):
    place = matched(desk, csv_of(ZORA))
    seen = seen_at(desk, place)
    desk.post(f"{place}/mend", {"cell:2:given_name": "Zoraida", "version": seen})
    assert desk.post(f"{place}/bring-in", {"attested": "y", "version": seen}).status_code == 409
    assert rows() == []


def one_line(text):
    return " ".join(text.split())


def printed(desk, **settings):
    place = desk.post(
        "/organize/imports/print",
        {"petition": "home", "lang": "en", "paper": "A4", "sheets": "3", **settings},
    ).location
    return place, runs_among(None)[0]


@pytest.mark.parametrize(
    ("lang", "paper", "texts"),
    [
        ("en", "A4", ("Bring them home", "The Senate of the Valley", "We ask where they are.")),
        ("es", "Letter", ("Que vuelvan", "El Senado del Valle", "Preguntamos dónde están.")),
        ("fr", "A4", ("Bring them home",)),
    ],
)
def test_sheets_are_printed_with_their_text_and_a_number_each(desk, petition, lang, paper, texts):
    place, run = printed(desk, lang=lang, paper=paper)
    spec = sheet_spec(run)
    consents = {locale: consent_of(run.petition, locale) for locale in INTERFACE_LANGUAGES}
    assert len(set(consents.values())) == len(INTERFACE_LANGUAGES)
    assert spec.consent == consents[lang]
    assert [serial for serial in run.serials if serial not in desk.get(place).text] == []
    document = pypdfium2.PdfDocument(desk.get(f"{place}/sheets.pdf").data)
    pages = [page.get_textpage().get_text_range() for page in document]
    fronts, cover, sheets = pages[:-4], pages[-4], pages[-3:]
    front = " ".join(fronts)
    # The cover is laid over the names above, so it is in each language and repeats no sheet.
    assert len(set(spec.cover)) == len(INTERFACE_LANGUAGES)
    assert [sentence for sentence in spec.cover if one_line(sentence) not in one_line(cover)] == []
    assert "Bring them home" not in one_line(cover) and not [
        serial for serial in run.serials if serial in cover
    ]
    assert (
        "Los abajo firmantes pedimos." if lang == "es" else "We, the undersigned, ask."
    ) in front
    assert not [serial for serial in run.serials if serial in front]
    for serial, text in zip(run.serials, sheets, strict=True):
        assert text.count(serial) == 2
        assert [
            part for part in (*texts, spec.to, spec.consent) if one_line(part) not in one_line(text)
        ] == []
        assert not [
            column.heading for column in spec.columns if column.heading.split()[0] not in text
        ]
    width, height = document[0].get_size()
    assert (round(width), round(height)) == ((842, 595) if paper == "A4" else (792, 612))


def test_long_title_and_many_questions_leave_space_for_handwriting(
    app, desk, monkeypatch, petition
):
    highs = []
    monkeypatch.setattr(sheet_pdf._Printing, "_square", lambda self, x, y, side: highs.append(y))
    texts = {"en": {"title": "Where are they " * 13, "summary": "We ask. " * 120, "body": "Long."}}
    questions = [
        {"name": f"q{n}", "type": "tick", "label": {"en": "A rather long question of ours"}}
        for n in range(2)
    ]
    make_petition(
        "long",
        cause_id=petition.cause_id,
        texts=texts,
        targets=[{"en": "A Ministry of Everything " * 4}] * 3,
        questions=questions,
    )
    place, _run = printed(desk, petition="long", sheets="1")
    assert desk.get(f"{place}/sheets.pdf").data.startswith(b"%PDF")
    steps = {round(b - a, 3) for a, b in itertools.pairwise(highs) if b > a}
    assert min(steps) >= MIN_ROW_HEIGHT - 0.01 > 9 * MM
    assert len(set(highs)) >= 8


def test_number_of_sheets_has_bounds(desk, petition):
    for sheets in ("0", "101", "many", ""):
        answer = desk.post(
            "/organize/imports/print",
            {"petition": "home", "lang": "en", "paper": "A4", "sheets": sheets},
        )
        assert answer.status_code == 422


def test_code_of_a_sheet_redirects_to_its_rows(desk, petition):
    _place, run = printed(desk)
    serial = run.serials[1]
    form_url = desk.get(f"/organize/imports/sheets/{serial}").location
    assert serial in desk.get(form_url).text
    begun = desk.post("/organize/imports/type", typed_sheet(serial.lower().replace("-", " ")))
    batch = batch_at(begun.location)
    assert (batch.sheet, batch.consent_text, batch.version_id) == (
        serial,
        run.consent_text,
        run.version_id,
    )
    assert (
        desk.post("/organize/imports/type", typed_sheet(serial)).location
        == f"/organize/imports/{batch.id}"
    )
    assert (
        desk.get(f"/organize/imports/sheets/{serial}").location == f"/organize/imports/{batch.id}"
    )
    assert desk.get("/organize/imports/sheets/1-002-A").status_code == 404


def test_printed_run_shows_the_progress_of_each_sheet(desk, petition):
    _place, run = printed(desk)
    place = f"/organize/imports/runs/{run.id}"
    assert values(desk.get(place), "data-state") == []
    desk.post("/organize/imports/type", typed_sheet(run.serials[0]))
    assert values(desk.get(place), "data-state") == ["open"]


def test_long_run_needs_no_more_queries_than_a_short_one(desk, petition):
    def count_queries(place):
        statements = []

        def listen(*arguments):
            statements.append(arguments[2])

        sqlalchemy.event.listen(db.engine, "before_cursor_execute", listen)
        assert desk.get(place).status_code == 200
        sqlalchemy.event.remove(db.engine, "before_cursor_execute", listen)
        return len(statements)

    few, many = (printed(desk, sheets=sheets)[0] for sheets in ("2", "60"))
    # The first page of a process also reads the settings and the organizations.
    desk.get(few)
    assert count_queries(few) == count_queries(many)


def typed_sheet(serial="own 1"):
    return {
        "petition": "home",
        "sheet": serial,
        "signed_on": "2026-11-20",
        "lang": "es",
        "country": "MX",
        "wording": "I sign.",
    }


def test_sheet_is_typed_without_script(desk, petition):
    place = desk.post("/organize/imports/type", typed_sheet()).location
    page = desk.get(place)
    assert page.text.count("data-line=") == 10
    cells = {
        "cell:1:given_name": "Zora",
        "cell:1:postal_code": "06600",
        "cell:1:subscribe": "yes",
        "cell:1:email": "z@correo.mx",
        "cell:12:given_name": "Ana",
    }
    answer = desk.post(place, {**cells, "cell:2:email": "nowhere", "version": seen_at(desk, place)})
    [wrong] = tree(desk.get(answer.location)).xpath("//tr[@data-outcome='wrong']")
    assert figures(wrong.xpath("string(th)")) == [2]
    desk.post(place, {**cells, "cell:2:email": "", "version": seen_at(desk, place)})
    desk.post(
        f"{answer.location}/bring-in", {"attested": "y", "version": seen_at(desk, answer.location)}
    )
    assert sorted((row.given_name, row.country, row.lang, row.subscribe) for row in rows()) == [
        ("Ana", "MX", "es", False),
        ("Zora", "MX", "es", True),
    ]
    assert (
        "own 1 / 12"
        in desk.get(
            f"/organize/signatures/{max(row.id for row in rows() if row.given_name == 'Ana')}"
        ).text
    )


def test_sheet_is_saved_and_checked_while_it_is_typed(desk, petition):
    sign_and_hatch(petition)
    place = desk.post("/organize/imports/type", typed_sheet()).location
    json = {"headers": {"Accept": "application/json"}}
    seen = seen_at(desk, place)
    result = desk.post(
        place,
        {
            "cell:1:given_name": "Amalia",
            "cell:1:email": "AMALIA@rosales.example",
            "cell:3:email": "x",
            "version": seen,
        },
        **json,
    ).json
    assert (result["rows"]["1"]["fate"], result["rows"]["1"]["fields"]) == ("duplicate", [])
    assert result["rows"]["1"]["why"] == str(DUPLICATE_LABELS["email"])
    assert result["rows"]["3"]["fields"] == ["email", "given_name"]
    assert (
        desk.post(place, {"cell:1:given_name": "Late", "version": seen}, **json).status_code == 409
    )
    db.session.rollback()
    assert 'value="Amalia"' in desk.get(place).text
    assert [action for action, *_ in trail()].count("imports.type") == 0


def test_worker_imports_a_large_file_in_the_background(desk):
    place = matched(desk, csv_of(*LARGE))
    desk.post(f"{place}/bring-in", {"version": seen_at(desk, place), "attested": "y"})
    page = desk.get(place)
    assert [(bar.get("value"), bar.get("max")) for bar in tree(page).iter("progress")] == [
        ("0", str(len(LARGE)))
    ]
    assert "auto-refresh" in values(page, "data-module")
    assert (len(rows()), finish_rest(), len(rows())) == (0, 1, len(LARGE))
    assert "auto-refresh" not in values(desk.get(place), "data-module")

    desk.post(f"{place}/undo", {"reason": "the wrong file"})
    assert "auto-refresh" in values(desk.get(place), "data-module")
    db.session.rollback()
    assert (finish_rest(), finish_rest()) == (1, 0)
    assert {row.given_name or "" for row in rows()} == {""}
    page = desk.get(place)
    assert "auto-refresh" not in values(page, "data-module") and alerts(page) == []


def test_typed_sheet_keeps_the_consent_of_the_chosen_petition(desk_of, petition):
    river = make_petition(
        "river",
        cause_id=petition.cause_id,
        texts={"es": {"title": "Ebro", "summary": "x", "body": "x"}},
    )
    desk = desk_of("reviewer", petition.cause_id)
    first = desk.get("/organize/imports/type").text
    assert 'name="wording"' not in first
    page = desk.get("/organize/imports/type?petition=river&lang=es").text
    wording = unescape(re.search(r'name="wording"[^>]*>([^<]*)', page)[1]).strip()
    assert wording == consent_of(petition_by_id(river.id), "es")
    hidden = dict(re.findall(r'type="hidden" name="(petition|lang)" value="([^"]*)"', page))
    place = desk.post(
        "/organize/imports/type", {**typed_sheet(), **hidden, "wording": wording}
    ).location
    batch = batch_at(place)
    assert (batch.petition_id, batch.consent_text, batch.lang) == (river.id, wording, "es")


def test_sheets_carry_the_notice_of_the_organisation_and_its_version(desk, petition):
    write(
        change_organisation,
        organisation_id=host_organisation().id,
        part="legal",
        legal_name="River Watch Society",
        supervisory_authority="the Commissioner of Smalltown",
    )
    place, run = printed(desk)
    spec = sheet_spec(run)
    assert run.notice.digest == notice_of(petition_by_id(petition.id), "en").digest
    assert "River Watch Society" in spec.consent
    assert run.notice.digest[:12] in spec.consent
    # People at a table can read all of it before they sign.
    assert "the Commissioner of Smalltown" in str(spec.full_text)
    assert values(desk.get(place), "data-notice") == [run.notice.digest]
    write(
        change_organisation,
        organisation_id=host_organisation().id,
        part="legal",
        legal_name="Another Society",
    )
    db.session.rollback()
    again = sheet_spec(runs_among(None)[0])
    assert (again.consent, again.full_text) == (spec.consent, spec.full_text)


def test_typed_sheet_points_at_the_notice_that_was_printed(desk, petition):
    _place, run = printed(desk)
    write(
        change_organisation,
        organisation_id=host_organisation().id,
        part="legal",
        legal_name="Another Society",
    )
    sheet = {**typed_sheet(), "sheet": run.serials[0], "wording": "Not what was printed"}
    batch = batch_at(desk.post("/organize/imports/type", sheet).location)
    assert batch.notice_id == run.notice_id
    place = f"/organize/imports/{batch.id}"
    cells = {"cell:1:given_name": "Zora", "cell:1:postal_code": "06600"}
    desk.post(f"{place}/grid", {**cells, "version": seen_at(desk, f"{place}/grid")})
    desk.post(f"{place}/bring-in", {"attested": "y", "version": seen_at(desk, place)})
    assert [row.notice_id for row in rows()] == [run.notice_id]


@pytest.mark.parametrize("path", ["type", "upload", "print"])
def test_no_paper_form_preselects_a_petition(desk_of, petition, path):
    """A single petition is chosen automatically."""
    desk = desk_of("reviewer", petition.cause_id)
    assert '<option value="">' not in desk.get(f"/organize/imports/{path}").text
    make_petition("river", cause_id=petition.cause_id)
    page = desk.get(f"/organize/imports/{path}").text
    assert re.search(r'<option value=""[^>]*>[^<]+</option>', page)
    sent = {
        **typed_sheet(),
        "petition": "",
        "paper": "A4",
        "sheets": "2",
        "file": (io.BytesIO(csv_of(ZORA)), "list.csv"),
    }
    answer = desk.post(f"/organize/imports/{path}", sent, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "petition" in wrong_fields(answer)


@pytest.mark.parametrize(
    ("country", "sheets", "pack"),
    [("CA", "Letter", "letter"), ("MX", "Letter", "letter"), ("DE", "A4", "a4")],
)
def test_paper_forms_agree_on_the_paper_size_of_the_country(
    app, desk_of, petition, monkeypatch, country, sheets, pack
):
    monkeypatch.setitem(app.config, "FIRST_COUNTRIES", (country,))
    desk = desk_of("owner", petition.cause_id)
    pages = [
        desk.get(path).text for path in ("/organize/imports/print", "/organize/handovers/home/pack")
    ]
    usual = [sheets, pack]
    chosen = r'name="paper"[^>]*value="([^"]+)"[^>]*checked'
    assert [re.search(chosen, page)[1] for page in pages] == usual
    first = r'name="paper"[^>]*value="([^"]+)"'
    assert [re.search(first, page)[1] for page in pages] == usual


def test_correcting_a_row_keeps_the_lines_of_a_comment(desk, petition):
    heading = "given_name,family_name,email,country,postal_code,comment\r\n"
    place = matched(
        desk, (heading + '"Zora","Q",nowhere,MX,06600,"First line\nSecond line"\r\n').encode()
    )
    page = desk.get(place).text
    [comment] = re.findall(r'<textarea[^>]*name="cell:2:comment"[^>]*>\s*([^<]*)</textarea>', page)
    assert comment.split("\n") == ["First line", "Second line"]
    desk.post(
        f"{place}/mend",
        {
            "cell:2:email": "",
            "cell:2:comment": comment.replace("\n", "\r\n"),
            "version": seen_at(desk, place),
        },
    )
    desk.post(f"{place}/bring-in", {"version": seen_at(desk, place), "attested": "y"})
    assert [row.comment for row in rows()] == ["First line\nSecond line"]


def test_sheets_name_the_organisation(desk_of, petition):
    write(
        change_organisation,
        organisation_id=host_organisation().id,
        part="identity",
        texts={"en": {"name": "River Keepers"}},
    )
    desk = desk_of("reviewer", petition.cause_id)
    place, _run = printed(desk)
    pdf = desk.get(f"{place}/sheets.pdf").data
    text = list(pypdfium2.PdfDocument(pdf))[-1].get_textpage().get_text_bounded()
    assert "River Keepers" in text and "Volante" not in text
