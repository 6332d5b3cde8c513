"""Tests of editing petitions in the workspace, from the draft to the archive."""

import io
import re
from datetime import UTC, datetime, timedelta

import pytest

from campaign.accounts.audit import entries
from campaign.causes.operations import create_cause
from campaign.extensions import db, write
from campaign.organisations.operations import change_organisation, create_organisation
from campaign.petitions.delivery_terms import delivered_items
from campaign.petitions.editing import change_petition_text, current_texts
from campaign.petitions.life_cycles import petition_life_cycle
from campaign.petitions.queries import petition_in_any_state
from campaign.process.clock import utcnow
from campaign.site.operations import change_site
from tests.factories.causes import make_cause
from tests.factories.petitions import TEXTS, make_petition
from tests.factories.pictures import bomb, heart
from tests.factories.signatures import row, sign
from tests.page_parts import alerts, figures, is_empty, links, sends_to, text_at, tree, values

LONG = "ש" * 200
HOME = "/organize/petitions/home"


def now_of(slug="home"):
    """Return the petition as it is in the database right now."""
    db.session.rollback()
    return petition_in_any_state(slug)


def text_form(petition, **changes):
    """Return the form of the text as its page would send it, with `changes` such as body_en."""
    form_data = {
        f"{part}_{lang}": text
        for lang, parts in current_texts(petition).items()
        for part, text in parts.items()
    }
    return {**form_data, "version": petition.version_of("text"), "press": "save", **changes}


@pytest.fixture
def home(desk):
    return make_petition(cause_id=desk.cause.id)


def test_second_of_two_who_set_a_goal_sees_the_first(desk, home):
    desk.post(f"{HOME}/goal", {"goal": "2000", "version": 1})
    answer = desk.post(f"{HOME}/goal", {"goal": "3000", "version": 1})
    assert answer.status_code == 409 and "danger" in alerts(answer)
    assert figures(text_at(answer, "//div[@class='conflict']")) == [2000, 3000]
    assert now_of().goal == 2000
    desk.post(f"{HOME}/goal", {"goal": "3000", "version": 2})
    assert set(values(desk.get(HOME), "data-goal")) == {"3000"}


def test_petition_begins_with_a_title_in_any_language_and_stays_a_draft(desk, client):
    answer = desk.post(
        "/organize/petitions/new",
        {"cause": desk.cause.id, "lang": "es", "title": "Árboles para Iguala"},
    )
    assert (answer.status_code, answer.location) == (
        303,
        "/organize/petitions/arboles-para-iguala/letter?guide=1",
    )
    made = now_of("arboles-para-iguala")
    assert (made.state, made.original_lang, made.current_version.texts[0].lang) == (
        "draft",
        "es",
        "es",
    )
    assert client.get("/es/petitions/arboles-para-iguala").status_code == 404
    todo = tree(desk.get("/organize/petitions/arboles-para-iguala")).xpath(
        "//section[@class='todo']//li"
    )
    missing = {(item.get("data-fault"), item.get("data-lang")) for item in todo}
    assert {("target", ""), ("body", "es"), ("untranslated", "en")} <= missing


def test_button_pressed_twice_makes_one_petition(desk):
    form_data = {"cause": desk.cause.id, "lang": "en", "title": "Trees"}
    for _ in range(2):
        assert desk.post("/organize/petitions/new", form_data).location.startswith(
            "/organize/petitions/trees"
        )
    assert [entry.action for entry in entries(action="petitions.create")] == ["petitions.create"]


@pytest.mark.parametrize("slug", ["home", "Not An Address", "new", "x" * 81])
def test_taken_or_invalid_address_is_explained_at_its_field_and_input_kept(desk, home, slug):
    answer = desk.post(
        "/organize/petitions/new",
        {"cause": desk.cause.id, "lang": "en", "title": LONG, "slug": slug},
    )
    assert answer.status_code == 422
    assert 'id="slug-error"' in answer.text
    assert LONG in answer.text


def test_no_one_creates_petitions_for_another_persons_cause(desk):
    other = make_cause("other")
    answer = desk.post(
        "/organize/petitions/new", {"cause": other.id, "lang": "en", "title": "Trees"}
    )
    assert answer.status_code == 422
    make_petition(cause_id=other.id, state="draft")
    for path in ("", "/letter", "/preview", "/targets", "/publish"):
        assert desk.get(HOME + path).status_code == 404


