"""Tests that forms have the languages of the site, and keep texts in languages it no longer has."""

import pytest
from lxml import html

from campaign.causes.queries import cause_in_any_state
from campaign.events.queries import event_in_any_state
from campaign.extensions import db, write
from campaign.petitions.queries import petition_in_any_state
from campaign.process.clock import utcnow
from campaign.sharing.operations import change_texts
from campaign.sharing.queries import texts_of
from campaign.site.operations import change_site
from campaign.updates.queries import update_in_any_state
from tests.factories.causes import make_cause
from tests.factories.events import make_event
from tests.factories.petitions import make_petition
from tests.factories.updates import make_update

QUESTION = {
    "name": "role",
    "type": "choice",
    "required": False,
    "label": {"en": "Role", "es": "Papel"},
    "choices": {"en": ["Farmer", "Teacher"], "es": ["Campo", "Escuela"]},
}
PERSON = {"name": "Odile Kwan", "role": "host", "words": {"en": "She hosts.", "es": "Invita."}}
FORMS = {
    "/organize/causes/valley/words": "title_pt-BR",
    "/organize/petitions/home/letter": "title_pt-BR",
    "/organize/petitions/home/targets": "rows-0-pt-BR",
    "/organize/petitions/home/form": "rows-0-label_pt-BR",
    "/organize/petitions/home/dates": "deliver_place_pt-BR",
    "/organize/petitions/home/sharing": "texts_pt-BR-0",
    "/organize/events/talk/words": "title_pt-BR",
    "/organize/events/talk/people": "rows-0-words_pt-BR",
    "/organize/events/talk/coming": "rows-0-label_pt-BR",
    "/organize/events/talk/place": "",
    "/organize/events/talk/programme": "",
    "/organize/updates/answer/words": "title_pt-BR",
}


def speak(*languages):
    write(change_site, settings={"languages": list(languages)})


def form_on(page):
    """Return the form of a page that has the most fields."""
    return max(html.fromstring(page.text).forms, key=lambda form: len(form.fields))


def written():
    """Return all texts of the cause, the petition, the event and the update."""
    db.session.rollback()
    petition, event = petition_in_any_state("home"), event_in_any_state("talk")
    rows = [
        *cause_in_any_state("valley").texts,
        *petition.current_version.texts,
        *event.texts,
        *update_in_any_state("answer").texts,
    ]
    columns = [{column.key: getattr(row, column.key) for column in row.__table__.c} for row in rows]
    ignored = ("version_id", "id")
    return (
        [{name: value for name, value in row.items() if name not in ignored} for row in columns],
        [target.names for target in petition.targets],
        petition.deliver_places,
        petition.questions,
        event.people,
        event.questions,
        sorted((text.lang, text.body) for text in texts_of(petition.id)),
    )


@pytest.fixture
def desk(desk_of):
    cause = make_cause()
    petition = make_petition(
        cause_id=cause.id,
        original_lang="en",
        questions=[QUESTION],
        deliver_places={"en": "Valley", "es": "Valle"},
    )
    write(change_texts, petition_id=petition.id, texts={"en": ["A"], "es": ["B"]}, now=utcnow())
    make_event(cause_id=cause.id, people=[PERSON], questions=[QUESTION], original_lang="en")
    make_update(cause_id=cause.id, original_lang="en")
    return desk_of("admin")


@pytest.mark.once_on_postgresql
@pytest.mark.parametrize("path", FORMS)
def test_form_keeps_texts_in_languages_that_the_site_no_longer_has(desk, path):
    before = written()
    speak("pt-BR", "ar")
    page = desk.get(path)
    assert page.status_code == 200
    form = form_on(page)
    field = FORMS[path]
    assert not field or field in form.fields
    answer = desk.post(path, {**dict(form.form_values()), "press": "save"})
    assert answer.status_code == 303, answer.text
    assert written() == before


def test_text_in_a_new_language_is_saved(desk):
    speak("en", "pt-BR")
    path = "/organize/causes/valley/words"
    form = form_on(desk.get(path))
    typed = {**dict(form.form_values()), "title_pt-BR": "Borboletas", "summary_pt-BR": "Uma."}
    assert desk.post(path, {**typed, "press": "save"}).status_code == 303
    db.session.rollback()
    texts = {text.lang: text.title for text in cause_in_any_state("valley").texts}
    assert texts["pt-BR"] == "Borboletas" and set(texts) == {"en", "es", "pt-BR"}


def test_workspace_stays_in_the_languages_of_the_interface(desk, visitor):
    speak("pt-BR", "ar")
    assert '<html lang="en" dir="ltr"' in desk.get("/organize/").text
    page = visitor.get("/organize/sign-in", headers={"Accept-Language": "ar"}).text
    assert '<html lang="en" dir="ltr"' in page
    assert "?lang=es" in page and "?lang=ar" not in page
    assert '<html lang="es" dir="ltr"' in visitor.get("/organize/sign-in?lang=es").text


def test_preview_is_in_a_language_of_the_site(desk):
    speak("en", "ar")
    page = desk.get("/organize/petitions/home/preview?lang=ar").text
    assert '<html lang="ar" dir="rtl"' in page


def test_draft_starts_in_the_first_language(desk):
    speak("ar", "pt-BR")
    form = form_on(desk.get("/organize/petitions/new"))
    assert list(form.inputs["lang"].value_options) == ["ar", "pt-BR"]
    answer = desk.post(
        "/organize/petitions/new",
        {"cause": make_cause("shade").id, "lang": "ar", "title": "ظل", "slug": "shade"},
    )
    assert answer.status_code == 303
    assert petition_in_any_state("shade").original_lang == "ar"
