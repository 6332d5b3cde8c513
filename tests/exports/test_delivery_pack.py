"""Tests of the delivery pack: its files, counts and languages, and nothing more."""

import csv
import errno
import hashlib
import io
import re
import zipfile

import pypdfium2
import pytest
from flask_babel import force_locale
from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

from campaign.causes.queries import cause_by_id
from campaign.exports import delivery_pack
from campaign.exports.delivery_pack_texts import UNNAMED
from campaign.exports.logos import Logo, logo_of
from campaign.exports.pdf import Field, Head, letter_sheets, signature_sheets
from campaign.exports.queries import content_of, exports_of
from campaign.extensions import db, write
from campaign.i18n.locales import locale_of
from campaign.montage.texts import print_identity
from campaign.montage.typesetting import Pixels, PrintIdentity
from campaign.organisations.models import Organisation
from campaign.organisations.operations import change_organisation
from campaign.petitions.deliveries import change_delivered_details
from campaign.process.clock import utcnow
from campaign.security.sealed_files import Sealer
from tests.exports.conftest import export, folder
from tests.exports.test_jobs import LATER
from tests.factories.jobs import job_loop
from tests.factories.organisations import add_image
from tests.factories.petitions import new_version
from tests.factories.pictures import heart
from tests.factories.signatures import AMALIA, ODILE, change, sign_and_hatch
from tests.organisations.test_svg import svg
from tests.page_parts import figures
from tests.power_cuts import PowerCut, cut_at_call

IDENTITY = PrintIdentity(name="River Keepers", fill="#f28c1b", text="#8f3604", has_spots=False)
HEAD = Head(
    title="Bring them home",
    demand="We ask where they are.",
    foot="River Keepers",
    page="Page {n} of {m}",
    unset="[unset]",
    lang="en",
    identity=IDENTITY,
)
FIELDS = [Field("No.", 0.1), Field("Name", 0.6), Field("Country", 0.3)]


@pytest.fixture(autouse=True)
def _no_poster(monkeypatch):
    """Skip the poster, which has its own tests and takes seconds."""

    def draw(_, scratch):
        yield
        (scratch / delivery_pack.POSTER).write_bytes(b"%PDF-poster")

    monkeypatch.setattr(delivery_pack.DeliveryPack, "_draw_poster", draw)


@pytest.fixture
def signed(petition):
    sign_and_hatch(petition, AMALIA, name_display="full", comment="For my brother")
    sign_and_hatch(petition, ODILE, email="two@kwan.example", name_display="initials")
    new_version(petition)
    counted = [
        sign_and_hatch(petition, ODILE, email=f"o{place}@kwan.example") for place in range(3)
    ]
    change(counted[0], evidence="in_person")


def pack(
    requested, petition, exporter, *, lang="en", names="shown", details=("country",), paper="a4"
):
    """Create a pack and return its id."""
    choice = {
        "slug": petition.slug,
        "lang": lang,
        "paper": paper,
        "names": names,
        "details": list(details),
    }
    export_id = requested("pack", choice, aim="delivery")
    while exporter.run_next():
        pass
    return export_id


def opened(export_id):
    """Return {file name: its bytes} of a pack, without the folder that contains all files."""
    archive = zipfile.ZipFile(io.BytesIO(b"".join(content_of(export(export_id)))))
    assert archive.testzip() is None
    return {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}


def pages(pdf):
    document = pypdfium2.PdfDocument(pdf)
    return [page.get_textpage().get_text_bounded() for page in document]


def table(files):
    return list(
        csv.DictReader(io.StringIO(files["signatures.csv"].decode("utf-8-sig"), newline=""))
    )


def test_letterhead_is_the_logo_or_else_the_name():
    blocks = [("text", "Dear Senate")]
    [named] = pages(letter_sheets(HEAD, blocks, "a4"))
    assert named.index(IDENTITY.name) < named.index("Dear Senate")
    pdf = letter_sheets(HEAD, blocks, "a4", logo=Logo(heart(), 100, 100))
    assert pages(pdf)[0].count(IDENTITY.name) == named.count(IDENTITY.name) - 1
    assert FPDF_PAGEOBJ_IMAGE in drawn_objects(pdf)


def drawn_objects(pdf):
    """Return the types of the objects on a PDF's first page."""
    return [item.type for item in pypdfium2.PdfDocument(pdf)[0].get_objects()]


def letterhead_colours(pdf):
    """Return the colours between the margin of an A4 page and its first line."""
    pixels = Pixels(pdf, 595, 842)
    rows = pixels.rows(40, 88)[:, 50:300].reshape(-1, 3)
    pixels.close()
    return {tuple(map(int, colour)) for colour in rows}


def test_cover_letter_shows_a_drawn_logo_as_vectors(requested, petition, exporter):
    organisation = db.session.get(Organisation, cause_by_id(petition.cause_id).organisation_id)
    add_image(organisation, "logo", data=svg('<rect width="20" height="10" fill="#00a000"/>'))
    sign_and_hatch(petition, AMALIA)
    letter = opened(pack(requested, petition, exporter))["cover-letter.pdf"]
    assert (0, 0xA0, 0) in letterhead_colours(letter)
    assert FPDF_PAGEOBJ_IMAGE not in drawn_objects(letter)