def test_incomplete_petition_is_not_published_and_gaps_are_listed(desk, client):
    draft = make_petition(
        cause_id=desk.cause.id, state="draft", targets=[], texts={"en": {**TEXTS["en"], "body": ""}}
    )
    page = desk.get(f"{HOME}/publish")
    # Languages and legal details are missing, which stops nobody.
    assert alerts(page) == ["danger", "waiting", "waiting"] and f"{HOME}/publish" not in sends_to(
        page
    )
    assert "Spanish, French" in page.text
    assert desk.post(f"{HOME}/publish").status_code == 409
    desk.post(f"{HOME}/letter", text_form(draft, body_en="We ask."))
    desk.post(f"{HOME}/targets", {"version": 1, "rows-0-en": "The Senate"})
    for _ in range(2):
        assert desk.post(f"{HOME}/publish").status_code == 303
    assert client.get("/en/petitions/home").status_code == 200
    assert now_of().opened_at <= utcnow()


def test_strict_site_publishes_no_petition_without_legal_details(desk):
    make_petition(cause_id=desk.cause.id, state="draft")
    write(change_site, settings={"is_strict": True})
    assert "legal" in values(desk.get(HOME), "data-fault")
    assert desk.post(f"{HOME}/publish").status_code == 409
    write(
        change_organisation,
        organisation_id=desk.cause.organisation_id,
        part="legal",
        legal_name="River Keepers",
        postal_address="1 Example Street",
        country="CA",
        email="hello@keepers.example",
    )
    assert "legal" not in values(desk.get(HOME), "data-fault")
    assert values(desk.get(f"{HOME}/publish"), "data-testid") == []
    assert desk.post(f"{HOME}/publish").status_code == 303


def test_draft_is_published_automatically_on_time_but_not_while_incomplete(desk, client):
    draft = make_petition(cause_id=desk.cause.id, state="draft", targets=[])

    def plan(hour):
        return desk.post(
            f"{HOME}/publish-later", {"publish_at": hour, "time_zone": "America/Toronto"}
        )

    assert plan("2027-03-15T08:00").status_code == 409
    desk.post(f"{HOME}/targets", {"version": 1, "rows-0-en": "The Senate"})
    for wrong in ("", "2020-01-01T08:00", "2027-03-14T02:30"):
        assert plan(wrong).status_code == 422
    assert plan("2027-03-15T08:00").status_code == 303
    hour = now_of().publish_at
    assert (hour.isoformat(), now_of().time_zone) == (
        "2027-03-15T12:00:00+00:00",
        "America/Toronto",
    )
    assert "2027" in text_at(desk.get(HOME), "//p[@class='petition-state']")
    assert not tree(desk.get("/organize/")).xpath(
        "//section[@aria-labelledby='today']//a[@href='/organize/petitions/']"
    )
    desk.post(f"{HOME}/publish-not")
    assert write(petition_life_cycle.publish_due, now=hour) == 0

    plan("2027-03-15T08:00")
    desk.post(f"{HOME}/letter", text_form(draft, body_en=""))
    assert (write(petition_life_cycle.publish_due, now=hour), now_of().state) == (0, "draft")
    desk.post(f"{HOME}/letter", text_form(now_of(), body_en="We ask."))
    assert write(petition_life_cycle.publish_due, now=hour + timedelta(minutes=1)) == 1
    assert (now_of().state, now_of().publish_at, now_of().opened_at) == (
        "published",
        None,
        hour + timedelta(minutes=1),
    )
    assert client.get("/en/petitions/home").status_code == 200
    assert plan("2027-03-16T08:00").status_code == 303
    assert now_of().publish_at is None


def test_text_changes_in_place_until_the_petition_opens(desk):
    later = utcnow() + timedelta(days=1)
    petition = make_petition(cause_id=desk.cause.id, opens_at=later)
    assert (
        desk.post(f"{HOME}/letter", text_form(petition, body_en="Other words.")).status_code == 303
    )
    changed = now_of()
    assert [version.number for version in changed.versions] == [1]
    assert changed.current_version.text("en", "en").body == "Other words."


