"""Tests of editing organisations in the workspace."""

from datetime import timedelta
from io import BytesIO

import pytest

from campaign.accounts.audit import entries
from campaign.extensions import db, write
from campaign.mail.models import OutboxMessage
from campaign.mail.renderers import renderers_of
from campaign.organisations.identity import identities
from campaign.organisations.operations import create_organisation
from campaign.organisations.queries import host_organisation, organisations_among
from campaign.process.clock import utcnow
from tests.factories.causes import make_cause
from tests.organisations.test_images import bomb, picture
from tests.page_parts import links, tree, values, version_on, wrong_fields

PATH = "/organize/organisations/keepers"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><rect width="40" height="20"/></svg>'
SCRIPT = SVG.replace(b"<rect", b"<script>alert(1)</script><rect")
PARTS = {
    "identity": ({"name_en": "Theirs", "slug": "keepers"}, {"name_en": "Mine", "slug": "keepers"}),
    "look": ({"accent": "#a3471a", "pattern": "plain"}, {"accent": "#1f3d7a", "pattern": "plain"}),
    "legal": ({"legal_name": "Theirs", "country": ""}, {"legal_name": "Mine", "country": ""}),
    "sender": ({"sender_name": "Theirs"}, {"sender_name": "Mine"}),
}


@pytest.fixture
def keepers(app):
    return write(create_organisation, slug="keepers", texts={"en": {"name": "River Keepers"}})


@pytest.fixture
def desk(desk_of, keepers):
    return desk_of("admin")


def now():
    db.session.rollback()
    return host_organisation()


def post(desk, part, form_data, **options):
    return desk.post(
        f"{PATH}/{part}",
        {"version": version_on(desk.get(f"{PATH}/{part}")), **form_data},
        **options,
    )


def test_first_organisation_is_created_once(desk_of):
    desk = desk_of("admin")
    assert "/organize/organisations/new" in links(desk.get("/organize/organisations/"))
    for _ in range(2):
        answer = desk.post(
            "/organize/organisations/new",
            {"name_fr": "Les gardiennes de la rivière", "website": "gardiennes.example"},
        )
        assert answer.location == "/organize/organisations/les-gardiennes-de-la-riviere"
    [made] = organisations_among(None)
    assert (made.is_host, made.website) == (True, "https://gardiennes.example")
    assert [entry.action for entry in entries(action="organisations")] == ["organisations.create"]


def test_site_with_one_organisation_shows_its_page_and_no_list(desk):
    page = desk.get("/organize/organisations/")
    assert f"{PATH}/identity" in links(page)
    assert not tree(page).xpath("//table")
    write(create_organisation, slug="school", texts={"en": {"name": "Night School"}})
    page = desk.get("/organize/organisations/")
    assert {PATH, "/organize/organisations/school"} <= set(links(page))
    page = desk.get("/organize/organisations/school")
    assert any(link.endswith("/organisations/school") for link in links(page))


def test_identity_is_changed_in_each_language(desk):
    answer = post(
        desk,
        "identity",
        {
            "name_en": "Keepers of the River",
            "name_es": "Guardianas del río",
            "home_text_es": "Hola.\n\nAdiós.",
            "profiles": "https://social.example/keepers\n\nvideo.example/keepers",
            "slug": "river",
        },
    )
    assert answer.location == "/organize/organisations/river"
    identity = identities().host
    assert (identity.name("en"), identity.name("es")) == (
        "Keepers of the River",
        "Guardianas del río",
    )
    assert identity.text("es").home_text == "Hola.\n\nAdiós."
    assert identity.profiles == ("https://social.example/keepers", "https://video.example/keepers")
    [entry] = entries(action="organisations.edit")
    assert entry.details["part"] == "identity"
    changes = {(item["field"], item["part"]): item for item in entry.details["changes"]}
    assert changes["name", "en"]["before"] == "River Keepers"
    assert changes["name", "en"]["after"] == "Keepers of the River"
    assert changes["slug", ""]["after"] == "river"
    assert "Keepers of the River" in desk.get("/organize/audit/?about=organisations").text


def test_text_can_be_emptied(desk):
    post(desk, "identity", {"name_en": "Keepers", "footer_text_en": "Water is life."})
    post(desk, "identity", {"name_en": "Keepers", "footer_text_en": ""})
    assert identities().host.text("en").footer_text == ""


