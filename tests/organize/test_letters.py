"""Tests of letter actions in the workspace: from the draft to following its letters."""

from datetime import timedelta
from types import SimpleNamespace

import pypdfium2
import pytest

from campaign.accounts.audit import entries
from campaign.actions.letters.delivery.sample_emails import TEST
from campaign.actions.letters.editing import letter_settings, letter_texts_of
from campaign.actions.letters.text.letter_actions import load_letter_action
from campaign.extensions import db, write
from campaign.mail.renderers import renderers_of
from campaign.organisations.operations import create_organisation
from campaign.organize.petitions.cloning import clone_all
from campaign.organize.petitions.forms import PARTS
from campaign.petitions.queries import petition_in_any_state
from campaign.petitions.questions import prompts_among
from campaign.petitions.versions import texts_of
from campaign.process.clock import utcnow
from campaign.switches.operations import switch_off
from campaign.targets.queries import profile_by_id
from tests.factories.letter_actions import LETTER_TEXTS, SETTINGS, make_letter_action
from tests.factories.letter_rows import make_letters
from tests.factories.petitions import make_petition
from tests.factories.signatures import queued_emails, sign_and_hatch
from tests.factories.targets import make_target, some_organisation_id
from tests.page_parts import alerts, links, text_at, tree, values, version_on, wrong_fields

PAGE = "/organize/petitions/letters"
TEXT, TARGETS, SENDING = f"{PAGE}/letter-text", f"{PAGE}/letter-targets", f"{PAGE}/letter-settings"
# The form calls the delivery method `way`.
SENT_SETTINGS = {
    "way" if name == "delivery_method" else name: value for name, value in SETTINGS.items()
}


def now_of(slug="letters"):
    """Return the action as it is in the database right now."""
    db.session.rollback()
    return petition_in_any_state(slug)


@pytest.fixture
def draft(app):
    """A letter action without a letter, targets and settings."""
    return make_letter_action(is_ready=False)


@pytest.fixture
def action(app):
    """A public letter action with one target and one prompt."""
    return make_letter_action()


@pytest.fixture
def desk(desk_of):
    return desk_of("admin")


def letter_form(action, **changes):
    """Return the form of the letter as its page sends it, with `changes` such as subject_en."""
    fields = {
        f"{name}_{lang}": text
        for lang, parts in letter_texts_of(action).items()
        for name, text in parts.items()
    }
    rows = {}
    for place, prompt in enumerate(prompts_among(action.questions)):
        rows[f"rows-{place}-name"] = prompt["name"]
        rows |= {f"rows-{place}-label_{lang}": text for lang, text in prompt["label"].items()}
    return {**fields, **rows, "version": action.version_of("letter"), "press": "save", **changes}


def faults(page):
    return {
        (item.get("data-fault"), item.get("data-lang"))
        for item in tree(page).xpath("//section[@class='todo']//li")
        if item.get("data-fault") != "untranslated"
    }


def test_new_action_can_be_a_letter(desk, draft):
    answer = desk.post(
        "/organize/petitions/new",
        {
            "cause": draft.cause_id,
            "lang": "en",
            "title": "Write to the Senate",
            "action_kind": "letter",
        },
    )
    assert answer.status_code == 303
    made = now_of("write-to-the-senate")
    assert (made.action_kind, made.state) == ("letter", "draft")
    guide = tree(desk.get(answer.location)).xpath("//nav[@class='guide']//a/@href")
    views = [link.partition("?")[0].rpartition("/")[2] for link in guide]
    assert views[:4] == ["letter", "letter-text", "letter-targets", "letter-settings"]


def test_action_of_an_unknown_kind_is_not_created(desk, draft):
    answer = desk.post(
        "/organize/petitions/new",
        {"cause": draft.cause_id, "lang": "en", "title": "Dance", "action_kind": "dance"},
    )
    assert answer.status_code == 422 and "danger" in alerts(answer)
    assert now_of("dance") is None