def test_text_change_after_the_opening_is_previewed_and_makes_a_new_version(desk, home):
    signed = sign(home)
    review = desk.post(f"{HOME}/letter", text_form(home, body_en="We, the undersigned, *insist*."))
    assert review.status_code == 200
    assert (alerts(review), figures(text_at(review, "//h1"))) == (["waiting"], [2])
    assert "<ins>" in review.text and "*insist*." in review.text
    assert len(now_of().versions) == 1
    form_data = text_form(home, body_en="We, the undersigned, *insist*.", press="new-version")
    for _ in range(2):
        assert desk.post(f"{HOME}/letter", form_data).status_code == 303
    changed = now_of()
    assert [version.number for version in changed.versions] == [1, 2]
    assert changed.versions[0].text("en", "en").body == TEXTS["en"]["body"]
    assert "insist" in desk.get(f"{HOME}/versions/2").text
    assert signed


def test_going_back_from_the_warning_keeps_the_text(desk, home):
    page = desk.post(f"{HOME}/letter", text_form(home, body_en="Half a thought", press="back"))
    assert "Half a thought</textarea>" in page.text
    assert len(now_of().versions) == 1


def test_dates_goal_and_required_fields_make_no_version(desk, home):
    desk.post(f"{HOME}/goal", {"goal": "1000", "version": 1})
    delivery = {"deliver_on": "2027-05-01", "deliver_place_es": "Iguala"}
    desk.post(f"{HOME}/dates", {"version": 1, "time_zone": "America/Toronto", **delivery})
    desk.post(f"{HOME}/form", {"version": 2, "required_fields": "country", "confirmation": "email"})
    changed = now_of()
    assert (changed.goal, len(changed.versions), changed.deliver_places) == (
        1000,
        1,
        {"es": "Iguala"},
    )
    assert changed.required_fields == ["country"]


CHANGES = {
    "targets": ("petitions/home/targets", {"version": 1, "rows-0-en": "The Mayor"}, "The Mayor"),
    "form": (
        "petitions/home/form",
        {
            "version": 1,
            "confirmation": "email",
            "rows-0-type": "text",
            "rows-0-label_en": "How did you hear of us?",
        },
        "How did you hear of us?",
    ),
    "delivery": (
        "handovers/home/contents",
        {"names": "shown", "details": ["country", "day"], "version": 1},
        None,
    ),
}


@pytest.mark.parametrize("part", CHANGES)
def test_terms_for_supporters_change_only_by_a_version_the_editor_saw(desk_of, petition, part):
    desk = desk_of("owner", petition.cause_id)
    path, typed, change = CHANGES[part]
    change = change or delivered_items("shown", ["day"])[-1]
    signed = sign(petition)
    review = desk.post(f"/organize/{path}", typed)
    assert review.status_code == 200
    assert (alerts(review), figures(text_at(review, "//h1"))) == (["waiting"], [2])
    assert change in review.text and "<ins>" in review.text
    assert len(now_of().versions) == 1
    back = desk.post(f"/organize/{path}", {**typed, "press": "back"})
    assert (back.status_code, len(now_of().versions)) == (200, 1)
    assert desk.post(f"/organize/{path}", {**typed, "press": "new-version"}).status_code == 303
    assert [version.number for version in now_of().versions] == [1, 2]
    assert row(signed).version_id == now_of().versions[0].id
    assert change in desk.get(f"{HOME}/versions/2").text


def test_hidden_fields_of_the_warning_carry_everything_typed(desk, home):
    review = desk.post(
        f"{HOME}/targets",
        {
            "version": 1,
            "rows-0-en": "The House",
            "rows-1-en": "The Senate",
            "rows-1-es": "El Senado",
        },
    )
    typed = dict(
        re.findall(r'type="hidden" name="(rows[^"]+|version)" value="([^"]*)"', review.text)
    )
    desk.post(f"{HOME}/targets", {**typed, "press": "new-version"})
    assert [target.names for target in now_of().targets] == [
        {"en": "The House"},
        {"en": "The Senate", "es": "El Senado"},
    ]


def test_draft_changes_without_versions(desk):
    make_petition(cause_id=desk.cause.id, state="draft")
    assert desk.post(f"{HOME}/targets", {"version": 1, "rows-0-en": "The House"}).status_code == 303
    [version] = now_of().versions
    assert version.targets == [{"en": "The House"}]