@pytest.mark.parametrize(
    "content",
    [
        "<text>River Keepers</text>",
        '<rect width="9" height="9" fill="white"/>',
        '<path d="M0 0 L 5"/>',
        '<path d="arc"/>',
    ],
)
def test_letterhead_is_the_name_if_the_logo_cannot_be_drawn(petition, content, caplog):
    organisation = db.session.get(Organisation, cause_by_id(petition.cause_id).organisation_id)
    add_image(organisation, "logo", data=svg(content))
    with caplog.at_level("WARNING", "campaign.exports"):
        assert logo_of(organisation.id) is None
    [record] = caplog.records
    assert f"organisation {organisation.id}" in record.getMessage()
    assert "River Keepers" not in record.getMessage()


def test_pack_is_from_the_organisation_of_the_cause(requested, petition, exporter):
    cause = cause_by_id(petition.cause_id)
    organisation_id = cause.organisation_id
    write(
        change_organisation,
        organisation_id=organisation_id,
        part="identity",
        texts={"en": {"name": "River Keepers"}},
    )
    write(change_organisation, organisation_id=organisation_id, part="look", accent="#7a1f5c")
    sign_and_hatch(petition, AMALIA)
    files = opened(pack(requested, petition, exporter))
    for name in ("cover-letter.pdf", "signatures.pdf"):
        for page in pages(files[name]):
            assert "River Keepers" in page
            assert "Volante" not in page
    assert print_identity(cause, "en").fill == "#7a1f5c"


def test_no_country_is_broken_within_a_word_beside_a_name(requested, petition, exporter):
    sign_and_hatch(petition, AMALIA, country="NZ", postal_code="6011")
    sign_and_hatch(petition, ODILE, email="two@kwan.example", country="BA", postal_code="71000")
    text = " ".join(
        pages(
            opened(pack(requested, petition, exporter, lang="fr", paper="letter"))["signatures.pdf"]
        )
    )
    assert "Nouvelle-Zélande" in text and "Bosnie-Herzégovine" in text


def test_archive_contains_everything_and_a_checksum_of_each_file(
    requested, petition, exporter, signed
):
    files = opened(pack(requested, petition, exporter))
    names = [
        "signatures.pdf",
        "signatures.csv",
        "cover-letter.pdf",
        "poster.pdf",
        "privacy-notices.txt",
        "README.txt",
        "SHA256SUMS",
    ]
    assert list(files) == names
    sums = dict(reversed(line.split("  ")) for line in files["SHA256SUMS"].decode().splitlines())
    assert sums == {name: hashlib.sha256(files[name]).hexdigest() for name in names[:-1]}
    assert [name for name in names if name not in files["README.txt"].decode()] == ["README.txt"]


def test_names_appear_as_their_owners_chose_without_other_data(
    requested, petition, exporter, signed
):
    files = opened(pack(requested, petition, exporter))
    [page] = pages(files["signatures.pdf"])
    for text in (
        "Bring them home now",
        "The Senate of the Valley",
        "Amalia Rosales",
        "O. K.",
        "Canada",
    ):
        assert text in page
    assert " ".join(page.split()).count(str(UNNAMED)) == 3
    assert [word for word in ("Odile", "Kwan", "@", "M5V", "brother") if word in page] == []
    lines = table(files)
    assert [line["row"] for line in lines] == ["1", "2", "3", "4", "5"]
    assert [line["shown_name"] for line in lines] == ["Amalia Rosales", "O. K.", "", "", ""]
    assert list(lines[0]) == ["row", "number", "evidence", "shown_name", "country"]


def test_full_names_and_details_are_included_where_the_petition_says_so(
    requested, petition, exporter, signed
):
    more = ["day", "postal_code", "shown_comment", "email"]
    changed = write(
        change_delivered_details, petition_id=petition.id, names="full", details=more, now=utcnow()
    )
    assert changed.delivered_details == ["postal_code", "shown_comment", "day"]
    for place in range(2):
        sign_and_hatch(petition, ODILE, email=f"later{place}@kwan.example", comment="For my sister")
    files = opened(
        pack(
            requested,
            petition,
            exporter,
            names="full",
            details=("postal_code", "shown_comment", "day"),
        )
    )
    [page] = pages(files["signatures.pdf"])
    assert page.count("Odile Kwan") == 2
    assert page.count("H3Z 2Y7") == 2
    assert [word for word in ("M5V 2T6", "brother", "sister") if word in page] == []
    assert list(table(files)[0]) == [
        "row",
        "number",
        "evidence",
        "full_name",
        "postal_code",
        "shown_comment",
        "day",
    ]