def test_name_right_to_left_is_kept_and_isolated(desk):
    name = "حراس النهر"
    assert post(desk, "identity", {"name_en": name}).status_code == 303
    page = desk.get("/organize/organisations/")
    assert tree(page).xpath("//h1")[0].text_content() == name
    assert "auto" in tree(desk.get(f"{PATH}/identity")).xpath("//input[@name='name_en']/@dir")


@pytest.mark.once_on_postgresql
@pytest.mark.parametrize(
    ("part", "form_data", "wrong"),
    [
        ("identity", {"name_en": "x" * 300}, "name_en"),
        ("identity", {"website": "keepers.example"}, "name_en"),
        ("identity", {"name_en": "Keepers", "summary_es": "Agua."}, "name_es"),
        ("identity", {"name_en": "Keepers", "website": "not an address"}, "website"),
        ("identity", {"name_en": "Keepers", "website": "javascript:alert(1)//."}, "website"),
        ("identity", {"name_en": "Keepers", "profiles": "https://a.example\nb c"}, "profiles"),
        ("identity", {"name_en": "Keepers", "slug": "über uns"}, "slug"),
        ("look", {"accent": "amber", "pattern": "plain"}, "accent"),
        ("look", {"accent": "#fafafa", "pattern": "plain"}, "accent"),
        ("legal", {"email": "keepers", "country": "CA"}, "email"),
        ("legal", {"legal_name": "x" * 201, "country": "CA"}, "legal_name"),
        ("legal", {"country": "ZZ"}, "country"),
        ("sender", {"sender_address": "keepers@elsewhere.example"}, "sender_address"),
        ("sender", {"sender_address": "keepers@notvolante.example"}, "sender_address"),
        ("sender", {"reply_to": "keepers"}, "reply_to"),
        ("sender", {"sender_name": "x" * 81}, "sender_name"),
    ],
)
def test_bad_input_is_refused_at_its_field_and_kept(desk, part, form_data, wrong):
    answer = post(desk, part, form_data)
    assert answer.status_code == 422
    assert wrong in wrong_fields(answer)
    sent = values(answer, "value") + tree(answer).xpath("//textarea/text()")
    assert all(any(text in each for each in sent) for text in form_data.values() if text != "ZZ")
    assert (now().version_of(part), len(entries(action="organisations.edit"))) == (1, 0)


def test_slug_that_is_taken_is_refused(desk):
    write(create_organisation, slug="school", texts={"en": {"name": "Night School"}})
    answer = post(desk, "identity", {"name_en": "Mine", "slug": "school"})
    assert answer.status_code == 422
    assert "slug" in wrong_fields(answer)
    assert now().text("en").name == "River Keepers"
    answer = desk.post("/organize/organisations/new", {"name_en": "Another", "slug": "school"})
    assert "slug" in wrong_fields(answer)


def test_colour_that_is_too_light_gets_an_offer_that_is_accepted(desk):
    answer = post(desk, "look", {"accent": "#FFCC00", "pattern": "plain"})
    [offered] = {
        word for word in wrong_fields(answer)["accent"].replace(",", " ").split() if word[0] == "#"
    } - {"#ffcc00"}
    assert post(desk, "look", {"accent": offered, "pattern": "spots"}).status_code == 303
    assert (now().accent, now().pattern) == (offered, "spots")


def test_colour_is_shown_before_it_is_saved(desk):
    page = post(desk, "look", {"accent": "A3471A", "pattern": "plain", "press": "try"})
    assert page.status_code == 200
    assert values(page, "data-accent")[0] == "#a3471a"
    assert now().accent == ""


@pytest.mark.parametrize(
    "data", [SCRIPT, bomb(20_000, 20_000), b"%PDF-1.7", SVG.replace(b"viewBox", b"data-box")]
)
def test_logo_that_cannot_be_shown_is_refused_and_nothing_is_saved(desk, data):
    answer = post(
        desk,
        "look",
        {"accent": "#a3471a", "pattern": "plain", "logo": (BytesIO(data), "logo.svg")},
    )
    assert answer.status_code == 422
    assert "logo" in wrong_fields(answer)
    assert "#a3471a" in values(answer, "value")
    assert (now().accent, now().images) == ("", [])


def test_mark_must_be_square(desk):
    answer = post(desk, "look", {"pattern": "plain", "mark": (BytesIO(picture()), "mark.png")})
    assert "mark" in wrong_fields(answer)