def test_second_of_two_editors_of_the_text_sees_both_texts(desk, home):
    mine = text_form(home, body_en="Mine", press="new-version")
    theirs = current_texts(home)
    theirs["en"]["body"] = "Theirs"
    write(change_petition_text, petition_id=home.id, version=1, texts=theirs, now=utcnow())
    answer = desk.post(f"{HOME}/letter", mine)
    assert answer.status_code == 409
    assert alerts(answer)[0] == "danger" and tree(answer).find_class("conflict")
    expected = ("Theirs", "Mine</textarea>", 'name="version" type="hidden" value="2"')
    for text in expected:
        assert text in answer.text
    assert now_of().current_version.text("en", "en").body == "Theirs"
    assert desk.post(f"{HOME}/letter", {**mine, "version": 2}).status_code == 303
    assert now_of().current_version.text("en", "en").body == "Mine"


def test_second_of_two_editors_of_the_targets_sees_both_lists(desk, home):
    desk.post(f"{HOME}/targets", {"version": 1, "rows-0-en": "The House", "press": "new-version"})
    answer = desk.post(f"{HOME}/targets", {"version": 1, "rows-0-en": "The Mayor"})
    assert answer.status_code == 409
    assert "The House" in answer.text
    assert "The Mayor" in answer.text
    assert [target.name("en") for target in now_of().targets] == ["The House"]


def test_rows_move_without_being_saved(desk, home):
    rows = {"version": 1, "rows-0-en": "One", "rows-1-en": "Two"}
    page = desk.post(f"{HOME}/targets", {**rows, "press": "up-1"}).text
    assert page.index('value="Two"') < page.index('value="One"')
    assert 'value="One"' not in desk.post(f"{HOME}/targets", {**rows, "press": "remove-0"}).text
    assert "rows-2-en" in desk.post(f"{HOME}/targets", {**rows, "press": "add"}).text
    assert len(now_of().targets) == 1


def test_public_petition_keeps_at_least_one_target(desk, home):
    assert desk.post(f"{HOME}/targets", {"version": 1, "rows-0-en": ""}).status_code == 422


def test_times_are_in_the_chosen_zone_in_summer_and_in_winter(desk, home):
    times = {
        "version": 1,
        "time_zone": "Europe/Paris",
        "opens_at": "2026-01-10T09:00",
        "closes_at": "2026-07-10T09:00",
    }
    assert desk.post(f"{HOME}/dates", times).status_code == 303
    changed = now_of()
    assert changed.opens_at == datetime(2026, 1, 10, 8, tzinfo=UTC)
    assert changed.closes_at == datetime(2026, 7, 10, 7, tzinfo=UTC)
    page = desk.get(f"{HOME}/dates").text
    assert 'value="2026-07-10T09:00"' in page


@pytest.mark.parametrize(
    ("opens_at", "closes_at", "field"),
    [
        ("2026-03-29T02:30", "", "opens_at"),
        ("2026-05-01T10:00", "2026-05-01T10:00", "closes_at"),
        ("soon", "", "opens_at"),
    ],
)
def test_impossible_times_are_explained_at_their_field(desk, home, opens_at, closes_at, field):
    answer = desk.post(
        f"{HOME}/dates",
        {"version": 1, "time_zone": "Europe/Paris", "opens_at": opens_at, "closes_at": closes_at},
    )
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text


def test_own_questions_are_in_the_readers_language_and_answers_stored_in_one(desk, home, client):
    form = {
        "version": 1, "required_fields": "country", "confirmation": "email", "two_per_address": "y", "neutral_emails": "y",
        "rows-0-type": "choice", "rows-0-required": "y", "rows-0-label_en": "How far?", "rows-0-choices_en": "near\nfar",
        "rows-0-label_es": "¿Qué tan lejos?", "rows-0-choices_es": "cerca\nlejos", "press": "new-version",
    }  # fmt: skip
    assert desk.post(f"{HOME}/form", form).status_code == 303
    changed = now_of()
    assert (changed.required_fields, changed.two_per_address, changed.questions[0]["name"]) == (
        ["country"],
        True,
        "how-far",
    )
    assert changed.neutral_emails
    assert '<option value="far">lejos</option>' in client.get("/es/petitions/home").text
    too_few = desk.post(f"{HOME}/form", {**form, "version": 2, "rows-0-choices_es": "cerca"})
    assert too_few.status_code == 422
    assert 'id="rows-0-choices_es-error"' in too_few.text
    assert 'href="#rows-0-choices_es"' in too_few.text


