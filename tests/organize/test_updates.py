"""Tests of writing, illustrating, publishing and mailing updates in the workspace."""

import io
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from PIL import Image
from sqlalchemy import update as sql_update

from campaign.accounts.models import OrganizerSession
from campaign.extensions import db, write
from campaign.mail.renderers import renderers_of
from campaign.organize.content import pictures as picture_pages
from campaign.organize.core.edit_conflicts import save
from campaign.process.clock import utcnow
from campaign.publishing import pictures
from campaign.publishing.picture_upload import clean_picture
from campaign.updates import operations
from campaign.updates.life_cycle import update_life_cycle
from campaign.updates.mailing import JOB, mailing_of
from campaign.updates.operations import Links, change_update
from tests.factories.causes import make_cause
from tests.factories.events import make_event
from tests.factories.jobs import run_jobs
from tests.factories.organizers import trail
from tests.factories.petitions import make_petition
from tests.factories.signatures import queued_emails
from tests.factories.subscriptions import subscribe
from tests.factories.updates import make_update, update_now
from tests.page_parts import alerts, figures, text_at, tree, values, wrong_fields

ANSWER = "/organize/updates/answer"


@pytest.fixture
def desk(desk_of):
    cause = make_cause()
    desk = desk_of("owner", cause.id)
    desk.cause = cause
    return desk


def mailing_now(update):
    db.session.rollback()
    return mailing_of(update.id)


def text_form(update, **changes):
    """Return the form of the text as its page would send it."""
    typed = {
        f"{part}_{text.lang}": getattr(text, part)
        for text in update.texts
        for part in ("title", "summary", "body")
    }
    return {
        **typed,
        "version": update.version_of("text"),
        "event": update.event_id or "",
        **changes,
    }


def picture(size=(900, 600)):
    file = io.BytesIO()
    Image.new("RGB", size, "navy").save(file, "PNG")
    return io.BytesIO(file.getvalue()), "water.png"


def test_update_begins_with_a_title_and_a_double_press_makes_one(desk, client):
    form_data = {"cause": desk.cause.id, "lang": "fr", "title": "Le Sénat répond"}
    for ending in ("/words", ""):
        assert (
            desk.post("/organize/updates/new", form_data).location
            == f"/organize/updates/le-senat-repond{ending}"
        )
    assert update_now("le-senat-repond").state == "draft"
    assert client.get("/fr/updates/le-senat-repond").status_code == 404
    todo = tree(desk.get("/organize/updates/le-senat-repond")).xpath("//section[@class='todo']//li")
    assert {("body", "fr"), ("untranslated", "en")} <= {
        (item.get("data-fault"), item.get("data-lang")) for item in todo
    }
    assert desk.get("/organize/updates/le-senat-repond/preview?lang=fr").status_code == 200


def test_text_and_subject_are_saved_and_previewed(desk, client):
    update = make_update(cause_id=desk.cause.id)
    petition, event = make_petition(cause_id=desk.cause.id), make_event(cause_id=desk.cause.id)
    change = text_form(
        update,
        title_fr="Réponse",
        body_fr="Ils ont *écrit*.",
        petitions=petition.id,
        event=event.id,
    )
    seen = desk.post(f"{ANSWER}/words", {**change, "press": "preview-fr"}).text
    assert "<em>écrit</em>" in seen and len(update_now().texts) == 2
    assert desk.post(f"{ANSWER}/words", {**change, "press": "save"}).status_code == 303
    now = update_now()
    assert ([text.lang for text in now.texts], now.petitions[0].petition_id, now.event_id) == (
        ["en", "es", "fr"],
        petition.id,
        event.id,
    )
    assert "Réponse" in client.get("/fr/petitions/home").text
    assert ("updates.edit", desk.organizer.id, ("update", update.id)) in trail()


def test_second_of_two_editors_sees_both_and_nothing_is_overwritten(desk):
    update = make_update(cause_id=desk.cause.id)
    texts = {"en": {"title": "Theirs", "summary": "", "body": "Theirs."}}
    write(change_update, update_id=update.id, version=1, texts=texts, links=Links(), now=utcnow())
    mine = text_form(update, title_en="Mine")
    answer = desk.post(f"{ANSWER}/words", mine)
    assert answer.status_code == 409
    assert "Theirs" in answer.text and "Mine" in answer.text
    assert update_now().text("en").title == "Theirs"
    assert desk.post(f"{ANSWER}/words", {**mine, "version": 2}).status_code == 303
    assert update_now().text("en").title == "Mine"


