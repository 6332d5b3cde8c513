"""Tests of how pages, feeds and files show the organisation that they belong to."""

import json
import re
import xml.etree.ElementTree as ET

import pytest

from campaign.extensions import db, write
from campaign.organisations.operations import change_organisation
from campaign.signatures import tokens
from campaign.signatures.models import Signature
from tests.factories.causes import make_cause
from tests.factories.events import make_event
from tests.factories.organisations import DRAWING, add_image, make_organisation
from tests.factories.petitions import make_petition
from tests.factories.signatures import sign_and_hatch
from tests.factories.updates import make_update
from tests.page_parts import links, text, tree

ATOM = {"a": "http://www.w3.org/2005/Atom"}
# Names of the demonstration and of what its campaign is about.
DEMONSTRATION = re.compile(
    r"mexic|méxic|mexiqu|iguala|ayotzinapa|forty-three|monarch|monarca", re.IGNORECASE
)
LEGAL = {
    "legal_name": "River Keepers Association",
    "postal_address": "1 Bank Street\nLittle Town",
    "country": "CA",
    "email": "hello@river.example",
}


@pytest.fixture
def host(app):
    return make_organisation(accent="#0d4577", pattern="spots", **LEGAL)


@pytest.fixture
def school(host):
    """A second organisation, with a cause that has a petition, an event and an update."""
    school = make_organisation(
        "night-school",
        "Night School",
        text={"summary": "Lessons at night.", "footer_text": "Everyone learns."},
        accent="#7a1f5b",
        profiles=["https://social.example/@school"],
    )
    cause = make_cause("school", organisation_id=school.id)
    make_petition("desks", cause_id=cause.id)
    make_event("lesson", cause_id=cause.id)
    make_update("opened", cause_id=cause.id)
    return school


PAGES_OF_SCHOOL = (
    "/en/causes/school",
    "/en/causes/school/montage",
    "/en/causes/school/montage?screen=1",
    "/en/causes/school/posters",
    "/en/causes/school/updates",
    "/en/causes/school/subscriptions",
    "/en/causes/school/subscriptions/thanks",
    "/en/petitions/desks",
    "/en/petitions/desks/thanks",
    "/en/petitions/desks/share",
    "/en/events/lesson",
    "/en/events/lesson/thanks",
    "/en/updates/opened",
    "/en/organisations/night-school",
    "/embed/petitions/desks?lang=en",
)
PAGES_OF_SITE = ("/en/", "/en/events/", "/en/updates/", "/en/search", "/en/privacy", "/en/mine")


def brand(page):
    """Return the name in the header of a page."""
    [name] = tree(page).xpath("//a[@class='home-link']/bdi")
    return text(name)


def style_sheets(page):
    return [link for link in links(page) if "/colours-" in link]


def structured(page):
    return [
        json.loads(script)
        for script in tree(page).xpath("//script[@type='application/ld+json']/text()")
    ]


def test_site_without_organisation_names_no_campaign(client, app):
    for lang in ("en", "es", "fr"):
        for path in (
            "",
            "events/",
            "updates/",
            "search",
            "privacy",
            "mine",
            "feed.atom",
            "unknown",
        ):
            page = client.get(f"/{lang}/{path}").text
            assert not DEMONSTRATION.search(page), path
        assert not DEMONSTRATION.search(client.get(f"/{lang}/site.webmanifest").text)
    page = client.get("/en/")
    assert brand(page) == "Volante"
    assert style_sheets(page) == []
    assert not tree(page).find_class("wing-border")
    assert client.get("/en/imprint").status_code == 404


def test_home_page_without_causes_asks_for_no_email_address(client, app):
    home = tree(client.get("/en/"))
    assert home.xpath("//main//section/@id") == ["causes", "how"]
    assert home.xpath("//*[@id='causes']//a/@href") == ["/organize/"]
    make_cause()
    assert "subscribe" in tree(client.get("/en/")).xpath("//main//section/@id")


def test_one_organisation_is_shown_without_the_concept(client, host):
    make_petition(cause_id=make_cause().id)
    for path in (*PAGES_OF_SITE, "/en/causes/valley", "/en/petitions/home"):
        page = client.get(path)
        assert brand(page) == "River Keepers", path
        assert "/organisations/river-keepers/colours-" in style_sheets(page)[0]
        assert not [link for link in links(page) if link.startswith("/en/organisations/")]
        assert not tree(page).xpath("//*[@data-testid='by-organisation']")
    assert client.get("/en/organisations/river-keepers").status_code == 200
    assert "/organisations/" not in client.get("/sitemap.xml").text


@pytest.mark.once_on_postgresql
@pytest.mark.parametrize("path", PAGES_OF_SCHOOL)
def test_pages_of_a_cause_show_its_own_organisation_alone(client, school, path):
    page = client.get(path)
    assert page.status_code == 200
    assert "Night School" in page.text
    assert "River Keepers" not in page.text
    [sheet] = style_sheets(page)
    assert sheet.startswith("/organisations/night-school/colours-")
    assert client.get(sheet).status_code == 200