def test_new_address_redirects_from_the_old_one_for_every_method(desk, home, client):
    moved = desk.post(f"{HOME}/address", {"version": 1, "slug": "come-home"})
    assert moved.location == "/organize/petitions/come-home"
    answer = client.get("/es/petitions/home?from=paper")
    assert (answer.status_code, answer.location) == (301, "/es/petitions/come-home?from=paper")
    assert client.post("/en/petitions/home/signatures", data={}).status_code == 308
    taken = desk.post(
        "/organize/petitions/new",
        {"cause": desk.cause.id, "lang": "en", "title": "x", "slug": "home"},
    )
    assert taken.status_code == 422
    back = desk.post("/organize/petitions/come-home/address", {"version": 2, "slug": "home"})
    assert back.status_code == 303
    assert client.get("/en/petitions/come-home").location == "/en/petitions/home"


def test_closing_reopening_and_the_archive(desk, home, client):
    for _ in range(2):
        desk.post(f"{HOME}/close")
    assert now_of().state == "closed"
    desk.post(f"{HOME}/archive")
    assert client.get("/en/petitions/home").status_code == 200
    assert "Bring them home" not in client.get("/en/causes/valley").text
    used = links(desk.get("/organize/petitions/"))
    assert "/organize/petitions/?archived=1" in used and HOME not in used
    assert f'href="{HOME}"' in desk.get("/organize/petitions/?archived=1").text
    desk.post(f"{HOME}/restore")
    desk.post(f"{HOME}/reopen")
    assert (now_of().state, now_of().archived_at) == ("published", None)
    actions = [entry.action for entry in entries(subject=("petition", home.id))]
    assert actions == [
        "petitions.reopen",
        "petitions.restore",
        "petitions.archive",
        "petitions.close",
        "petitions.close",
    ]


def test_next_campaign_starts_as_a_draft_with_the_same_text(desk, home):
    assert f'action="{HOME}/duplicate" data-module="submit-once"' in desk.get(HOME).text
    answer = desk.post(f"{HOME}/duplicate")
    assert answer.location == "/organize/petitions/home-2"
    made = now_of("home-2")
    assert (made.state, made.opened_at, made.closes_at) == ("draft", None, None)
    assert made.current_version.text("es", "en").body == TEXTS["es"]["body"]
    assert [target.names for target in made.targets] == [
        target.names for target in now_of().targets
    ]


def test_copy_goes_to_a_cause_of_the_same_organization_where_the_organizer_edits(desk_of):
    own, other, third = make_cause("own"), make_cause("other"), make_cause("third")
    keepers = write(create_organisation, slug="keepers", texts={"en": {"name": "Keepers"}})
    elsewhere = write(
        create_cause,
        slug="elsewhere",
        texts={"en": {"title": "Elsewhere", "summary": ""}},
        organisation_id=keepers.id,
    )
    home = make_petition(cause_id=own.id)
    admin = desk_of("admin")
    offered = tree(admin.get(HOME)).xpath("//select[@name='cause']/option/@value")
    assert offered == [str(cause.id) for cause in (own, other, third)]
    assert admin.post(f"{HOME}/duplicate", {"cause": other.id}).status_code == 303
    assert now_of("home-2").cause_id == other.id
    for wrong in (elsewhere.id, 999, "x"):
        answer = admin.post(f"{HOME}/duplicate", {"cause": wrong})
        assert answer.status_code == 422
        assert tree(answer).xpath("//select[@name='cause'][@aria-invalid='true']")
    assert now_of("home-3") is None
    editor = desk_of("editor", own.id)
    assert not tree(editor.get(HOME)).xpath("//select[@name='cause']")
    assert editor.post(f"{HOME}/duplicate", {"cause": third.id}).status_code == 422
    assert now_of(home.slug).cause_id == own.id