def test_published_update_cannot_lose_its_text(desk):
    update = make_update(cause_id=desk.cause.id)
    answer = desk.post(f"{ANSWER}/words", text_form(update, body_es="", title_en=""))
    assert answer.status_code == 422
    assert 'id="body_es-error"' in answer.text and 'id="title_en-error"' in answer.text
    write(
        operations.pictures.change,
        owner_id=update.id,
        picture=clean_picture(picture()[0].read()),
        alts={"en": "Water", "es": "Agua"},
        now=utcnow(),
    )
    french = desk.post(f"{ANSWER}/words", text_form(update_now(), title_fr="Eau", body_fr="Eau."))
    assert (french.status_code, alerts(french)) == (422, ["danger"])
    assert [text.lang for text in update_now().texts] == ["en", "es"]


def test_picture_needs_alt_text_and_a_non_picture_is_refused(desk):
    make_update(cause_id=desk.cause.id, draft=True)
    path = f"{ANSWER}/picture"
    alts = {
        "alt_en": "A lake",
        "alt_es": "Un lago",
        "focal_x": "20",
        "focal_y": "80",
        "version": 1,
    }
    assert (
        desk.post(
            path, {"picture": picture(), **alts, "alt_es": ""}, content_type="multipart/form-data"
        ).status_code
        == 422
    )
    odd = (io.BytesIO(b"<svg onload=alert(1)>"), "x.png")
    assert wrong_fields(
        desk.post(path, {"picture": odd, **alts}, content_type="multipart/form-data")
    ).keys() == {"picture"}
    assert (
        desk.post(path, {**alts, "focal_x": "101"}, content_type="multipart/form-data").status_code
        == 422
    )
    assert (
        desk.post(
            path, {"picture": picture(), **alts}, content_type="multipart/form-data"
        ).status_code
        == 303
    )
    made, before = update_now(), update_now().picture.digest
    assert (made.picture.focal_x, made.picture.focal_y, made.picture.alts["es"]) == (
        20,
        80,
        "Un lago",
    )
    assert (
        desk.post(path, {**alts, "focal_x": "70"}, content_type="multipart/form-data").status_code
        == 409
    )
    alts["version"] = made.version_of("picture")
    assert (
        desk.post(path, {**alts, "focal_x": "70"}, content_type="multipart/form-data").status_code
        == 303
    )
    assert update_now().picture.focal_x == 70 and update_now().picture.digest != before
    assert "Un lago" in desk.get(f"{ANSWER}/preview?lang=es").text
    assert desk.post(f"{path}/remove", {"version": 1}).status_code == 409
    assert update_now().picture is not None
    desk.post(f"{path}/remove", {"version": update_now().version_of("picture")})
    assert update_now().picture is None


def test_wide_picture_is_cropped_before_the_write_transaction(desk, monkeypatch):
    make_update(cause_id=desk.cause.id, draft=True)
    done = []
    monkeypatch.setattr(pictures, "crop", lambda *_: done.append("cut") or b"wide")
    monkeypatch.setattr(
        picture_pages,
        "save",
        lambda editor, *named, **more: done.append("save") or save(editor, *named, **more),
    )
    sent = {
        "picture": picture(),
        "alt_en": "A lake",
        "alt_es": "Un lago",
        "focal_x": "20",
        "focal_y": "80",
        "version": 1,
    }
    assert (
        desk.post(f"{ANSWER}/picture", sent, content_type="multipart/form-data").status_code == 303
    )
    assert (done, update_now().picture.wide) == (["cut", "save"], b"wide")