def test_draft_says_what_its_letter_lacks(desk, draft):
    assert faults(desk.get(PAGE)) == {
        *(("subject", lang) for lang in ("en", "es")),
        *(("opening", lang) for lang in ("en", "es")),
        ("target", ""),
    }
    desk.post(f"{PAGE}/publish")
    assert now_of().state == "draft"


def test_letter_is_saved_with_its_prompts(desk, draft):
    form = letter_form(
        draft,
        subject_en="Bring them home",
        opening_en="I write to you.",
        **{"rows-0-label_en": "Why?", "rows-0-required": "y", "rows-1-label_en": "Since when?"},
    )
    assert desk.post(TEXT, form).status_code == 303
    saved = now_of()
    assert letter_texts_of(saved)["en"]["subject"] == "Bring them home"
    assert [(item["name"], item["type"], item["required"]) for item in saved.questions] == [
        ("answer_1", "prompt", True),
        ("answer_2", "prompt", False),
    ]
    assert saved.current_version.questions == saved.questions


def test_name_of_a_prompt_is_never_given_to_another(desk, action):
    form = letter_form(action, press="new-version")
    form |= {"rows-0-name": "", "rows-0-label_en": "How long do you live here?"}
    assert desk.post(TEXT, form).status_code == 303
    assert [item["name"] for item in now_of().questions] == ["answer_2"]


def test_prompt_needs_its_original_language(desk, draft):
    form = letter_form(draft, subject_en="Typed", **{"rows-0-label_es": "¿Por qué?"})
    answer = desk.post(TEXT, form)
    assert answer.status_code == 422
    assert "rows-0-label_en" in wrong_fields(answer)
    assert "Typed" in tree(answer).xpath("//input[@name='subject_en']/@value")
    assert letter_texts_of(now_of())["en"]["subject"] == ""


def test_public_letter_cannot_lose_its_subject(desk, action):
    answer = desk.post(TEXT, letter_form(action, subject_es=""))
    assert answer.status_code == 422 and "subject_es" in wrong_fields(answer)
    assert letter_texts_of(now_of()) == LETTER_TEXTS


def test_too_long_parts_are_refused(desk, draft):
    answer = desk.post(TEXT, letter_form(draft, subject_en="s" * 151, opening_en="o" * 2001))
    assert answer.status_code == 422
    assert {"subject_en", "opening_en"} <= set(wrong_fields(answer))


def test_changed_letter_becomes_a_version_after_a_review(desk, action):
    form = letter_form(action, closing_en="Vote for the law today.")
    answer = desk.post(TEXT, form)
    assert answer.status_code == 200 and now_of().current_version.number == 1
    assert desk.post(TEXT, {**form, "press": "new-version"}).status_code == 303
    saved = now_of()
    assert saved.current_version.number == 2
    assert letter_texts_of(saved)["en"]["closing"] == "Vote for the law today."
    assert texts_of(saved.versions[0])["en"]["kind_texts"] == LETTER_TEXTS["en"]


def test_page_text_and_letter_do_not_overwrite_each_other(desk, action):
    """The page's text and the form's questions are edited elsewhere."""
    fields = {"title_en": "New title", "summary_en": "Short", "body_en": "Long"}
    version = version_on(desk.get(f"{PAGE}/letter"))
    desk.post(f"{PAGE}/letter", {**fields, "version": version, "press": "new-version"})
    saved = now_of()
    assert texts_of(saved.current_version)["en"]["title"] == "New title"
    assert letter_texts_of(saved)["en"] == LETTER_TEXTS["en"]
    question = {"rows-0-type": "text", "rows-0-label_en": "Your town?"}
    version = version_on(desk.get(f"{PAGE}/form"))
    desk.post(
        f"{PAGE}/form",
        {**question, "version": version, "confirmation": "email", "press": "new-version"},
    )
    assert [item["type"] for item in now_of().questions] == ["prompt", "text"]
    desk.post(TEXT, letter_form(action, subject_en="Other", press="new-version"))
    saved = now_of()
    assert [item["type"] for item in saved.questions] == ["prompt", "text"]
    assert texts_of(saved.current_version)["en"]["title"] == "New title"