def test_preview_is_the_public_page_for_organizers_only(desk, client):
    make_petition(cause_id=desk.cause.id, state="draft")
    answer = desk.get(f"{HOME}/preview?lang=es")
    assert answer.headers["Cache-Control"] == "no-store"
    for text in ("Que vuelvan", '<html lang="es"', 'method="dialog"'):
        assert text in answer.text
    assert tree(answer).find_class("preview-bar")
    assert client.get(f"{HOME}/preview").status_code == 303


def test_markdown_is_previewed_while_writing_and_runs_nothing(desk):
    answer = desk.post(
        "/organize/petitions/new/letter-as-read", {"body": "**Find** them<script>alert(1)</script>"}
    )
    assert "<strong>Find</strong>" in answer.text
    assert "<script>" not in answer.text


def test_read_only_role_sees_no_button_and_may_change_nothing(desk_of):
    cause = make_cause()
    petition = make_petition(cause_id=cause.id)
    reviewer = desk_of("reviewer", cause.id)
    page = reviewer.get(HOME)
    assert page.status_code == 200
    assert [path for path in sends_to(page) if path.startswith(HOME)] == []
    assert not tree(page).find_class("part-row-act")
    for path in (
        "close",
        "duplicate",
        "letter",
        "publish",
        "goal",
        "targets",
        "dates",
        "form",
        "address",
    ):
        assert reviewer.post(f"{HOME}/{path}", text_form(petition)).status_code == 403


def test_next_goal_is_suggested_as_the_first_nears(desk):
    petition = make_petition(cause_id=desk.cause.id, goal=1)
    assert alerts(desk.get(HOME)) == []
    from_one = desk.post(f"{HOME}/goal", {"goal": "many"})
    assert from_one.status_code == 422
    assert petition.goal == 1


def test_empty_workspace_explains_what_a_petition_is(desk):
    page = desk.get("/organize/petitions/")
    assert is_empty(page)
    assert "/organize/petitions/new" in links(page)


def test_many_petitions_are_listed_page_by_page(desk, monkeypatch):
    monkeypatch.setattr("campaign.organize.petitions.routes.PAGE_SIZE", 2)
    for number in range(3):
        make_petition(f"home-{number}", cause_id=desk.cause.id)
    first, second = (desk.get(f"/organize/petitions/?page={number}").text for number in (1, 2))
    assert (
        'href="/organize/petitions/home-1"' in first
        and 'href="/organize/petitions/home-2"' not in first
    )
    assert 'href="/organize/petitions/home-2"' in second and 'rel="next"' not in second
    assert tree(desk.get("/organize/petitions/?page=9")).find_class("empty-page")


def test_petition_gets_a_picture_with_alt_text_and_loses_it(desk, home, client):
    def send(**typed):
        return desk.post(
            f"{HOME}/picture",
            {"version": 1, "focal_x": 50, "focal_y": 50, "alt_en": "A square", **typed},
        )

    assert send().status_code == 422
    assert 'id="alt_en-error"' in send(alt_en="", picture=(io.BytesIO(heart()), "heart.png")).text
    assert 'id="picture-error"' in send(picture=(io.BytesIO(bomb(20_000, 20_000)), "bomb.png")).text
    assert send(picture=(io.BytesIO(heart()), "heart.png")).status_code == 303
    assert 'alt="A square"' in client.get("/en/petitions/home").text
    assert send(alt_en="Another", picture=(io.BytesIO(heart()), "heart.png")).status_code == 409
    page = desk.get(f"{HOME}/picture").text
    path = re.search(r"/organize/petitions/home/picture-\w+\.webp", page).group()
    assert desk.get(path).content_type == "image/webp"
    assert "/organize/petitions/home/picture-" in desk.get(f"{HOME}/preview").text
    stale = desk.post(f"{HOME}/picture/remove", {"version": 1})
    assert stale.status_code == 409 and f"{HOME}/picture" in links(stale)
    assert desk.get(path).status_code == 200
    version = re.search(r'/picture/remove".*?name="version" value="([^"]+)"', page)[1]
    assert desk.post(f"{HOME}/picture/remove", {"version": version}).status_code == 303
    assert desk.get(path).status_code == 404