def test_picture_of_one_megabyte_is_accepted_and_of_twenty_is_too_large(desk):
    make_update(cause_id=desk.cause.id, draft=True)
    noise = io.BytesIO()
    Image.effect_noise((1500, 1500), 90).save(noise, "PNG")
    assert noise.tell() > 1024 * 1024
    alts = {"alt_en": "x", "alt_es": "x", "focal_x": "50", "focal_y": "50", "version": 1}
    noise.seek(0)
    assert (
        desk.post(
            f"{ANSWER}/picture",
            {"picture": (noise, "n.png"), **alts},
            content_type="multipart/form-data",
        ).status_code
        == 303
    )
    large = (io.BytesIO(b"x" * 20 * 1024 * 1024), "l.png")
    assert (
        desk.post(
            f"{ANSWER}/picture", {"picture": large, **alts}, content_type="multipart/form-data"
        ).status_code
        == 413
    )


def test_update_is_published_at_once_or_at_a_local_time_and_unpublished(desk, client):
    make_update(cause_id=desk.cause.id, draft=True)
    later = datetime.now(ZoneInfo("America/Mexico_City")) + timedelta(days=3)
    form_data = {
        "when": "later",
        "publish_at": f"{later:%Y-%m-%dT%H:%M}",
        "time_zone": "America/Mexico_City",
    }
    assert desk.post(f"{ANSWER}/publish", form_data).status_code == 303
    assert update_now().publish_at == later.replace(second=0, microsecond=0)
    assert client.get("/en/updates/answer").status_code == 404
    assert values(desk.get("/organize/updates/"), "data-phase") == ["scheduled"]
    desk.post(f"{ANSWER}/publish", {"when": "now", "time_zone": "America/Toronto"})
    assert client.get("/en/updates/answer").status_code == 200
    desk.post(f"{ANSWER}/withdraw")
    assert client.get("/en/updates/answer").status_code == 404
    assert [action for action, _, _ in trail()][-3:] == [
        "updates.publish",
        "updates.publish",
        "updates.withdraw",
    ]


@pytest.mark.parametrize(
    "wrong", [{"publish_at": ""}, {"publish_at": "2027-03-14T02:30"}, {"time_zone": "Mars/Olympus"}]
)
def test_time_that_does_not_exist_is_explained(desk, wrong):
    make_update(cause_id=desk.cause.id, draft=True)
    form_data = {
        "when": "later",
        "publish_at": "2027-03-14T09:30",
        "time_zone": "America/Toronto",
        **wrong,
    }
    assert desk.post(f"{ANSWER}/publish", form_data).status_code == 422
    assert update_now().state == "draft"


def test_incomplete_update_is_not_offered_for_publishing(desk):
    make_update(cause_id=desk.cause.id, draft=True, texts={"en": {"title": "Only"}})
    page = desk.get(f"{ANSWER}/publish")
    assert alerts(page) == ["danger"]
    assert tree(page).xpath("//ul[@class='error-links']//a/@href") == [f"{ANSWER}/words#en"]
    assert desk.post(f"{ANSWER}/publish", {"when": "now", "time_zone": "UTC"}).status_code == 409


def test_renamed_update_redirects_from_its_old_address(desk, client):
    make_update(cause_id=desk.cause.id)
    make_update("other", cause_id=desk.cause.id)
    assert desk.post(f"{ANSWER}/address", {"slug": "other", "version": 1}).status_code == 422
    assert (
        desk.post(f"{ANSWER}/address", {"slug": "reply", "version": 1}).location
        == "/organize/updates/reply"
    )
    assert client.get("/en/updates/answer").location == "/en/updates/reply"


def test_one_of_the_two_buttons_also_mails_it_and_an_editor_has_only_the_other(desk, desk_of):
    subscribe(cause_id=desk.cause.id, now=utcnow() - timedelta(days=1))
    update = make_update(cause_id=desk.cause.id, draft=True)
    editor = desk_of("editor", desk.cause.id)
    button = '//button[@name="mails"]'
    assert not tree(editor.get(f"{ANSWER}/publish")).xpath(button)
    assert len(tree(desk.get(f"{ANSWER}/publish")).xpath(button)) == 1
    editor.post(f"{ANSWER}/publish", {"when": "now", "time_zone": "UTC", "mails": "y"})
    assert mailing_now(update) is None
    desk.post(f"{ANSWER}/withdraw")
    assert values(desk.get(f"{ANSWER}/publish"), "data-readers") == ["1"]
    desk.post(f"{ANSWER}/publish", {"when": "now", "time_zone": "UTC", "mails": "y"})
    assert run_jobs(JOB) == 1
    assert queued_emails()[-1][0] == "update_letter"


