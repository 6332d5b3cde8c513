"""Tests of the page where organizers edit, preview and test the wording around signing."""

from types import SimpleNamespace

import pytest

from campaign.accounts.audit import entries
from campaign.extensions import db
from campaign.mail.renderers import renderers_of
from campaign.organize.petitions.cloning import clone_all
from campaign.petitions.queries import petition_in_any_state
from campaign.petitions.wording import TEXTS, texts_of, wording_for
from campaign.thanks.samples import EMAILS, TEST
from tests.factories.letter_actions import make_letter_action
from tests.factories.petitions import make_petition
from tests.factories.signatures import queued_emails
from tests.page_parts import tree, values, version_on, wrong_fields

PAGE = "/organize/petitions/home/wording"


@pytest.fixture
def petition(desk):
    return make_petition(cause_id=desk.cause.id)


def typed(**texts):
    """Return the form as the page sends it, with these texts and the rest empty."""
    names = {f"{name}_{lang}": "" for name in TEXTS for lang in ("en", "es", "fr")}
    return {"version": 1, "sends_thanks": "y", **names, **texts}


def wording_now(lang="en", slug="home"):
    db.session.rollback()
    return wording_for(petition_in_any_state(slug), lang)


def test_texts_are_saved_shown_again_and_recorded(desk, petition):
    texts = {"confirm_subject_en": "Say yes, {name}", "thanks_text_es": "Gracias, {name}.\n\n🦋"}
    answer = desk.post(PAGE, typed(**texts))
    assert (answer.status_code, answer.location) == (303, PAGE)
    assert wording_now("en").confirm_subject == "Say yes, {name}"
    assert wording_now("es").thanks_text == "Gracias, {name}.\n\n🦋"
    page = desk.get(PAGE)
    assert "Say yes, {name}" in page.text
    assert version_on(page) == "2"
    [entry] = entries(action="petitions.edit")
    changes = {
        (item["field"], item["part"]): (item["before"], item["after"])
        for item in entry.details["changes"]
    }
    assert changes["confirm_subject", "en"] == ("", "Say yes, {name}")


def test_activity_log_names_what_was_changed(desk, desk_of, petition):
    desk.post(PAGE, typed(confirm_subject_en="Say yes"))
    desk.post(PAGE, typed(version=2, confirm_subject_en="Do say yes", sends_thanks=""))
    log = desk_of("admin").get("/organize/audit/").text
    assert "Do say yes" in log
    assert "sends_thanks" not in log
    assert "confirm_subject" not in log


def test_thanks_are_switched_off_and_the_petition_says_so(desk, petition):
    form = typed()
    del form["sends_thanks"]
    assert desk.post(PAGE, form).status_code == 303
    db.session.rollback()
    assert not petition_in_any_state("home").sends_thanks
    assert desk.get("/organize/petitions/home").status_code == 200


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("confirm_subject_en", "Hello {nmae}"),
        ("thanks_subject_es", "Re: tu firma"),
        ("thanks_text_fr", "Voir https://autre.example"),
        ("news_addition_en", "Dear {name}"),
        ("after_signing_en", "x" * 301),
        ("confirm_subject_en", "{name}"),
    ],
)
def test_text_outside_the_limits_is_explained_at_its_field_and_kept(desk, petition, name, text):
    answer = desk.post(PAGE, typed(**{name: text}, confirm_opening_en="Kept too"))
    assert answer.status_code == 422
    assert wrong_fields(answer).keys() == {name}
    assert text in answer.text
    assert "Kept too" in answer.text
    assert not wording_now()


def test_unknown_placeholder_is_named_in_the_error(desk, petition):
    answer = desk.post(PAGE, typed(thanks_text_en="You are {nubmer}"))
    [error] = wrong_fields(answer).values()
    assert "{nubmer}" in error
    assert "{number}" in error


def test_spaces_alone_are_the_standard_wording(desk, petition):
    desk.post(PAGE, typed(confirm_subject_en="  \u200b \n "))
    assert not wording_now().confirm_subject.strip("\u200b")


def test_line_breaks_in_a_subject_become_spaces(desk, petition):
    desk.post(PAGE, typed(confirm_subject_en="Say\r\nBcc: all"))
    assert wording_now().confirm_subject == "Say Bcc: all"


def test_missing_language_is_pointed_out(desk, petition):
    assert values(desk.get(PAGE), "data-missing") == []
    desk.post(PAGE, typed(confirm_opening_en="Hello"))
    assert sorted(values(desk.get(PAGE), "data-missing")) == ["es", "fr"]


def test_reset_empties_a_language_and_saves_nothing(desk, petition):
    desk.post(PAGE, typed(confirm_opening_en="Hello", confirm_opening_es="Hola"))
    answer = desk.post(
        PAGE,
        typed(version=2, confirm_opening_en="Hello", confirm_opening_es="Hola", press="reset-es"),
    )
    assert answer.status_code == 200
    [english] = tree(answer).xpath("//textarea[@name='confirm_opening_en']")
    [spanish] = tree(answer).xpath("//textarea[@name='confirm_opening_es']")
    assert english.text_content().strip() == "Hello"
    assert spanish.text_content().strip() == ""
    assert wording_now("es").confirm_opening == "Hola"


def test_second_editor_sees_both_texts(desk, petition):
    desk.post(PAGE, typed(confirm_opening_en="First"))
    answer = desk.post(PAGE, typed(confirm_opening_en="Second"))
    assert answer.status_code == 409
    assert "First" in answer.text
    assert "Second" in answer.text
    assert wording_now().confirm_opening == "First"
    # The button that was pressed twice saves once.
    assert desk.post(PAGE, typed(confirm_opening_en="First")).status_code == 303