def test_preview_shows_the_page_with_the_input_and_saves_nothing(desk, home):
    typed = text_form(
        home, title_es="Un título nuevo", body_es="Otras **palabras**.", press="preview-es"
    )
    page = desk.post(f"{HOME}/letter", typed)
    assert page.status_code == 200
    for text in (
        "Un título nuevo",
        "<strong>palabras</strong>",
        '<html lang="es"',
        'method="dialog"',
    ):
        assert text in page.text
    rows = desk.post(
        f"{HOME}/targets", {"version": 1, "rows-0-en": "The Mayor of Nowhere", "press": "preview"}
    )
    assert (rows.status_code, "The Mayor of Nowhere" in rows.text) == (200, True)
    form = {
        "version": 1,
        "confirmation": "email",
        "rows-0-type": "text",
        "rows-0-label_en": "How did you hear of us?",
        "press": "preview",
    }
    assert "How did you hear of us?" in desk.post(f"{HOME}/form", form).text
    assert [len(now_of().versions), now_of().targets[0].name("en")] == [
        1,
        "The Senate of the Valley",
    ]


@pytest.mark.parametrize("press", ["preview", "save", "new-version"])
def test_only_a_saved_form_makes_the_browser_delete_its_draft(desk, home, press):
    name = f"petition:{home.id}:letter"
    answer = desk.post(
        f"{HOME}/letter", text_form(home, body_en="Other words.", press=press, draft=name)
    )
    element = f'data-module="clear-local-draft" data-draft="{name}"'
    assert (answer.status_code == 303) == (press == "new-version")
    assert (element in desk.get(HOME).text) == (press == "new-version")
    assert element not in desk.get(HOME).text


def test_refused_form_keeps_the_draft_in_the_browser(desk, home):
    name = f"petition:{home.id}:letter"
    assert desk.post(f"{HOME}/letter", text_form(home, title_en="", draft=name)).status_code == 422
    assert "saved-draft" not in desk.get(HOME).text


def test_guide_leads_from_a_title_to_a_published_petition(desk, client):
    here = desk.post(
        "/organize/petitions/new", {"cause": desk.cause.id, "lang": "en", "title": "Trees"}
    ).location
    steps = []
    sent = {
        "letter": {
            "version": 1,
            "title_en": "Trees",
            "summary_en": "We ask for trees.",
            "body_en": "Plant them.",
            "press": "save",
        },
        "targets": {"version": 1, "rows-0-en": "The Mayor"},
        "form": {"version": 2, "required_fields": "country", "confirmation": "email"},
        "dates": {"version": 3, "time_zone": "America/Toronto"},
    }
    for step, form_data in sent.items():
        page = desk.get(here)
        assert 'aria-current="step"' in page.text and len(way_on(page)) == 1
        steps.append(here.split("/trees/")[1])
        here = desk.post(f"/organize/petitions/trees/{step}", {**form_data, "guide": "1"}).location
    assert steps == [f"{step}?guide=1" for step in sent]
    assert here == "/organize/petitions/trees/picture?guide=1"
    [skip] = way_on(desk.get(here))
    assert skip == "/organize/petitions/trees/publish?guide=1"
    assert "/organize/petitions/trees/publish" in sends_to(desk.get(skip))
    assert desk.post("/organize/petitions/trees/publish").status_code == 303
    assert client.get("/en/petitions/trees").status_code == 200


def way_on(page):
    """Return the links from the end of a guided form to the next step."""
    return tree(page).xpath("//form//a[contains(@href, 'guide=1')]/@href")


def test_refused_step_stays_in_the_guide(desk):
    desk.post("/organize/petitions/new", {"cause": desk.cause.id, "lang": "en", "title": "Trees"})
    page = desk.post(
        "/organize/petitions/trees/letter", {"version": 1, "title_en": "", "guide": "1"}
    )
    assert page.status_code == 422
    assert 'name="guide" value="1"' in page.text and 'aria-current="step"' in page.text


def test_publishing_under_a_draft_cause_warns_that_no_one_sees_it(desk_of, client):
    cause = make_cause(state="draft")
    make_petition(cause_id=cause.id, state="draft")
    desk = desk_of("owner", cause.id)
    page = desk.post(f"{HOME}/publish", follow_redirects=True)
    assert now_of().state == "published" and "waiting" in alerts(page)
    assert f"/organize/causes/{cause.slug}" in links(page)
    assert client.get("/en/petitions/home").status_code == 404