def test_publishing_asks_for_a_fresh_password_only_to_mail_it(desk):
    subscribe(cause_id=desk.cause.id, now=utcnow() - timedelta(days=1))
    update = make_update(cause_id=desk.cause.id, draft=True)
    desk.token()
    long_ago = utcnow() - timedelta(hours=1)
    write(lambda: db.session.execute(sql_update(OrganizerSession).values(confirmed_at=long_ago)))
    fields = {"when": "now", "time_zone": "UTC"}
    answer = desk.post(f"{ANSWER}/publish", {**fields, "mails": "y"})
    assert answer.location.startswith("/organize/account/confirm")
    assert (update_now().state, mailing_now(update)) == ("draft", None)
    assert desk.post(f"{ANSWER}/publish", fields).location == ANSWER
    assert update_now().state == "published"


def test_mail_page_shows_readers_and_email_and_sends_a_test_to_the_organizer_only(desk, app):
    for name, lang in (("one", "en"), ("two", "en"), ("three", "es")):
        subscribe(name, cause_id=desk.cause.id, lang=lang, now=utcnow() - timedelta(days=1))
    make_update(cause_id=desk.cause.id)
    page = desk.get("/organize/mail/answer").text
    assert "The Senate wrote back." in page and ">2</td>" in page and ">1</td>" in page
    assert ">3</td>" in page, "all of them"
    assert tree(page).xpath(
        "//form[@action='/organize/mail/answer']//details[.//button[@type='submit']]/p"
    ), "a warning comes first"
    desk.post("/organize/mail/answer/test/es")
    kind, entry, lang = queued_emails()[-1]
    email = renderers_of(app)[kind](
        type("Owed", (), {"kind": kind, "subject_id": entry, "lang": lang})
    )
    assert (email.to, email.lang) == (desk.organizer.email, "es")
    assert is_marked(email.subject, "An answer came (es)")
    assert trail()[-1][0] == "mail.test"


def is_marked(subject, title):
    """Return whether a subject is a title with a mark that it is a test."""
    return title in subject and subject != title


def test_mail_page_shows_the_email_in_a_sandboxed_frame(desk):
    make_update(cause_id=desk.cause.id)
    assert 'src="/organize/mail/answer/letter/es"' in desk.get("/organize/mail/answer").text
    email = desk.get("/organize/mail/answer/letter/es")
    assert 'target="_blank"' in email.text and "style=" in email.text
    policy = email.headers["Content-Security-Policy"]
    assert (
        policy.startswith("sandbox")
        and "allow-scripts" not in policy
        and "frame-ancestors 'self'" in policy
    )
    assert desk.get("/organize/mail/answer/letter/de").status_code == 404