def test_cover_letter_has_exact_counts_by_evidence_and_version(
    requested, petition, exporter, signed, monkeypatch
):
    blocks = []
    monkeypatch.setattr(
        delivery_pack,
        "letter_sheets",
        lambda head, given, paper, **more: letter_sheets(
            head, blocks.extend(given) or blocks, paper, **more
        ),
    )
    [text] = pages(opened(pack(requested, petition, exporter))["cover-letter.pdf"])
    one_line = " ".join(text.split())
    for part in ("The Senate of the Valley", "We, the undersigned, ask."):
        assert part in one_line
    sentence = next(part for kind, part in blocks if kind == "text" and figures(part))
    assert figures(sentence) == [5] and sentence in one_line
    figure_blocks = [part for kind, part in blocks if kind == "figure"]
    by_email, at_a_table, all_signatures, first, second, without_notice = (
        int(number) for _label, number in figure_blocks
    )
    assert (by_email, at_a_table, all_signatures, first, second) == (4, 1, 5, 2, 3)
    assert without_notice == all_signatures
    assert [label for label, number in figure_blocks if f"{label} {number}" not in one_line] == []
    assert [kind for kind, _text in blocks].count("line") == 3


@pytest.mark.parametrize(
    ("lang", "text"), [("es", "El Senado del Valle"), ("fr", "Bring them home now")]
)
def test_pack_is_in_the_chosen_language(requested, petition, exporter, signed, lang, text):
    english = opened(pack(requested, petition, exporter))["README.txt"].decode()
    files = opened(pack(requested, petition, exporter, lang=lang, paper="letter"))
    [page] = pages(files["signatures.pdf"])
    assert text in page
    with force_locale(locale_of(lang)):
        translated = str(UNNAMED)
    assert translated != str(UNNAMED) and translated in " ".join(page.split())
    assert pypdfium2.PdfDocument(files["signatures.pdf"])[0].get_size() == (612, 792)
    about_the_pdf = re.compile(r"^signatures\.pdf\N{NO-BREAK SPACE}?: (.+)", re.MULTILINE)
    description, english_description = (
        about_the_pdf.search(files["README.txt"].decode())[1],
        about_the_pdf.search(english)[1],
    )
    assert description != english_description


def test_many_signatures_fill_volumes_and_a_crash_between_loses_nothing(
    requested, petition, exporter, signed, monkeypatch
):
    monkeypatch.setattr(delivery_pack, "VOLUME_SIZE", 2)
    with monkeypatch.context() as patched:
        cut_at_call(patched, Sealer, "write", 7)
        with pytest.raises(PowerCut):
            pack(requested, petition, exporter)
    assert job_loop("export", now=utcnow() + LATER).run_next()
    [export_id] = [item.id for item in exports_of([petition.id])]
    files = opened(export_id)
    volumes = [name for name in files if name.startswith("signatures-")]
    assert volumes == ["signatures-01.pdf", "signatures-02.pdf", "signatures-03.pdf"]
    assert [line["row"] for line in table(files)] == ["1", "2", "3", "4", "5"]
    assert 5 in figures(pages(files["cover-letter.pdf"])[0])
    assert folder() == [f"{export_id}.sealed"]
    assert export(export_id).done == export(export_id).total == 5


def test_full_disk_fails_the_pack_and_leaves_no_file(
    requested, petition, exporter, signed, monkeypatch
):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(delivery_pack.DeliveryPack, "_cover_letter", full)
    export_id = pack(requested, petition, exporter)
    assert (export(export_id).error_code, folder()) == ("no_room", [])


def test_petition_without_signatures_makes_an_honest_pack(requested, petition, exporter):
    files = opened(pack(requested, petition, exporter))
    assert "signatures.pdf" not in files
    assert 0 in figures(pages(files["cover-letter.pdf"])[0])


def test_each_page_has_title_demand_and_number_and_each_row_appears_once(app):
    rows = [(str(n), f"Person {n:04}", "Mexico") for n in range(1, 301)]
    texts = pages(signature_sheets(HEAD, FIELDS, rows, "a4"))
    assert len(texts) > 5
    for number, page in enumerate(texts, start=1):
        assert f"Page {number} of {len(texts)}" in page
        assert "Bring them home" in page
        assert "We ask where they are." in page
    assert re.findall(r"Person (\d{4})", "".join(texts)) == [f"{n:04}" for n in range(1, 301)]


def test_names_of_all_scripts_and_lengths_are_typeset(app):
    names = ["Józef Ćwik", "Θεόδωρος", "李 明", "محمد علي", "अमलिया", "Amalia " * 40, "🦋🦋"]
    [page] = pages(
        signature_sheets(
            HEAD, FIELDS, [(str(n), name, "") for n, name in enumerate(names)], "letter"
        )
    )
    for text in ("Józef Ćwik", "Θεόδωρος", "李 明", "[unset]"):
        assert text in page
    assert page.count("Amalia") == 40


def test_long_text_flows_over_pages(app):
    with force_locale("en"):
        blocks = [
            ("title", "Bring them home"),
            *[("text", f"Paragraph {n}. " + "Where are they? " * 30) for n in range(30)],
        ]
        texts = pages(letter_sheets(HEAD, blocks, "a4"))
    assert len(texts) > 2
    assert re.findall(r"Paragraph (\d+)", " ".join(texts)) == [str(n) for n in range(30)]
