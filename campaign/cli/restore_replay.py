"""After a restore, end again what had ended since the backup was made."""

from collections import Counter
from datetime import datetime
from typing import Any, cast

from sqlalchemy import delete, select, update

from campaign.accounts import tokens as account_keys
from campaign.accounts.factors import stop_codes
from campaign.accounts.models import AccountLink, Grant, Organizer, OrganizerSession, Passkey
from campaign.accounts.operations import remove_access
from campaign.actions.letters.delivery.refusals import is_refused, refuse
from campaign.actions.letters.models import Letter
from campaign.actions.letters.operations import stop_letter
from campaign.answers.announcement_models import AnnouncementTopic
from campaign.answers.announcements import stop_restored
from campaign.answers.links import revoke_link
from campaign.answers.models import Answer, AnswerLink
from campaign.answers.operations import withdraw_answer
from campaign.api.models import ApiKey
from campaign.api.operations import revoke_key
from campaign.db.ended_log import EndedEntry, seal_of
from campaign.events.messages.models import EventMessage
from campaign.events.messages.operations import message_sender
from campaign.events.models import Event, Registration
from campaign.events.operations import cancel_restored as cancel_event
from campaign.events.registering import cancel_restored as cancel_registration
from campaign.events.registering import erase_registration
from campaign.extensions import db, rows_changed
from campaign.imports import rollback
from campaign.imports.models import ImportBatch
from campaign.imports.subscribers import operations as subscriber_imports
from campaign.imports.subscribers.models import SubscriberImport
from campaign.imports.targets import operations as target_imports
from campaign.kiosk.models import Kiosk
from campaign.kiosk.pairing import revoke
from campaign.mailboxes.models import AddressChange
from campaign.organisations.queries import organisation_by_id
from campaign.petitions.models import Petition
from campaign.process.clock import utcnow
from campaign.security.secret_key import secret_key
from campaign.signatures.counting.hatching import release_numbers
from campaign.signatures.erasure import erase_one
from campaign.signatures.models import VALID_STATES, Signature
from campaign.signatures.moderation import decisions
from campaign.signatures.name_display import hide_restored
from campaign.signatures.owner.operations import erase, stop_answers
from campaign.subscriptions.consents import note_ends
from campaign.subscriptions.models import Subscription, SuppressedAddress
from campaign.subscriptions.operations import suppress
from campaign.switches.operations import switch_off
from campaign.switches.queries import switch_of
from campaign.targets.models import TargetImport, TargetProfile
from campaign.targets.operations import note_email_status, remove_profile
from campaign.updates import mailing
from campaign.updates.mailing_models import Mailing


def replay_ended(entries: list[EndedEntry]) -> Counter[str]:
    """End what these entries name and the restored database still has, and return {kind: count}.

    Runs in one transaction.
    """
    counts: Counter[str] = Counter()
    for entry in entries:
        replay = REPLAYS.get(entry.what)
        if replay is not None and replay(entry):
            counts[entry.what] += 1
    return counts


def end_sessions_and_links() -> tuple[int, int]:
    """End all sessions and all open links of organizers, and return the number of each."""
    sessions = rows_changed(delete(OrganizerSession), synchronize=True)
    is_open = AccountLink.used_at.is_(None), AccountLink.expires_at > utcnow()
    links = rows_changed(
        update(AccountLink).where(*is_open).values(expires_at=utcnow()), synchronize=True
    )
    return sessions, links


def _row_of(entry: EndedEntry, model: type[Any], created_column: str = "created_at") -> Any:
    """Return the row that an entry is about, or None if its id now belongs to another row."""
    row = db.session.get(model, entry.id, populate_existing=True)
    if row is None:
        return None
    return (
        row
        if entry.seal
        == seal_of(secret_key(), entry.thing, entry.id, getattr(row, created_column).isoformat())
        else None
    )


def _withdraw(entry: EndedEntry) -> object:
    return _row_of(entry, Signature) and decisions.withdraw(
        ids=[cast(int, entry.id)], cause_ids=None, now=utcnow()
    )


def _erase_signature(entry: EndedEntry) -> object:
    row = _row_of(entry, Signature)
    if row is None or row.state == "erased":
        return False
    if row.hatched_at is not None and row.state not in VALID_STATES:
        # A counted signature must leave the tally before its data is erased.
        while release_numbers(now=utcnow()):
            pass
    return erase_one(signature_id=cast(int, entry.id))


def _erase_petition(entry: EndedEntry) -> bool:
    if _row_of(entry, Petition) is None:
        return False
    since = (
        Signature.petition_id == entry.id,
        Signature.state != "erased",
        Signature.created_at <= datetime.fromisoformat(entry.at),
    )
    ids = db.session.scalars(select(Signature.id).where(*since)).all()
    erase(ids)
    return bool(ids)