def test_logo_is_set_replaced_shown_and_removed(desk):
    files = {"logo": (BytesIO(SVG), "logo.svg"), "mark": (BytesIO(picture((9, 9))), "mark.png")}
    assert post(desk, "look", {"pattern": "plain", **files}).status_code == 303
    logo = identities().host.logo
    assert (logo.media_type, logo.width, logo.height) == ("image/svg+xml", 40, 20)
    address = f"/organisations/{identities().host.slug}/logo-{logo.digest}"
    assert address in values(desk.get(f"{PATH}/look"), "src")
    image = desk.get(address)
    assert image.mimetype == "image/svg+xml"
    assert "sandbox" in image.headers["Content-Security-Policy"]
    post(desk, "look", {"pattern": "plain", "logo": (BytesIO(picture()), "logo.png")})
    assert identities().host.logo.media_type == "image/png"
    assert identities().host.mark is not None
    assert desk.get(address).status_code == 404
    assert post_remove(desk, "logo", version=1).status_code == 409
    assert post_remove(desk, "logo").status_code == 303
    assert identities().host.logo is None
    assert "organisation_image" not in desk.get("/organize/audit/?about=organisations").text


def post_remove(desk, purpose, version=None):
    version = version or version_on(desk.get(f"{PATH}/look"))
    return desk.post(f"{PATH}/look/{purpose}/remove", {"version": version})


@pytest.mark.parametrize("part", PARTS)
def test_second_of_two_tabs_sees_both_and_saves_knowingly(desk, part):
    theirs, mine = PARTS[part]
    seen = {"version": version_on(desk.get(f"{PATH}/{part}"))}
    assert desk.post(f"{PATH}/{part}", theirs | seen).status_code == 303
    assert desk.post(f"{PATH}/{part}", theirs | seen).status_code == 303
    answer = desk.post(f"{PATH}/{part}", mine | seen)
    assert answer.status_code == 409
    assert tree(answer).find_class("conflict-text")
    again = mine | {"version": version_on(answer)}
    assert desk.post(f"{PATH}/{part}", again).status_code == 303


def test_sender_of_our_domains_is_saved(desk):
    for address in ("hello@volante.example", "hello@mail.volante.example"):
        form_data = {"sender_address": address, "reply_to": "office@elsewhere.example"}
        assert post(desk, "sender", form_data).status_code == 303
        assert (now().sender_address, now().reply_to) == (address, "office@elsewhere.example")


def test_test_email_goes_to_the_organizer(desk, app):
    assert desk.post(f"{PATH}/sender/test").status_code == 303
    db.session.rollback()
    [row] = db.session.query(OutboxMessage).all()
    message = renderers_of(app)[row.kind](row)
    assert message.to == desk.organizer.email
    assert "River Keepers" in message.subject
    assert [entry.action for entry in entries(action="organisations")] == ["organisations.test"]


def test_sender_page_says_what_became_of_the_test_email(desk):
    assert values(desk.get(f"{PATH}/sender"), "data-test-state") == []
    desk.post(f"{PATH}/sender/test")
    db.session.rollback()
    [email] = db.session.query(OutboxMessage).all()

    def state_after(**columns):
        for name, value in columns.items():
            setattr(email, name, value)
        db.session.commit()
        page = desk.get(f"{PATH}/sender")
        waits = tree(page).xpath("//*[@data-testid='mail-waits']")
        return values(page, "data-test-state"), bool(waits)

    assert state_after() == (["queued"], False)
    earlier = utcnow() - timedelta(minutes=2)
    assert state_after(created_at=earlier, due_at=earlier) == (["late"], True)
    assert state_after(state="sent", sent_at=utcnow()) == (["sent"], False)
    assert state_after(state="failed") == (["failed"], False)


@pytest.mark.parametrize("role", ["owner", "editor"])
def test_only_admins_edit_organisations(desk_of, keepers, role):
    desk = desk_of(role, make_cause().id)
    for path in ("", "/identity", "/look", "/legal", "/sender"):
        assert desk.get(f"{PATH}{path}").status_code in (403, 404)
    answer = desk.post(f"{PATH}/identity", {"version": 1, "name_en": "Mine"})
    assert answer.status_code in (403, 404)
    assert desk.get("/organize/organisations/").status_code == 403
    assert "/organize/organisations/" not in links(desk.get("/organize/"))
    assert now().text("en").name == "River Keepers"