@pytest.mark.parametrize("path", PAGES_OF_SITE)
def test_pages_of_the_site_show_the_host(client, school, path):
    page = client.get(path)
    assert brand(page) == "River Keepers"
    assert style_sheets(page)[0].startswith("/organisations/river-keepers/")


def test_own_pages_of_a_supporter_show_the_organisation(client, school):
    petition = make_petition("books", cause_id=make_cause("books", organisation_id=school.id).id)
    signature = db.session.get(Signature, sign_and_hatch(petition))
    for view, purpose in (
        ("hatched", tokens.RECEIPT),
        ("mine", tokens.MINE),
    ):
        page = client.get(f"/en/signatures/{view}/{tokens.token_for(purpose, signature)}")
        assert (page.status_code, brand(page)) == (200, "Night School"), view


def test_cause_names_its_organisation_where_there_are_several(client, school):
    for path in ("causes/school", "petitions/desks", "events/lesson", "updates/opened"):
        [line] = tree(client.get(f"/en/{path}")).xpath("//*[@data-testid='by-organisation']")
        assert "Night School" in text(line)
        assert line.xpath(".//a/@href") == ["/en/organisations/night-school"]


def test_home_lists_the_causes_of_the_host_and_then_those_of_others(client, school):
    make_cause("bank")
    page = tree(client.get("/en/"))
    order = list(page.xpath("//section[@id='causes']//h3//@href | //h4//@href"))
    assert order == ["/en/causes/bank", "/en/organisations/night-school", "/en/causes/school"]


def test_home_shows_name_words_and_summary_of_the_host(client, host):
    words = {"en": {"home_text": "We keep **a river**.", "summary": "Clean water."}}
    write(change_organisation, organisation_id=host.id, part="identity", texts=words)
    page = tree(client.get("/en/"))
    assert text(page.xpath("//h1")[0]) == "River Keepers"
    [home_text] = page.xpath("//*[@data-testid='home-text']")
    assert home_text.xpath(".//strong/text()") == ["a river"]
    assert page.xpath("//meta[@name='description']/@content") == ["Clean water."]
    assert page.xpath("//meta[@property='og:site_name']/@content") == ["River Keepers"]


def test_organisation_lists_its_own_causes_and_no_other(client, school):
    make_cause("bank")
    make_cause("draft", organisation_id=school.id, state="draft")
    page = tree(client.get("/en/organisations/night-school"))
    assert page.xpath("//section[@id='causes']//h3//@href") == ["/en/causes/school"]
    assert "Lessons at night." in page.text_content()
    assert client.get("/en/organisations/unknown").status_code == 404


def test_former_slug_of_an_organisation_redirects(client, school):
    write(change_organisation, organisation_id=school.id, part="identity", slug="evening-school")
    for path in ("", "/imprint"):
        response = client.get(f"/en/organisations/night-school{path}")
        assert response.status_code == 301
        assert response.location == f"/en/organisations/evening-school{path}"


def test_footer_has_words_legal_name_profiles_and_the_link_to_the_imprint(client, school):
    footer = tree(client.get("/en/causes/school")).xpath("//footer")[0]
    assert "Everyone learns." in text(footer)
    assert footer.xpath(".//*[@data-testid='profile']/@href") == ["https://social.example/@school"]
    # It has no legal details yet.
    assert not footer.xpath(".//*[@data-testid='imprint']")
    write(
        change_organisation,
        organisation_id=school.id,
        part="legal",
        legal_name="Night School Society",
    )
    footer = tree(client.get("/en/causes/school")).xpath("//footer")[0]
    assert text(footer.xpath(".//*[@data-testid='legal-name']")[0]) == "Night School Society"
    [address] = footer.xpath(".//*[@data-testid='imprint']/@href")
    assert address == "/en/organisations/night-school/imprint"
    assert "Night School Society" in client.get(address).text


def test_imprint_shows_details_and_markdown_safely(client, host):
    words = {"en": {"imprint": "Responsible: *Noor Field*.\n\n<script>alert(1)</script>"}}
    write(
        change_organisation, organisation_id=host.id, part="legal", texts=words, legal_form="a<b>c"
    )
    page = tree(client.get("/en/imprint"))
    details = {item.get("data-detail"): text(item.find("dd")) for item in page.xpath("//dl/div")}
    assert details.keys() == {"legal_name", "legal_form", "postal_address", "country", "email"}
    assert (details["country"], details["legal_form"]) == ("Canada", "a<b>c")
    assert page.xpath("//main//em/text()") == ["Noor Field"]
    assert not page.xpath("//main//script")


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "حرّاس النهر", "A" * 200, "River & “Keepers” 'of' \"it\""]
)
def test_hostile_names_are_shown_as_text(client, app, name):
    organisation = make_organisation(name=name, legal_name=name)
    add_image(organisation, "logo")
    make_petition(cause_id=make_cause().id)
    for path in ("/en/", "/en/petitions/home", "/en/imprint", "/en/organisations/river-keepers"):
        page = client.get(path)
        assert brand(page) == name
        assert "<script>alert" not in page.text
    assert json.loads(client.get("/en/site.webmanifest").text)["name"] == name
    feed = ET.fromstring(client.get("/en/causes/valley/feed.atom").data)
    assert feed.findtext("a:author/a:name", namespaces=ATOM) == name
    assert client.get("/organize/sign-in").status_code == 200