def test_language_of_the_page_alone_gets_the_letter_of_another(desk, action, app):
    """Translating the page of a public action does not wait for its letter."""
    texts = texts_of(now_of().current_version)
    fields = {f"{name}_{lang}": texts[lang][name] for lang in texts for name in PARTS}
    fields |= {"title_fr": "Qu’ils reviennent", "summary_fr": "Bref", "body_fr": "Long"}
    version = version_on(desk.get(f"{PAGE}/letter"))
    answer = desk.post(f"{PAGE}/letter", {**fields, "version": version, "press": "new-version"})
    assert answer.status_code == 303
    saved = now_of()
    letter = load_letter_action(saved.id, now=utcnow()).texts(saved.current_version.id, "fr")
    assert (letter.lang, letter.subject) == ("en", LETTER_TEXTS["en"]["subject"])
    assert values(desk.get(PAGE), "data-untranslated") == ["fr"]
    assert desk.post(TEXT, letter_form(saved)).status_code == 422


@pytest.mark.parametrize("path", [TEXT, TARGETS, SENDING])
def test_second_editor_sees_what_the_first_saved(desk, action, path):
    first = make_target(some_organisation_id(), names={"en": "Ana Sol"})
    second = make_target(some_organisation_id(), names={"en": "Rui Mar"})
    forms = {
        TEXT: (letter_form(action, closing_en="Theirs"), letter_form(action, closing_en="Mine")),
        TARGETS: ({"profiles": first.id}, {"profiles": second.id}),
        SENDING: ({**SENT_SETTINGS, "way": "self"}, {**SENT_SETTINGS, "way": "in_person"}),
    }
    theirs, mine = forms[path]
    seen = {"version": version_on(desk.get(path)), "press": "new-version"}
    assert desk.post(path, theirs | seen).status_code == 303
    answer = desk.post(path, mine | seen)
    assert answer.status_code == 409 and "danger" in alerts(answer)
    again = {"version": version_on(answer), "press": "new-version"}
    assert desk.post(path, mine | again).status_code == 303


def test_targets_are_found_and_chosen(desk, draft):
    organisation_id = some_organisation_id()
    vela = make_target(organisation_id, ["vela@senate.example"])
    sol = make_target(organisation_id, names={"en": "Ana Sol"}, bodies={"en": "City Council"})
    make_target(organisation_id, names={"en": "Rui Mar"}, bodies={"en": "City Council"})
    version = version_on(desk.get(TARGETS))
    search = {"version": version, "q": "council", "profiles": vela.id, "press": "search"}
    found = desk.post(TARGETS, search)
    assert len(tree(found).xpath("//input[@name='add']")) == 2
    assert tree(found).xpath("//input[@name='profiles']/@value") == [str(vela.id)]
    chosen = desk.post(TARGETS, {**search, "press": "choose-all"})
    assert len(tree(chosen).xpath("//input[@name='profiles']")) == 3
    assert not now_of().targets
    # What is checked is saved too, and the order stays.
    saved = desk.post(
        TARGETS, {"version": version, "profiles": vela.id, "add": sol.id, "press": "save"}
    )
    assert saved.status_code == 303
    assert [target.profile_id for target in now_of().targets] == [vela.id, sol.id]
    assert now_of().targets[0].names["en"] == "Elena Vela, Senator"


def test_targets_of_other_organisations_cannot_be_chosen(desk, draft, app):

    other = write(create_organisation, slug="other", texts={"en": {"name": "Other"}})
    stranger = make_target(other.id)
    version = version_on(desk.get(TARGETS))
    for wrong in (stranger.id, 10**14, "x", "²", "9" * 40):
        desk.post(TARGETS, {"version": version, "profiles": wrong, "press": "save"})
        assert not now_of().targets


def test_page_says_which_targets_cannot_get_letters(desk, draft):
    organisation_id = some_organisation_id()
    make_target(organisation_id, ["a@senate.example"])
    make_target(organisation_id, [("b@senate.example", "asked_not")])
    make_target(organisation_id)
    assert sorted(values(desk.get(TARGETS), "data-reason")) == ["", "no_address", "refused"]


