"""The codes that lead a queue to its own phones: on the tablet, and on the poster as it comes out of a printer."""

import io
import re

import pypdfium2

from tests.browser.kiosk.tablet import stored
from tests.browser.organize.steps import accept, secure

# By the reader with which tablets scan pairing codes; it knows nothing of who drew these.
READ = """async ([url, bytes]) => {
  const { decodeQR } = await import(url);
  const picture = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: "image/png" }));
  const context = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
  context.drawImage(picture, 0, 0);
  return decodeQR(context.getImageData(0, 0, picture.width, picture.height));
}"""
DOTS_PER_INCH = 60


def read_code(page, picture):
    """Return the address in a picture that holds one code."""
    reader = page.evaluate("() => new URL('../../vendor/qr-decode-0.7.0.js', document.querySelector('script[src*=kiosk]').src).href")
    return page.evaluate(READ, [reader, list(picture)])


def printed(pdf):
    """Return the first page of a PDF as a coarse printer would show it, and its words."""
    page = pypdfium2.PdfDocument(pdf)[0]
    picture = io.BytesIO()
    page.render(scale=DOTS_PER_INCH / 72).to_pil().convert("RGB").save(picture, "PNG")
    return picture.getvalue(), page.get_textpage().get_text_range()


def test_every_code_leads_to_what_is_signed_at_this_table(new_tablet, newcomer, served):
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
    assert len(pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))) == 1

    # Whoever follows it lands on a petition that knows the table.
    landed = page.context.request.get(address)
    assert landed.ok
    assert f"source=t-{address.rpartition('/')[2]}" in landed.url

    tabler = newcomer("tabler")
    accept(tabler)
    secure(tabler)
    for paper in ("A4", "A2"):
        answer = tabler.page.request.get(f"/organize/kiosks/table/table.pdf?size={paper}")
        picture, words = printed(answer.body())
        code = read_code(page, picture)
        assert code.startswith(f"{served.url}/t/")
        # To the letter what is printed below it, for who has no camera.
        assert code.partition("://")[2] in words
        assert page.context.request.get(code).ok


def test_the_thanks_show_the_butterfly_at_once_its_number_when_known_and_the_way_home(new_tablet, served):
    tablet = new_tablet(reduced_motion="reduce").pair().begin()
    page = tablet.page
    tablet.linger()
    tablet.context.set_offline(True)
    before = many(page)
    tablet.sign("Sin Red", "Numerada")
    page.get_by_text("Look: your butterfly joins the picture.").wait_for()
    assert page.locator("[data-number]").is_hidden()
    tablet.next_person()
    assert many(page) == before + 1

    tablet.context.set_offline(False)
    tablet.emptied()
    tablet.sign("Con Red", "Numerada")
    said = page.get_by_text(re.compile(r"^It is number [\d,]+\.$"))
    said.wait_for()
    numbers = dict(stored(served, "Numerada"))
    assert said.inner_text() == f"It is number {numbers['Con Red']:,}."
    address = next(each["facts"]["table"]["url"] for each in tablet.kept("settings") if isinstance(each, dict) and "facts" in each)
    assert read_code(page, page.locator("[data-carry] svg").screenshot()) == address


def many(page):
    """Return how many butterflies the first screen tells."""
    page.locator("[data-count]", has_text=re.compile(r"\d")).wait_for()
    return int(page.locator("[data-count]").inner_text().replace(",", ""))