def test_pattern_of_the_margin_is_that_of_the_organisation(client, school):
    assert tree(client.get("/en/")).find_class("wing-border")
    page = tree(client.get("/en/causes/school"))
    assert not page.find_class("wing-border")
    assert page.find_class("margin-line")


def test_publisher_is_the_organisation_of_the_cause(client, school):
    for path in ("causes/school", "petitions/desks", "updates/opened"):
        [data] = structured(client.get(f"/en/{path}"))
        assert data["publisher"]["name"] == "Night School", path
        assert data["publisher"]["sameAs"] == ["https://social.example/@school"]
    [event] = structured(client.get("/en/events/lesson"))
    assert event["organizer"]["name"] == "Night School"
    [site] = structured(client.get("/en/"))
    assert {item["@type"]: item["name"] for item in site["@graph"]} == {
        "Organization": "River Keepers",
        "WebSite": "River Keepers",
    }


def test_feeds_calendars_and_oembed_name_the_organisation(client, school):
    feed = ET.fromstring(client.get("/en/causes/school/feed.atom").data)
    names = {item.text for item in feed.iterfind(".//a:author/a:name", ATOM)}
    assert names == {"Night School"}
    assert feed.findtext("a:generator", namespaces=ATOM) == "Volante"
    make_cause("bank")
    site_feed = ET.fromstring(client.get("/en/feed.atom").data)
    assert site_feed.findtext("a:author/a:name", namespaces=ATOM) == "River Keepers"
    assert "X-WR-CALNAME:River Keepers" in client.get("/events.ics").text
    petition = "http://localhost/en/petitions/desks"
    assert client.get(f"/oembed?url={petition}").json["provider_name"] == "Night School"


def test_sitemap_has_organisations_where_there_are_several(client, school):
    sitemap = client.get("/sitemap.xml").text
    for path in ("organisations/river-keepers", "organisations/night-school", "imprint"):
        assert f"http://localhost/en/{path}<" in sitemap


def test_colours_change_their_address_and_are_immutable(client, host):
    [sheet] = style_sheets(client.get("/en/"))
    response = client.get(sheet)
    assert response.mimetype == "text/css"
    assert "immutable" in response.headers["Cache-Control"]
    assert "--accent: #0d4577" in response.text
    assert "[data-theme=night]" in response.text
    assert "--butterfly-forewings" in response.text
    write(change_organisation, organisation_id=host.id, part="look", accent="#7a1f5b")
    [changed] = style_sheets(client.get("/en/"))
    assert changed != sheet
    # A page from before the change still gets a style sheet, but not for long.
    assert "immutable" not in client.get(sheet).headers["Cache-Control"]
    write(change_organisation, organisation_id=host.id, part="look", accent="")
    assert client.get(changed).status_code == 404


def test_images_are_immutable_and_can_do_nothing(client, host):
    add_image(host, "logo", size=(400, 100))
    add_image(host, "mark", digest="fedcba9876543210")
    page = tree(client.get("/en/"))
    [logo] = page.xpath("//a[@class='home-link']/img/@src")
    assert logo == "/organisations/river-keepers/logo-0123456789abcdef"
    response = client.get(logo)
    assert (response.data, response.mimetype) == (DRAWING, "image/svg+xml")
    policy = response.headers["Content-Security-Policy"]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in response.headers["Cache-Control"]
    mark = "/organisations/river-keepers/mark-fedcba9876543210"
    assert set(page.xpath("//link[contains(@rel, 'icon')]/@href")) == {mark}
    [icon] = json.loads(client.get("/en/site.webmanifest").text)["icons"]
    assert (icon["src"], icon["sizes"]) == (mark, "any")
    assert client.get("/favicon.ico").location == mark
    for missing in ("logo-fedcba9876543210", "mark-0", "colours"):
        assert client.get(f"/organisations/river-keepers/{missing}").status_code == 404


def test_logo_that_contains_the_name_hides_it_only_from_view(client, host):
    add_image(host, "logo", size=(400, 100))
    [name] = tree(client.get("/en/")).xpath("//a[@class='home-link']/bdi")
    assert "visually-hidden" in name.get("class")