def test_public_action_keeps_a_target(desk, action):
    version = version_on(desk.get(TARGETS))
    answer = desk.post(TARGETS, {"version": version, "press": "save"})
    assert answer.status_code == 422 and "danger" in alerts(answer)
    assert len(now_of().targets) == 1


def test_letters_per_hour_is_a_whole_number(desk, draft):
    version = version_on(desk.get(SENDING))
    for wrong in ("0", "501", "many", ""):
        answer = desk.post(SENDING, {**SENT_SETTINGS, "max_per_hour": wrong, "version": version})
        assert answer.status_code == 422 and "max_per_hour" in wrong_fields(answer)
    assert (
        desk.post(SENDING, {**SENT_SETTINGS, "max_per_hour": "12", "version": version}).status_code
        == 303
    )
    assert letter_settings(now_of().id).max_per_hour == 12


def test_sending_by_us_needs_an_address(desk):
    make_letter_action(emails=(), delivery_method="self")
    version = version_on(desk.get(SENDING))
    answer = desk.post(SENDING, {**SENT_SETTINGS, "version": version})
    assert answer.status_code == 422 and "danger" in alerts(answer)
    assert letter_settings(now_of().id).delivery_method == "self"
    assert (
        desk.post(SENDING, {**SENT_SETTINGS, "way": "in_person", "version": version}).status_code
        == 303
    )


def test_draft_that_cannot_be_delivered_is_not_ready(desk):
    make_letter_action(
        emails=[("vela@senate.example", "bounced")],
        state="draft",
        selection="area",
    )
    assert faults(desk.get(PAGE)) == {("address", "")}


def test_complete_letter_is_published(desk, client):
    make_letter_action(state="draft")
    assert faults(desk.get(PAGE)) == set()
    assert desk.post(f"{PAGE}/publish").status_code == 303
    assert now_of().state == "published"
    assert client.get("/en/actions/letters").status_code == 200


def test_preview_is_composed_as_the_letter_is(desk, draft):
    make_target(some_organisation_id())
    form = letter_form(draft, subject_es="Que vuelvan", opening_es="Le escribo.")
    form |= {"rows-0-label_en": "Why?", "rows-0-label_es": "¿Por qué?"}
    for path, press in ((TEXT, "preview-es"), (f"{PAGE}/letter-as-read/es", "")):
        answer = desk.post(path, {**form, "press": press})
        assert answer.status_code == 200
        letter = text_at(answer, "//div[contains(@class, 'letter-body')]")
        assert letter.index("Le escribo.") < letter.index("[¿Por qué?]")
    assert letter_texts_of(now_of())["es"]["subject"] == ""


def test_test_letter_has_the_text_of_a_real_one_and_goes_only_to_the_organizer(app, desk, action):
    assert desk.post(f"{PAGE}/letters/test", {"lang": "es"}).status_code == 303
    [(kind, entry_id, lang)] = queued_emails()
    assert (kind, lang) == (TEST, "es")
    queued = SimpleNamespace(subject_id=entry_id, lang=lang)
    email = renderers_of(app)[TEST](queued)
    assert email.to == desk.organizer.email
    assert LETTER_TEXTS["es"]["subject"] in email.subject
    parts = ["senadora Vela", LETTER_TEXTS["es"]["opening"], "[¿Qué significa esto para ti?]"]
    places = [email.text.index(part) for part in (*parts, LETTER_TEXTS["es"]["closing"])]
    assert places == sorted(places)


def test_letters_are_counted_by_target_and_state(desk, action):
    vela = profile_by_id(action.targets[0].profile_id)
    make_letters(action, vela, 3)
    make_letters(action, vela, 2, state="sent", sent_at=utcnow())
    make_letters(action, vela, 1, state="bounced", reason="bounced", bounced_at=utcnow())
    page = tree(desk.get(f"{PAGE}/letters"))
    counts = {item.get("data-count"): item.text for item in page.xpath("//dd[@data-count]")}
    assert counts == {"waiting": "3", "sent": "2", "bounced": "1", "stopped": "0"}
    row = page.xpath("//tbody/tr/td")
    assert [cell.text for cell in row] == ["6", "3", "2", "1", "0"]