@pytest.mark.once_on_postgresql
@pytest.mark.parametrize("lang", ["en", "es", "fr"])
@pytest.mark.parametrize("email", EMAILS)
def test_each_email_is_previewed_with_what_was_typed(desk, petition, email, lang):
    frame = f"{PAGE}/{lang}/{email}"
    text = {
        f"confirm_opening_{lang}": "Own words",
        f"reminder_opening_{lang}": "Own words",
        f"thanks_text_{lang}": "Own words",
    }
    saved, entered = desk.get(frame), desk.post(frame, {**typed(**text), "press": "html"})
    assert (saved.status_code, entered.status_code) == (200, 200)
    assert "Own words" not in saved.text
    assert "Own words" in entered.text
    assert values(entered, "data-subject") == [""]
    assert "sandbox" in entered.headers["Content-Security-Policy"]
    plain = desk.post(frame, {**typed(**text), "press": "text"})
    assert "Own words" in plain.text
    assert "<table" not in plain.text
    assert not wording_now(lang)


def test_preview_of_a_wrong_text_says_what_is_wrong(desk, petition):
    answer = desk.post(f"{PAGE}/en/thanks", typed(thanks_text_en="<b>{x}</b>"))
    assert answer.status_code == 422
    assert "{x}" in answer.text
    assert "<b>{x}" not in answer.text


@pytest.mark.parametrize("path", ["en/other", "de/thanks", "../thanks"])
def test_unknown_email_or_language_is_not_found(desk, petition, path):
    assert desk.get(f"{PAGE}/{path}").status_code == 404


@pytest.mark.parametrize("email", EMAILS)
def test_test_email_goes_only_to_the_organizer_before_publishing_too(app, desk, email):
    make_petition(cause_id=desk.cause.id, state="draft")
    desk.post(
        PAGE, typed(confirm_opening_es="Hola", reminder_opening_es="Hola", thanks_text_es="Hola")
    )
    assert desk.post(f"{PAGE}/test", {"send": f"es:{email}"}).status_code == 303
    [(kind, entry_id, lang)] = queued_emails()
    assert (kind, lang) == (TEST, "es")
    message = renderers_of(app)[TEST](SimpleNamespace(subject_id=entry_id, lang=lang))
    assert message.to == desk.organizer.email
    assert "Hola" in message.text
    assert entries(action="petitions.test")


@pytest.mark.parametrize("sent", ["", "es", "de:thanks", "es:other"])
def test_test_of_nothing_known_is_the_first_email_or_language(desk, petition, sent):
    assert desk.post(f"{PAGE}/test", {"send": sent}).status_code == 303
    [(kind, _entry_id, lang)] = queued_emails()
    assert (kind, lang in ("en", "es", "fr")) == (TEST, True)


def test_letter_and_neutral_petition_have_the_page_too(desk_of):
    admin = desk_of("admin")
    make_letter_action()
    assert admin.get("/organize/petitions/letters/wording").status_code == 200
    for email in EMAILS:
        assert admin.get(f"/organize/petitions/letters/wording/en/{email}").status_code == 200


def test_page_of_a_neutral_petition_shows_the_neutral_subject(desk):
    make_petition(cause_id=desk.cause.id, neutral_emails=True)
    standard = desk.get(f"{PAGE}/en/confirmation")
    entered = desk.post(f"{PAGE}/en/confirmation", typed(confirm_subject_en="Sign it now"))
    [one, two] = [tree(page).xpath("//*[@data-subject]")[0].text for page in (standard, entered)]
    assert one == two


def test_public_pages_show_the_sentences_of_their_language(desk, client, petition):
    desk.post(
        PAGE,
        typed(
            news_addition_en="We write <b>twice</b> a month.",
            after_signing_en="Look in your inbox now.",
            after_signing_es="Abre tu correo ya.",
        ),
    )
    form = client.get("/en/petitions/home").text
    assert "We write &lt;b&gt;twice&lt;/b&gt; a month." in form
    assert "Look in your inbox now." in client.get("/en/petitions/home/thanks").text
    assert "Abre tu correo ya." in client.get("/es/petitions/home/thanks").text
    assert "data-own" not in client.get("/fr/petitions/home/thanks").text
    assert "We write" in client.get("/embed/petitions/home?lang=en").text
    assert "Look in your inbox now." in client.get("/embed/petitions/home/thanks?lang=en").text


def test_copy_has_the_wording(desk, petition):
    desk.post(PAGE, typed(confirm_opening_en="Hello"))
    db.session.rollback()
    clone = clone_all(
        petition_id=petition.id,
        slug="copy",
        cause_id=desk.cause.id,
        now=petition.created_at,
    )
    assert [texts_of(row)["confirm_opening"] for row in clone.wordings] == ["Hello"]


@pytest.mark.parametrize("role", ["exporter", "reviewer"])
def test_others_of_the_team_cannot_open_it(desk_of, desk, petition, role):
    other = desk_of(role, desk.cause.id)
    assert other.get(PAGE).status_code == 403
    assert other.post(PAGE, typed(confirm_opening_en="Hello")).status_code == 403
    assert other.get(f"{PAGE}/en/thanks").status_code == 403
    assert other.post(f"{PAGE}/test", {"send": "en:thanks"}).status_code == 403
    assert not wording_now()
