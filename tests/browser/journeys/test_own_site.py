"""Test of an organization's own site: from an empty database to a confirmed signature.

Nothing of the demonstration is on any page, in any email or file.
"""

import email
import email.policy
import re
from urllib.request import urlopen

import pyotp
import pytest
from playwright.sync_api import expect

from tests.browser.organize.steps import look
from tests.browser.screens.mail import email_of
from tests.browser.screens.petition import PetitionScreen
from tests.browser.served_site import ServedSite
from tests.browser.visitor import Visitor
from tests.factories.organizers import PASSWORD

pytestmark = pytest.mark.slow

NAME, ACCENT = "Guardianes del Lago", "#1d3f94"
DEMONSTRATION = re.compile(
    r"mexic|méxic|mexiq|iguala|ayotzinapa|monarch|monarca|forty-three|cuarenta y tres"
    r"|quarante-trois|butterfly table",
    re.IGNORECASE,
)
# Lists of countries and of time zones name everything.
LISTS = re.compile(r"<option[^>]*>[^<]*</option>|<select.*?</select>", re.DOTALL)
LETTER = {"summary_es": "Pedimos agua limpia.", "body_es": "Señora alcaldesa:\n\nPedimos agua."}
SAVE = "form:has([name=guide]) div.actions button[type=submit]"
SKIP = "form:has([name=guide]) div.actions a.go"
PAGES = (
    *("/es/", "/en/", "/fr/", "/es/causes/{cause}", "/es/petitions/{petition}"),
    *("/fr/petitions/{petition}", "/es/events/", "/es/updates/", "/es/search?q=agua"),
    *("/es/privacy", "/es/accessibility", "/es/imprint", "/es/site.webmanifest"),
    *("/es/causes/{cause}/feed.atom", "/es/causes/{cause}/montage", "/events.ics"),
    *("/sitemap.xml", "/robots.txt", "/api/v1/openapi.json", "/causes/{cause}/pulse.json"),
    "/embed/petitions/{petition}",
)


@pytest.fixture
def empty_site(tmp_path):
    """A site that nobody has set up."""
    site = ServedSite(tmp_path).start(demo=False)
    yield site
    site.stop()


def test_organization_sets_up_its_own_site_and_is_signed(browser, empty_site):
    admin = Visitor(browser, empty_site.url, lang="es", width=1440)
    set_up(admin, empty_site)
    cause, petition = publish(admin)
    signer = Visitor(browser, empty_site.url, lang="es")
    PetitionScreen.open(signer, slug=petition).sign(country="CR", name_display="full")
    message = email_of(signer)
    assert message.press().confirm().number == 1
    addresses = [page.format(cause=cause, petition=petition) for page in PAGES]
    for address in addresses:
        text = LISTS.sub("", urlopen(f"{empty_site.url}{address}").read().decode())
        assert not DEMONSTRATION.search(text), address
    assert NAME in urlopen(f"{empty_site.url}/es/petitions/{petition}").read().decode()
    emails = [
        email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        for file in empty_site.var.glob("mail/*.eml")
    ]
    # Emails to the admin may be older than the name.
    senders = [str(sent["From"]) for sent in emails if signer.address in str(sent["To"])]
    assert senders and all(NAME in sender for sender in senders)
    for sent in emails:
        for part in sent.walk():
            if part.get_content_maintype() == "text":
                assert not DEMONSTRATION.search(part.get_content())
    for visitor in (admin, signer):
        visitor.context.close()
        assert visitor.page_errors.errors == []


def set_up(admin, site):
    """Create the first admin, and go through the five steps."""
    page = admin.page
    page.goto(re.search(r"/organize/start/\S+", (site.var / "serve.log").read_text())[0])
    look(admin, "first admin")
    page.fill("[name=email]", "odile@lago.example")
    page.fill("[name=name]", "Odile Kwan")
    page.fill("[name=password]", PASSWORD)
    press(admin, "second factor")
    page.goto("/organize/account/second-factor/app")
    key = page.locator(".app-key").inner_text().replace(" ", "")
    page.fill("[name=code]", pyotp.TOTP(key).now())
    press(admin, "codes")
    press(admin, "setup")
    expect(page.locator("[data-step][data-state=open]")).to_have_count(5)
    page.locator("main .actions a").first.click()
    look(admin, "setup identity")
    for code in ("es", "en"):
        if not page.locator(f"#{code}[open]").count():
            page.locator(f"#{code} > summary").click()
    page.fill("[name=name_es]", NAME)
    page.fill("[name=name_en]", "Keepers of the Lake")
    save(admin, "setup look")
    page.fill("[name=accent]", "#ffee00")
    admin.page_errors.allowed.add(422)
    save(admin, "setup look refused")
    expect(page.locator("[name=accent]")).to_have_attribute("aria-invalid", "true")
    page.fill("[name=accent]", ACCENT)
    save(admin, "setup legal")
    page.fill("[name=legal_name]", NAME)
    page.fill("[name=postal_address]", "Calle Uno 1\nPueblo del Lago")
    page.select_option("[name=country]", "CR")
    page.fill("[name=email]", "hola@lago.example")
    save(admin, "setup sender")
    # One step is left for later, and taken up again.
    page.locator(".setup-progress form button").click()
    look(admin, "setup languages")
    page.select_option("[name=first_language]", "es")
    save(admin, "setup done")
    expect(page.locator("[data-step=sender]")).to_have_attribute("data-state", "skipped")
    page.locator("[data-step=sender] a").click()
    page.fill("[name=sender_name]", NAME)
    save(admin, "setup done again")
    expect(page.locator("[data-step][data-state=done]")).to_have_count(5)


def publish(admin):
    """Publish a cause with a petition. Return their slugs."""
    page = admin.page
    page.goto("/organize/causes/new")
    page.fill("[name=title_es]", "Agua limpia")
    page.fill("[name=summary_es]", "Queremos nadar en el lago.")
    page.check("[name=palette][value=water]")
    page.check("[name=shape][value=drop]")
    page.locator("form.text-form .text-actions button[type=submit]").last.click()
    look(admin, "own cause")
    page.locator("main form[action$='/publish'] button").click()
    page.goto("/organize/petitions/new")
    page.fill("[name=title]", "Limpien el lago")
    page.locator("main .workspace-form button[type=submit]").first.click()
    for name, text in LETTER.items():
        page.fill(f"[name={name}]", text)
    page.locator(SAVE).first.click()
    page.fill("[name=rows-0-es]", "La alcaldesa")
    for selector in (SAVE, SAVE, SKIP, SKIP):
        page.locator("main").locator(selector).first.click()
    page.locator("main form[action$='/publish'] button").click()
    look(admin, "own petition")
    return "agua-limpia", "limpien-el-lago"


def press(admin, kind):
    admin.page.locator("main form button[type=submit]").first.click()
    look(admin, kind)


def save(admin, kind):
    admin.page.locator("main form[novalidate] .actions button[type=submit]").first.click()
    look(admin, kind)