def _remove_organizer(entry: EndedEntry) -> object:
    row = _row_of(entry, Organizer)
    return row is not None and row.removed_at is None and remove_access(row, utcnow())


def _take_grant(entry: EndedEntry) -> object:
    row = _row_of(entry, Grant)
    return row is not None and rows_changed(
        delete(Grant).where(Grant.id == row.id), synchronize=True
    )


def _remove_passkey(entry: EndedEntry) -> object:
    row = _row_of(entry, Passkey)
    return row is not None and rows_changed(
        delete(Passkey).where(Passkey.id == row.id), synchronize=True
    )


def _stop_app(entry: EndedEntry) -> bool:
    organizer = db.session.get(Organizer, entry.id, populate_existing=True)
    secret = organizer and organizer.totp_secret and account_keys.unseal(organizer.totp_secret)
    if not secret or entry.seal != seal_of(secret_key(), entry.thing, entry.id, secret):
        return False
    stop_codes(organizer_id=cast(int, entry.id))
    return True


def _revoke_key(entry: EndedEntry) -> object:
    row = _row_of(entry, ApiKey)
    return row is not None and row.revoked_at is None and revoke_key(key_id=row.id, now=utcnow())


def _revoke_kiosk(entry: EndedEntry) -> object:
    row = _row_of(entry, Kiosk, "paired_at")
    return row is not None and row.revoked_at is None and revoke(kiosk_id=row.id, now=utcnow())


def _remove_target(entry: EndedEntry) -> object:
    row = _row_of(entry, TargetProfile)
    return (
        row is not None
        and row.removed_at is None
        and remove_profile(profile_id=row.id, now=utcnow())
    )


def _stop_letter(entry: EndedEntry) -> object:
    row = _row_of(entry, Letter)
    return row is not None and stop_letter(
        letter_id=row.id, signature_ids=[row.signature_id], now=utcnow()
    )


def _stop_change(entry: EndedEntry) -> bool:
    row = _row_of(entry, AddressChange)
    if row is None or row.state not in ("requested", "waiting"):
        return False
    row.state, row.ended_at = "stopped", utcnow()
    db.session.flush()
    return True


def _end_subscription(entry: EndedEntry) -> bool:
    row = _row_of(entry, Subscription)
    if row is None or row.state == "ended":
        return False
    row.state, row.ended_at, row.ended_reason = "ended", utcnow(), "owner"
    note_ends([row.id], now=row.ended_at)
    db.session.flush()
    return True


def _stop_answers(entry: EndedEntry) -> bool:
    row = _row_of(entry, Signature)
    if row is None or not row.tell_answer:
        return False
    stop_answers(signature_id=row.id, now=utcnow())
    return True


def _stop_announcement(entry: EndedEntry) -> bool:
    row = _row_of(entry, Answer)
    return row is not None and stop_restored(
        topic=AnnouncementTopic(row.petition_id, row.id), now=utcnow()
    )


def _stop_result_announcement(entry: EndedEntry) -> bool:
    row, result = _row_of(entry, Petition), entry.what.partition(".told_")[2]
    return row is not None and stop_restored(
        topic=AnnouncementTopic(row.id, result=result), now=utcnow()
    )


def _suppress(entry: EndedEntry) -> bool:
    digest, reason = bytes.fromhex(str(entry.id)), entry.what.partition(".")[2]
    existing = db.session.get(SuppressedAddress, digest)
    suppress(email_digest=digest, reason=reason, now=utcnow())
    return existing is None


def _refuse_letters(entry: EndedEntry) -> bool:
    digest = bytes.fromhex(str(entry.id))
    was_refused = is_refused(digest)
    refuse(address_digest=digest, now=utcnow())
    return not was_refused


def _withdraw_answer(entry: EndedEntry) -> object:
    row = _row_of(entry, Answer)
    return (
        row is not None
        and row.state == "published"
        and withdraw_answer(answer_id=row.id, now=utcnow())
    )


def _revoke_answer_link(entry: EndedEntry) -> object:
    row = _row_of(entry, AnswerLink)
    return (
        row is not None
        and row.revoked_at is None
        and row.answered_at is None
        and revoke_link(link_id=row.id, now=utcnow())
    )


def _undo_import(entry: EndedEntry) -> bool:
    row = _row_of(entry, ImportBatch)
    return row is not None and rollback.undo_restored(batch_id=row.id) is not None


def _undo_subscriber_import(entry: EndedEntry) -> bool:
    row = _row_of(entry, SubscriberImport)
    if row is None or row.state == "undone":
        return False
    subscriber_imports.undo_restored(import_id=row.id)
    return True


def _undo_target_import(entry: EndedEntry) -> bool:
    row = _row_of(entry, TargetImport)
    if row is None or not target_imports.may_undo(row):
        return False
    target_imports.undo_import(import_id=row.id, now=utcnow())
    return True


