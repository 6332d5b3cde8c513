"""Tests of the QR codes for people's own phones, on the tablet and the printed poster."""

import io
import re

import pypdfium2
import pytest

from tests.browser.kiosk.sentences import sentence
from tests.browser.kiosk.tablet import stored
from tests.browser.modules.actions import until
from tests.browser.organize.steps import accept, secure

pytestmark = pytest.mark.slow

# The reader is the one tablets use for pairing codes. It shares no code with the generator.
READ = """async ([url, bytes]) => {
  const { decodeQR } = await import(url);
  const picture = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: "image/png" }));
  const context = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
  context.drawImage(picture, 0, 0);
  return decodeQR(context.getImageData(0, 0, picture.width, picture.height));
}"""
DOTS_PER_INCH = 60


def read_code(page, picture):
    """Return the URL in a picture that contains one code."""
    reader = page.evaluate(
        "() => new URL('../../vendor/qr-decode-0.7.0.js', document.querySelector('script[src*=kiosk]').src).href"
    )
    return page.evaluate(READ, [reader, list(picture)])


def printed(pdf):
    """Return the first page of a PDF as a coarse printer would show it, and its text."""
    page = pypdfium2.PdfDocument(pdf)[0]
    picture = io.BytesIO()
    page.render(scale=DOTS_PER_INCH / 72).to_pil().convert("RGB").save(picture, "PNG")
    return picture.getvalue(), page.get_textpage().get_text_range()


def test_every_code_opens_what_is_signed_at_this_table(new_tablet, newcomer, served):
    tablet = new_tablet(reduced_motion="reduce").pair().begin()
    page = tablet.page
    tablet.panel()
    page.locator("[data-act=code]").click()
    tablet.screen("table-code")
    address = "http://" + page.locator("[data-short]").inner_text()
    assert address.startswith(f"{served.url}/t/")
    assert read_code(page, page.locator("[data-code] svg").screenshot()) == address
    page.locator("[data-act=back]").click()
    tablet.panel()
    page.locator("[data-act=paper]").click()
    assert read_code(page, page.locator("[data-code] svg").screenshot()) == address

    # People who follow it can choose among the petitions of the table, and each is linked to the
    # table.
    phone = page.context.new_page()
    phone.goto(address)
    for place in range(phone.locator("article h3 a").count()):
        phone.locator("article h3 a").nth(place).click()
        phone.wait_for_url(f"**source=t-{address.rpartition('/')[2]}*")
        phone.locator("form [name=given_name]").wait_for()
        phone.go_back()
    assert place == 2
    phone.close()

    tabler = newcomer("tabler")
    accept(tabler)
    secure(tabler)
    for paper in ("A4", "A2"):
        answer = tabler.page.request.get(f"/organize/kiosks/table/table.pdf?size={paper}")
        picture, words = printed(answer.body())
        code = read_code(page, picture)
        assert code.startswith(f"{served.url}/t/")
        # The printed address below is the same to the character, for people without a camera.
        assert code.partition("://")[2] in words
        assert page.context.request.get(code).ok


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_emergency_sheet_has_a_cover_for_the_names_on_both_papers(new_tablet, lang):
    tablet = new_tablet(reduced_motion="reduce").pair().begin()
    page = tablet.page
    tablet.panel()
    page.locator("[data-act=paper]").click()
    page.locator(f"[data-language-switch] [lang={lang}]").click()
    covers = page.locator("[data-cover] > [lang]")
    assert covers.first.get_attribute("lang") == lang
    assert {each.get_attribute("lang") for each in covers.all()} == {"en", "es", "fr"}
    texts = [_letters(each.inner_text()) for each in covers.all()]
    assert len(set(texts)) == 3
    for paper in ("A4", "Letter"):
        sheets = pypdfium2.PdfDocument(page.pdf(format=paper, prefer_css_page_size=True))
        sheet, cover = (_letters(each.get_textpage().get_text_range()) for each in sheets)
        # The last row and what to do with the sheet are on it, and the cover alone has its texts.
        assert _letters(page.locator("[data-word=paper_hint]").inner_text()) in sheet, paper
        assert not any(text in sheet for text in texts), paper
        assert cover == "".join(texts), paper
        assert all(each.get_width() > each.get_height() for each in sheets), paper
        high = sheets[0].get_height()
        sheets.close()
    page.emulate_media(media="print")
    rows = page.locator(".kiosk-paper-rows tbody")
    cover = page.locator(".kiosk-paper-cover")
    # It is at least as high as the rows, and folded in the middle of the page. After a PDF,
    # Chromium lays the page out for the screen again.
    until(lambda: _height(rows) <= _height(cover) <= high / 72 * 96 / 2)


def _height(box):
    return box.bounding_box()["height"]


def _letters(text):
    """Return the letters of a text, which a PDF may break and hyphenate anywhere."""
    return re.sub(r"[\W_]", "", text)


@pytest.mark.slow
def test_thanks_screen_shows_the_butterfly_at_once_and_the_way_home(new_tablet, served):
    tablet = new_tablet(reduced_motion="reduce").pair().begin()
    page = tablet.page
    tablet.linger()
    tablet.context.set_offline(True)
    before = many(page)
    tablet.sign("Sin Red", "Numerada")
    page.locator("[data-what]", has_text=sentence(page, "thanks_joined")).wait_for()
    tablet.next_person()
    assert many(page) == before + 1

    tablet.context.set_offline(False)
    tablet.emptied()
    tablet.sign("Con Red", "Numerada")
    address = next(
        entry["facts"]["table"]["url"]
        for entry in tablet.kept("settings")
        if isinstance(entry, dict) and "facts" in entry
    )
    page.locator("[data-carry] svg").wait_for()
    assert read_code(page, page.locator("[data-carry] svg").screenshot()) == address


@pytest.mark.slow
def test_repeat_sees_the_same_screens_as_a_new_signer(new_tablet, served):
    tablet = new_tablet(reduced_motion="reduce").pair().begin()
    page = tablet.page
    tablet.linger()
    thanks, counts = [], []
    for given in ("Primera", "Primera"):
        tablet.sign(given, "Dos Veces")
        tablet.screen("thanks")
        tablet.emptied()
        # Only the remaining seconds may differ.
        thanks.append(
            [
                page.locator(name).inner_html()
                for name in ("[data-thanks]", "[data-what]", "[data-carry]")
            ]
        )
        tablet.next_person()
        counts.append(many(page))
    assert thanks[0] == thanks[1]
    assert len(stored(served, "Dos Veces")) == 1
    # The tablet removes the new butterfly once the site has counted everything, because the site
    # then shows it.
    counted = page.locator("[data-count]", has_text=re.compile(f"^{counts[0]:,}$"))
    counted.wait_for()
    tablet.panel()
    for count in (1, 2):
        assert (
            page.locator(
                "[data-problems]", has_text=sentence(page, "problem_review", count)
            ).count()
            == 0
        )


def many(page):
    """Return how many butterflies the first screen shows."""
    page.locator("[data-count]", has_text=re.compile(r"\d")).wait_for()
    return int(page.locator("[data-count]").inner_text().replace(",", ""))
