"""Tests that restoring a backup keeps what was undone, cancelled, hidden or sent since."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from campaign.accounts.factors import new_secret, start_codes
from campaign.events.messages import operations as messages
from campaign.events.messages.models import EventMessage
from campaign.events.messages.operations import message_sender
from campaign.events.operations import cancel
from campaign.events.registering import cancel_registration, erase_registration
from campaign.extensions import db, write
from campaign.imports.queries import batch_by_id
from campaign.imports.subscribers.models import SubscriberImport
from campaign.imports.subscribers.operations import undo_import
from campaign.mail.models import OutboxMessage
from campaign.process.clock import utcnow
from campaign.signatures.moderation import decisions
from campaign.signatures.name_display import confirm_by_organizer
from campaign.signatures.owner import operations as owner_operations
from campaign.signatures.queries import differences
from campaign.subscriptions.importing import Subscriber, import_subscribers
from campaign.switches.operations import switch_off, switch_on
from campaign.switches.queries import switches_off
from campaign.targets import operations as targets
from campaign.targets.queries import profile_by_id
from campaign.updates import mailing as mailings
from campaign.updates.mailing import mailing_sender
from tests.factories.causes import make_cause
from tests.factories.events import (
    come,
    event_now,
    make_event,
    move,
    registration,
    states,
)
from tests.factories.organizers import fresh, make_organizer, with_app
from tests.factories.paper import begin, bring, csv_of, finish_rest, withdraw_and_erase
from tests.factories.petitions import make_petition
from tests.factories.signatures import (
    AMALIA,
    change,
    hatch_now,
    owned,
    row,
    rows,
    sign_and_hatch,
)
from tests.factories.subscriptions import digest, subscribe, subscription, subscriptions
from tests.factories.targets import make_target, some_organisation_id
from tests.factories.updates import make_update
from tests.imports.test_targets import ROWS, bring_in, undo
from tests.imports.test_targets import csv_of as targets_file
from tests.imports.test_targets import targets as targets_now

pytestmark = pytest.mark.usefixtures("postgresql_programs", "ended")
PAPER = ("Ana,Torres,ana@correo.mx,MX,44100,,S1,1", "Luis,Vega,,MX,44100,,S1,2")
TEXTS = {"en": {"subject": "A new room", "body": "We moved."}}


def undone_batch(petition, restored, *, at):
    """Undo a batch after a backup that was made `at` a point of its life and return it."""
    batch = begin(petition, csv_of(*PAPER))
    if at == "open":
        restored.back_up()
    bring(batch)
    if at == "imported":
        hatch_now()
        restored.back_up()
    withdraw_and_erase(batch)
    hatch_now()
    return batch


@pytest.mark.parametrize("at", ["open", "imported"])
def test_undone_import_of_paper_stays_undone(restored, at):
    batch = undone_batch(make_petition(), restored, at=at)
    assert "import.undone: 1" in restored()
    current = batch_by_id(batch.id)
    assert current.state == "undone" and current.closed_at is not None
    assert [item.given_name for item in rows() if item.given_name] == []
    finish_rest()
    hatch_now()
    assert {item.state for item in rows()} <= {"erased", "withdrawn"}
    assert [item.number for item in rows() if item.number] == []
    assert differences() == []


def test_import_of_paper_whose_number_another_batch_has_is_left_alone(restored):
    petition = make_petition()
    restored.back_up()
    batch = begin(petition, csv_of(*PAPER))
    bring(batch)
    withdraw_and_erase(batch)
    restored()
    again = begin(petition, csv_of(*PAPER))
    assert again.id == batch.id
    bring(again)
    restored.back_up()
    assert "import.undone" not in restored()
    assert batch_by_id(again.id).state == "imported"


def make_list(cause, organizer, *names, state="imported"):
    """Import a list of subscribers, committed, and return its id."""

    def make():
        item = SubscriberImport(
            cause_id=cause.id,
            organizer_id=organizer.id,
            asks=False,
            name="list",
            header=["email"],
            columns={"email": "email"},
            state=state,
        )
        db.session.add(item)
        db.session.flush()
        import_subscribers(
            subscribers=[
                Subscriber(f"{name}@rosales.example", digest(name), "en", consent_at=utcnow())
                for name in names
            ],
            cause_id=cause.id,
            organisation_id=None,
            asks=False,
            now=utcnow(),
            import_id=item.id,
        )
        return item.id

    return write(make)


def test_undone_imports_of_subscribers_stay_undone(restored):
    cause, organizer = make_cause(), make_organizer()
    own = subscribe("own", cause_id=cause.id)
    lists = [
        make_list(cause, organizer, *names, state=state)
        for state, names in [
            ("checked", []),
            ("importing", ["ana"]),
            ("imported", ["luis", "bea"]),
        ]
    ]
    kept = make_list(cause, organizer, "carla")
    restored.back_up()
    for import_id in lists:
        write(set_state, import_id, "imported")
        write(undo_import, import_id=import_id)
    assert "subscriber_import.undone: 3" in restored()
    states_now = [db.session.get(SubscriberImport, item).state for item in (*lists, kept)]
    assert states_now == ["undone"] * 3 + ["imported"]
    assert [item.import_id for item in subscriptions()] == [None, kept]
    assert subscription(own).state == "active"


def set_state(import_id, state):
    db.session.get(SubscriberImport, import_id).state = state


def test_undone_import_of_targets_stays_undone(restored):
    organisation_id = some_organisation_id()
    import_id, _counts = bring_in(organisation_id, targets_file(*ROWS))
    restored.back_up()
    undo(import_id)
    assert "target_import.undone: 1" in restored()
    assert targets_now(organisation_id) == {}


def test_cancelled_registrations_stay_cancelled_and_nobody_is_told_twice(restored):
    cause, now = make_cause(), utcnow()
    coming, begun = (
        make_event(slug, cause_id=cause.id, capacity=1) for slug in ("coming", "begun")
    )
    pairs = [(come(event, "amalia"), come(event, "bea")) for event in (coming, begun)]
    move(begun, starts_at=now)
    restored.back_up()
    for gone, _waiting in pairs:
        write(cancel_registration, gone, now=now - timedelta(hours=1))
    assert emails("registration_cancelled") == 2
    assert "registration.cancelled: 2" in restored()
    assert states() == ["cancelled", "registered", "cancelled", "waiting"]
    assert emails("registration_cancelled") == 0


def test_erased_registration_is_erased_again(restored):
    event = make_event(capacity=1)
    gone, waiting = come(event, "amalia"), come(event, "bea")
    restored.back_up()
    write(erase_registration, gone, now=utcnow())
    assert "registration.erased: 1" in restored()
    assert registration(gone) is None
    assert registration(waiting).state == "registered"


def emails(kind):
    db.session.rollback()
    return len(db.session.scalars(select(OutboxMessage.id).where(OutboxMessage.kind == kind)).all())


def test_person_who_registered_again_before_the_backup_keeps_the_seat(restored):
    event = make_event()
    again = come(event, "amalia")
    write(cancel_registration, again, now=utcnow())
    assert come(event, "amalia") == again
    restored.back_up()
    assert "registration.cancelled" not in restored()
    assert registration(again).state == "registered"


def test_cancelled_event_stays_cancelled_and_nobody_is_told_twice(restored):
    event = make_event()
    come(event)
    restored.back_up()
    write(cancel, event.id, now=utcnow())
    assert emails("event_cancelled")
    assert "event.cancelled: 1" in restored()
    assert event_now(event).state == "cancelled"
    assert not emails("event_cancelled")


def test_messages_to_registered_people_that_were_over_do_not_go_on(restored):
    cause = make_cause()
    sent = [send_message(make_event(slug, cause_id=cause.id)) for slug in ("one", "two")]
    restored.back_up()
    stopped, done = sent
    write(message_sender.stop, row_id=stopped, now=utcnow())
    for _ in range(2):
        write(message_sender.send_batch, row_id=done, now=utcnow())
    assert [message_state(item) for item in sent] == ["stopped", "done"]
    assert "event_message.ended: 2" in restored()
    for message_id in sent:
        assert write(message_sender.send_batch, row_id=message_id, now=utcnow()).readers == 0


def send_message(event):
    """Begin to send a message to one person, committed, and return its id."""
    come(event)
    options = {"audience": "registered", "texts": TEXTS, "now": utcnow()}
    message = write(messages.write_message, event_id=event.id, **options)
    return write(messages.send_message, message_id=message.id, version=None, now=utcnow()).id


def message_state(message_id):
    db.session.rollback()
    return db.session.get(EventMessage, message_id, populate_existing=True).state


def test_mailings_that_were_over_do_not_go_on(restored):
    cause = make_cause()
    subscribe("amalia", cause_id=cause.id, now=utcnow() - timedelta(days=2))
    news = [make_update(slug, cause_id=cause.id) for slug in ("cancelled", "stopped", "done")]
    planned = [write(mailings.plan_mailing, update_id=item.id, now=utcnow()).id for item in news]
    restored.back_up()
    cancelled, stopped, done = planned
    write(mailings.cancel_mailing, mailing_id=cancelled)
    write(mailing_sender.stop, row_id=stopped, now=utcnow())
    for _ in range(2):
        write(mailing_sender.send_batch, row_id=done, now=utcnow())
    output = restored()
    for name in ("cancelled", "stopped", "done"):
        assert f"mailing.{name}: 1" in output
    current = [mailings.mailing_of(item.id) for item in news]
    assert [item and item.state for item in current] == [None, "stopped", "done"]
    for mailing_id in planned:
        assert write(mailing_sender.send_batch, row_id=mailing_id, now=utcnow()).readers == 0


def test_names_are_not_shown_more_than_their_people_want(restored):
    petition = make_petition()
    cases = [
        ("full", ["counted"], "counted"),
        ("full", ["initials"], "initials"),
        ("initials", ["counted"], "counted"),
        ("full", ["counted", "initials"], "initials"),
        ("full", ["initials", "counted"], "counted"),
        ("full", ["counted", "full"], "full"),
        ("full", ["counted", "full", "initials"], "initials"),
        ("counted", ["full", "initials"], "counted"),
    ]
    signed = [
        sign_and_hatch(petition, person(number), name_display=before)
        for number, (before, _choices, _after) in enumerate(cases)
    ]
    restored.back_up()
    for signature, (_before, choices, _after) in zip(signed, cases, strict=True):
        for display in choices:
            write(owner_operations.correct, **owned(signature), now=utcnow(), name_display=display)
    restored()
    assert [row(signature).name_display for signature in signed] == [
        after for _before, _choices, after in cases
    ]


def person(number):
    return {**AMALIA, "email": f"person{number}@rosales.example"}


def test_name_that_an_organizer_hid_for_its_person_stays_hidden(restored):
    signature = sign_and_hatch(make_petition(), AMALIA, name_display="full")
    restored.back_up()
    write(
        decisions.correct,
        signature_id=signature,
        version=decisions.version_of(row(signature)),
        now=utcnow(),
        name_display="counted",
    )
    assert "signature.full_hidden: 1" in restored()
    assert row(signature).name_display == "counted"


def test_name_that_its_person_did_not_confirm_cannot_be_shown_after_a_restore(restored):
    petition = make_petition()
    declined, shown = (
        sign_and_hatch(petition, person(number), name_display="counted") for number in (1, 2)
    )
    for signature in (declined, shown):
        change(signature, name_display_requested="full")
    restored.back_up()
    for signature in (declined, shown):
        write(owner_operations.correct, **owned(signature), now=utcnow(), name_display="counted")
    change(shown, name_display_requested="full")
    write(confirm_by_organizer, ids=[shown], cause_ids=None)
    restored()
    assert [row(signature).name_display for signature in (declined, shown)] == ["counted"] * 2
    assert [row(item).name_display_requested for item in (declined, shown)] == ["", "full"]


def test_comments_that_their_people_removed_or_replaced_do_not_come_back(restored, ended):
    petition = make_petition()
    cases = [([], "Mine"), ([""], ""), (["Another"], ""), (["Another", "Mine"], "Mine")]
    signed = [
        sign_and_hatch(petition, person(number), name_display="full", comment="Mine")
        for number in range(len(cases))
    ]
    for signature in signed:
        change(signature, comment_shown=True, comment_read_at=utcnow())
    restored.back_up()
    for signature, (comments, _after) in zip(signed, cases, strict=True):
        for comment in comments:
            write(owner_operations.correct, **owned(signature), now=utcnow(), comment=comment)
    assert "comment.removed: 2" in restored()
    assert [(row(item).comment, row(item).comment_shown) for item in signed] == [
        (after, bool(after)) for _comments, after in cases
    ]
    assert "Mine" not in ended.read_text()


def test_target_that_was_restored_is_not_removed_again(restored):
    profile = make_target(some_organisation_id())
    restored.back_up()
    write(targets.remove_profile, profile_id=profile.id, now=utcnow())
    write(targets.restore_profile, profile_id=profile.id)
    assert "target.removed" not in restored()
    assert profile_by_id(profile.id).removed_at is None


def test_addresses_that_asked_an_organisation_for_no_more_letters_get_none(restored):
    organisation_id = some_organisation_id()
    profile = make_target(organisation_id, [f"{name}@office.example" for name in "abc"])
    restored.back_up()
    write(
        targets.note_email_status,
        address="a@office.example",
        status="asked_not",
        organisation_id=organisation_id,
        now=utcnow(),
    )
    write(
        targets.change_profile,
        profile_id=profile.id,
        part="contact",
        version=None,
        emails=[
            (f"{name}@office.example", status)
            for name, status in zip("abc", (None, "asked_not", None), strict=True)
        ],
        now=utcnow(),
    )
    assert "target_address.refused: 2" in restored()
    assert [email.status for email in profile_by_id(profile.id).emails] == [
        "asked_not",
        "asked_not",
        "unknown",
    ]


def test_app_that_another_one_replaced_is_no_second_factor(restored):
    organizer = make_organizer()
    with_app(organizer)
    restored.back_up()
    write(start_codes, organizer_id=organizer.id, secret=new_secret(), step=0)
    assert "app.stopped: 1" in restored()
    assert fresh(organizer).totp_secret is None


def test_what_was_switched_off_stays_off(restored):
    organisation_id = some_organisation_id()
    write(
        switch_off, name="signing", until=utcnow() + timedelta(hours=1), reason="why", now=utcnow()
    )
    restored.back_up()
    write(switch_off, name="signing", reason="why", now=utcnow())
    write(switch_off, name="mailings", organisation_id=organisation_id, now=utcnow())
    write(switch_off, name="letters", until=utcnow() + timedelta(hours=1), now=utcnow())
    for name in ("api", "uploads"):
        write(switch_off, name=name, now=utcnow())
    write(switch_on, name="api")
    write(switch_off, name="uploads", until=utcnow() + timedelta(hours=1), now=utcnow())
    assert "switch.off: 2" in restored()
    off = switches_off(now=utcnow() + timedelta(days=1))
    assert [(item.name, item.organisation_id, item.reason) for item in off] == [
        ("signing", None, "why"),
        ("mailings", organisation_id, ""),
    ]