def _cancel_registration(entry: EndedEntry) -> object:
    row = _row_of(entry, Registration)
    return row is not None and cancel_registration(row.id, now=utcnow())


def _erase_registration(entry: EndedEntry) -> bool:
    row = _row_of(entry, Registration)
    if row is None:
        return False
    erase_registration(row.id, now=utcnow())
    return True


def _cancel_event(entry: EndedEntry) -> object:
    row = _row_of(entry, Event)
    return row is not None and cancel_event(row.id, now=utcnow())


def _stop_event_message(entry: EndedEntry) -> object:
    row = _row_of(entry, EventMessage)
    return (
        row is not None
        and row.state == "sending"
        and message_sender.stop(row_id=row.id, now=utcnow())
    )


def _end_mailing(entry: EndedEntry) -> bool:
    row, state = _row_of(entry, Mailing), entry.what.partition(".")[2]
    return row is not None and mailing.end_restored(mailing_id=row.id, state=state, now=utcnow())


def _cancel_mailing(entry: EndedEntry) -> bool:
    row = _row_of(entry, Mailing)
    if row is None or not row.is_unbegun:
        return False
    mailing.cancel_mailing(mailing_id=row.id)
    return True


def _hide_name(entry: EndedEntry) -> bool:
    row = _row_of(entry, Signature)
    return row is not None and hide_restored(row, entry.what, now=utcnow())


def _remove_comment(entry: EndedEntry) -> bool:
    row = db.session.get(Signature, entry.id, populate_existing=True)
    if row is None or not row.comment:
        return False
    identity = decisions.comment_identity(row, row.comment)
    if entry.seal != seal_of(secret_key(), entry.thing, row.id, identity):
        return False
    row.comment, row.comment_shown, row.comment_read_at = "", False, None
    db.session.flush()
    return True


def _refuse_address(entry: EndedEntry) -> bool:
    """Stop letters to an address of a target of one organisation."""
    profile = db.session.get(TargetProfile, entry.id, populate_existing=True)
    return profile is not None and any(
        note_email_status(
            address=email.address,
            status="asked_not",
            now=utcnow(),
            organisation_id=profile.organisation_id,
        )
        for email in list(profile.emails)
        if entry.seal == seal_of(secret_key(), entry.thing, profile.id, email.address_key)
    )


def _switch_off(entry: EndedEntry) -> bool:
    name, _, number = str(entry.id).partition(":")
    organisation_id = int(number) if number else None
    if entry.seal != seal_of(secret_key(), entry.thing, entry.id, ""):
        return False
    if organisation_id is not None and not _was_there(organisation_id, entry.at):
        return False
    row = switch_of(name, organisation_id)
    if row is not None and row.off_until is None:
        return False
    switch_off(
        name=name,
        organisation_id=organisation_id,
        reason=row.reason if row else "",
        messages=row.messages if row else None,
        now=utcnow(),
    )
    return True


def _was_there(organisation_id: int, at: str) -> bool:
    organisation = organisation_by_id(organisation_id)
    return organisation is not None and organisation.created_at <= datetime.fromisoformat(at)


REPLAYS = {
    "signature.withdrawn": _withdraw,
    "signature.erased": _erase_signature,
    "petition.erased": _erase_petition,
    "signature.answers_stopped": _stop_answers,
    "signature.full_hidden": _hide_name,
    "signature.initials_hidden": _hide_name,
    "comment.removed": _remove_comment,
    "import.undone": _undo_import,
    "subscriber_import.undone": _undo_subscriber_import,
    "target_import.undone": _undo_target_import,
    "registration.cancelled": _cancel_registration,
    "registration.erased": _erase_registration,
    "event.cancelled": _cancel_event,
    "event_message.ended": _stop_event_message,
    "mailing.cancelled": _cancel_mailing,
    "mailing.stopped": _end_mailing,
    "mailing.done": _end_mailing,
    "answer.told": _stop_announcement,
    "petition.told_won": _stop_result_announcement,
    "petition.told_partly_won": _stop_result_announcement,
    "petition.told_no_answer": _stop_result_announcement,
    "subscription.ended": _end_subscription,
    "address_change.stopped": _stop_change,
    "address.request": _suppress,
    "address.complaint": _suppress,
    "address.organizer": _suppress,
    "letters.refused": _refuse_letters,
    "organizer.removed": _remove_organizer,
    "grant.taken": _take_grant,
    "passkey.removed": _remove_passkey,
    "app.stopped": _stop_app,
    "key.revoked": _revoke_key,
    "kiosk.revoked": _revoke_kiosk,
    "target.removed": _remove_target,
    "target_address.refused": _refuse_address,
    "switch.off": _switch_off,
    "letter.stopped": _stop_letter,
    "answer.withdrawn": _withdraw_answer,
    "answer_link.revoked": _revoke_answer_link,
}