def test_page_of_a_planned_mailing_says_when_and_to_whom_it_goes(desk):
    make_update(cause_id=desk.cause.id)
    make_update("other", cause_id=desk.cause.id)
    later = (utcnow() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    wishes = {
        "langs": ["es"],
        "kinds": ["signers"],
        "per_minute": "30",
        "starts_at": later,
        "time_zone": "UTC",
    }
    page = desk.post("/organize/mail/answer", wishes, follow_redirects=True)
    at_once = desk.post("/organize/mail/other", {**wishes, "starts_at": ""}, follow_redirects=True)
    planned, begun = (text_at(item, "//div[@data-kind='success']") for item in (page, at_once))
    assert values(page, "data-state") == ["planned"] and planned != begun
    begins, readers = (
        row.text_content() for row in tree(page).xpath("//dl[@data-live='report']/div/dd")[:2]
    )
    assert 30 in figures(begins)
    signers, subscribers = (
        text_at(page, f"//div[input[@value='{kind}']]/label") for kind in ("signers", "subscribers")
    )
    assert signers in readers and subscribers not in readers
    assert 'data-module="auto-refresh"' in page.text, "it tells how far it is by itself"


def test_mailing_is_planned_paused_and_stopped_and_never_planned_twice(desk):
    update = make_update(cause_id=desk.cause.id)
    wishes = {
        "langs": ["en", "es"],
        "kinds": ["subscribers"],
        "per_minute": "30",
        "time_zone": "America/Toronto",
    }
    assert desk.post("/organize/mail/answer", {**wishes, "langs": []}).status_code == 422
    for _ in range(2):
        assert desk.post("/organize/mail/answer", wishes).status_code == 303
    planned = mailing_now(update)
    assert (planned.langs, planned.kinds, planned.per_minute, planned.state) == (
        ["en", "es"],
        ["subscribers"],
        30,
        "planned",
    )
    for step, state in (
        ("pause", "paused"),
        ("resume", "sending"),
        ("stop", "stopped"),
        ("resume", "stopped"),
    ):
        desk.post(f"/organize/mail/answer/{step}")
        assert mailing_now(update).state == state
    assert [action for action, _, _ in trail() if action.startswith("mail.")] == [
        "mail.plan",
        "mail.pause",
        "mail.resume",
        "mail.stop",
    ]
    assert values(desk.get("/organize/mail/"), "data-state") == ["stopped"]


def test_draft_is_not_mailed(desk):
    update = make_update(cause_id=desk.cause.id, draft=True)
    wishes = {"langs": ["en"], "kinds": ["subscribers"], "per_minute": "0", "time_zone": "UTC"}
    desk.post("/organize/mail/answer", wishes)
    assert mailing_now(update) is None
    write(update_life_cycle.publish, row_id=update.id, now=utcnow())
    desk.post("/organize/mail/answer", wishes)
    assert mailing_now(update) is not None


WISHES = {"langs": ["en", "es"], "kinds": ["subscribers"], "per_minute": "30", "time_zone": "UTC"}


def in_days(days):
    return (utcnow() + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")


def test_planned_mailing_is_changed_cancelled_and_planned_again(desk):
    update = make_update(cause_id=desk.cause.id)
    desk.post("/organize/mail/answer", {**WISHES, "starts_at": in_days(2)})
    page = desk.get("/organize/mail/answer").text
    assert (
        "/mail/answer/change" in page
        and "/mail/answer/cancel" in page
        and "/mail/answer/stop" not in page
    )
    assert desk.post("/organize/mail/answer/change", {**WISHES, "langs": []}).status_code == 422
    before = mailing_now(update).starts_at
    desk.post("/organize/mail/answer/change", {**WISHES, "langs": ["es"], "starts_at": in_days(4)})
    moved = mailing_now(update)
    assert (moved.langs, moved.starts_at > before, moved.state) == (["es"], True, "planned")
    desk.post("/organize/mail/answer/cancel")
    assert mailing_now(update) is None
    desk.post("/organize/mail/answer/cancel")
    desk.post("/organize/mail/answer", {**WISHES, "starts_at": in_days(2)})
    assert mailing_now(update).state == "planned"
    assert [action for action, _, _ in trail() if action.startswith("mail.")] == [
        "mail.plan",
        "mail.change",
        "mail.cancel",
        "mail.plan",
    ]


def test_draft_is_sent_as_a_marked_test_before_it_is_published(desk, app):
    update = make_update(cause_id=desk.cause.id, draft=True)
    assert "/organize/mail/answer/test/en" in desk.get(ANSWER).text
    desk.post("/organize/mail/answer/test/en")
    kind, entry, lang = queued_emails()[-1]
    email = renderers_of(app)[kind](
        type("Owed", (), {"kind": kind, "subject_id": entry, "lang": lang})
    )
    assert email.to == desk.organizer.email and is_marked(email.subject, "An answer came")
    assert mailing_now(update) is None


def test_mailing_starts_at_the_local_time_that_was_chosen(awkward_time, desk):
    update = make_update(cause_id=desk.cause.id)
    # The clocks of Toronto have gone back by then.
    typed = {**WISHES, "starts_at": "2026-11-02T09:05", "time_zone": "America/Toronto"}
    assert desk.post("/organize/mail/answer", typed).status_code == 303
    assert mailing_now(update).starts_at == datetime(2026, 11, 2, 14, 5, tzinfo=UTC)