def test_organizer_learns_of_letters_that_do_not_leave(desk, action):
    vela = profile_by_id(action.targets[0].profile_id)
    link = f"{PAGE}/letters"
    make_letters(action, vela, 2)
    assert link not in links(desk.get("/organize/"))
    make_letters(action, vela, 1, created_at=utcnow() - timedelta(days=3))
    assert link in links(desk.get("/organize/"))
    assert tree(desk.get(link)).xpath("//*[@data-testid='stuck']")
    # Others leave, so nothing keeps letters back.
    make_letters(action, vela, 1, state="sent", sent_at=utcnow())
    assert link not in links(desk.get("/organize/"))


def test_organizer_learns_that_letters_are_turned_off(desk, action):
    make_letters(action, profile_by_id(action.targets[0].profile_id), 2)
    write(switch_off, name="letters", reason="A test.", now=utcnow())
    assert f"{PAGE}/letters" in links(desk.get("/organize/"))


def test_letters_to_hand_over_are_printed_by_target(desk):
    action = make_letter_action(delivery_method="in_person")
    vela, sol = (profile_by_id(action.targets[0].profile_id), make_target(some_organisation_id()))
    for target in (sol, vela):
        make_letters(action, target, 2, delivery_method="in_person", state="done")
    answer = desk.post(f"{PAGE}/letters/print", {"part": "1"})
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    # A cover for each target, and a page for each letter.
    assert len(pypdfium2.PdfDocument(answer.data)) == 6
    db.session.rollback()
    assert [item.action for item in entries(action="letters.print")] == ["letters.print"]
    for wrong in ("2", "0", "-1"):
        assert desk.post(f"{PAGE}/letters/print", {"part": wrong}).status_code == 404


def test_only_people_who_may_export_print_letters(desk_of):
    action = make_letter_action(delivery_method="in_person")
    editor = desk_of("editor", action.cause_id)
    assert editor.get(f"{PAGE}/letters").status_code == 200
    assert editor.post(f"{PAGE}/letters/print", {"part": "1"}).status_code == 403
    tabler = desk_of("tabler", action.cause_id)
    for path in ("letters", "letter-text", "letter-targets", "letter-settings"):
        assert tabler.get(f"{PAGE}/{path}").status_code == 403


def test_petition_has_no_letter(desk, app):
    make_petition()
    for path in ("letter-text", "letter-targets", "letter-settings", "letters"):
        assert desk.get(f"/organize/petitions/home/{path}").status_code == 404


def test_clone_has_letter_targets_and_sending(desk, action):
    write(clone_all, petition_id=action.id, slug="again", cause_id=action.cause_id, now=utcnow())
    clone = now_of("again")
    assert (clone.action_kind, clone.questions) == ("letter", action.questions)
    assert letter_texts_of(clone) == LETTER_TEXTS
    assert letter_settings(clone.id).delivery_method == "individual"
    assert [item.profile_id for item in clone.targets] == [
        item.profile_id for item in now_of().targets
    ]


def test_butterflies_are_chosen_until_a_letter_is_counted(desk, action):
    def save(**fields):
        version = version_on(desk.get(f"{PAGE}/form"))
        return desk.post(f"{PAGE}/form", {"version": version, "confirmation": "email", **fields})

    assert save().status_code == 303
    assert not now_of().has_butterflies
    assert save(has_butterflies="y").status_code == 303
    assert now_of().has_butterflies
    sign_and_hatch(action)
    refused = save()
    assert refused.status_code == 422
    assert list(wrong_fields(refused)) == ["has_butterflies"]
    assert now_of().has_butterflies


def test_petition_always_has_butterflies(desk, petition):
    page = desk.get("/organize/petitions/home/form")
    assert 'name="has_butterflies"' not in page.text
    form = {"version": version_on(page), "confirmation": "email"}
    assert desk.post("/organize/petitions/home/form", form).status_code == 303
    assert now_of("home").has_butterflies
