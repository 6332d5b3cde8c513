"""Labels of the activity log: actions, fields, values, and the titles of their subjects."""

import re
from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime
from typing import Any

from flask import g
from flask_babel import format_date, to_user_timezone
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as pgettext

from campaign.accounts.audit_models import AuditEntry
from campaign.causes.queries import causes_among
from campaign.events.queries import events_with_ids
from campaign.i18n.clock_times import clock_time
from campaign.i18n.locales import current_locale, is_language, language_name
from campaign.organisations.identity import identities
from campaign.organisations.queries import organisations_among
from campaign.organize.core.scope import petition_summary
from campaign.petitions.queries import petitions_with_ids
from campaign.updates.queries import updates_with_ids

ACTIONS = {
    "account.signed_in": _l("signed in"),
    "account.refused": _l("failed to sign in"),
    "access.refused": _l("was refused access"),
    "account.password": _l("set a password"),
    "account.name": _l("changed their name"),
    "account.app_added": _l("set up two-step verification with an app"),
    "account.app_removed": _l("turned off two-step verification with an app"),
    "account.recovery_codes": _l("created new recovery codes"),
    "account.passkey_added": _l("added a passkey"),
    "account.passkey_removed": _l("removed a passkey"),
    "account.session_closed": _l("signed out on another device"),
    "organisations.create": _l("created an organization"),
    "organisations.edit": _l("changed an organization"),
    "organisations.test": _l("sent a test email of an organization"),
    "switches.off": _l("turned off a feature"),
    "switches.on": _l("turned on a feature"),
    "site.edit": _l("changed the settings of the site"),
    "site.setup": _l("postponed a setup step"),
    "organisations.export": _l("exported an organization"),
    "organisations.import": _l("imported an organization"),
    "causes.create": _l("created a cause"),
    "causes.edit": _l("changed a cause"),
    "causes.shape": _l("changed the shape of a montage"),
    "causes.shape_send": _l("uploaded a picture for the shape of a montage"),
    "causes.shape_cut": _l("adjusted the shape made from a picture"),
    "causes.shape_discard": _l("discarded a picture for the shape of a montage"),
    "causes.shape_drop": _l("discarded a shape of a montage"),
    "causes.publish": _l("published a cause"),
    "causes.schedule": _l("scheduled a cause"),
    "causes.close": _l("closed a cause"),
    "causes.reopen": _l("reopened a cause"),
    "causes.archive": _l("archived a cause"),
    "petitions.create": _l("created a petition"),
    "petitions.edit": _l("changed a petition"),
    "petitions.publish": _l("published a petition"),
    "petitions.schedule": _l("scheduled a petition"),
    "petitions.open": _l("opened a petition for signing"),
    "petitions.close": _l("closed a petition"),
    "petitions.reopen": _l("reopened a petition"),
    "petitions.archive": _l("archived a petition"),
    "petitions.restore": _l("restored a petition from the archive"),
    "events.create": _l("created an event"),
    "events.edit": _l("changed an event"),
    "events.publish": _l("published an event"),
    "events.schedule": _l("scheduled an event"),
    "events.close": _l("closed registration for an event"),
    "events.reopen": _l("reopened registration for an event"),
    "events.cancel": _l("cancelled an event"),
    "events.archive": _l("archived an event"),
    "events.restore": _l("restored an event from the archive"),
    "registrations.see": _l("viewed registrations"),
    "registrations.add": _l("added someone to the list of an event"),
    "registrations.seat": _l("gave someone a seat"),
    "registrations.cancel": _l("cancelled a registration"),
    "registrations.check_in": _l("checked someone in"),
    "registrations.undo": _l("undid a check-in"),
    "registrations.export": _l("downloaded the list of an event"),
    "updates.create": _l("created an update"),
    "updates.edit": _l("changed an update"),
    "updates.publish": _l("published an update"),
    "updates.withdraw": _l("unpublished an update"),
    "mail.plan": _l("started the mailing of an update"),
    "mail.change": _l("changed a scheduled mailing"),
    "mail.cancel": _l("cancelled a scheduled mailing"),
    "mail.pause": _l("paused a mailing"),
    "mail.resume": _l("resumed a mailing"),
    "mail.stop": _l("stopped a mailing"),
    "mail.test": _l("sent a test email"),
    "mail.done": _l("finished mailing an update"),
    "suppressions.see": _l("looked up an address on the do-not-email list"),
    "suppressions.add": _l("added an address to the do-not-email list"),
    "suppressions.lift": _l("removed an address from the do-not-email list"),
    "suppressions.retry": _l("allowed a new try for an address that did not accept email"),
    "subscriptions.export": _l("downloaded a list of subscribers"),
    "subscriptions.ask": _l("created a file of subscribers"),
    "subscriptions.again": _l("created a file of subscribers again"),
    "subscriptions.delete": _l("deleted a file of subscribers"),
    "subscriptions.import": _l("imported subscribers"),
    "subscriptions.undo": _l("undid an import of subscribers"),
    "people.invite": _l("gave a role"),
    "people.take": _l("removed a role"),
    "people.unlock": _l("reset a lost two-step verification"),
    "people.remove": _l("removed an organizer"),
    "signatures.see": _l("viewed signatures"),
    "signatures.correct": _l("corrected a signature"),
    "signatures.withdraw": _l("withdrew a signature"),
    "signatures.take_back": _l("restored a withdrawn signature"),
    "signatures.reject": _l("rejected signatures"),
    "signatures.let_through": _l("approved signatures"),
    "signatures.merge": _l("merged two signatures"),
    "signatures.copy": _l("gave someone a copy of their data"),
    "signatures.erase": _l("deleted the data of a signature"),
    "exports.ask": _l("created a file of signatures"),
    "exports.download": _l("downloaded a file of signatures"),
    "exports.again": _l("created a file of signatures again"),
    "exports.cancel": _l("cancelled a file of signatures"),
    "exports.delete": _l("deleted a file of signatures"),
    "handovers.edit": _l("changed what is delivered"),
    "handovers.record": _l("recorded a delivery"),
    "handovers.remove": _l("removed a delivery record"),
    "imports.print": _l("printed signing sheets"),
    "imports.begin": _l("started importing paper signatures"),
    "imports.see": _l("viewed paper signatures"),
    "imports.type": _l("entered a paper sheet"),
    "imports.match": _l("matched the columns of a file"),
    "imports.mend": _l("corrected rows from paper sheets"),
    "imports.bring_in": _l("imported paper signatures"),
    "imports.undo": _l("undid an import of paper signatures"),
    "imports.drop": _l("discarded rows from paper sheets"),
    "corrections.show": _l("approved a changed name"),
    "corrections.refuse": _l("kept a previous name"),
    "comments.show": _l("approved comments"),
    "comments.hide": _l("kept comments hidden"),
    "bulk.approve": _l("approved many signatures at once"),
    "bulk.reject": _l("rejected many signatures at once"),
    "bulk.show": _l("showed many comments at once"),
    "bulk.hide": _l("hid many comments at once"),
    "bulk.done": _l("finished a bulk decision"),
    "bulk.undo": _l("undid a bulk decision"),
    "bulk.undone": _l("finished undoing a bulk decision"),
    "rules.create": _l("created a rule"),
    "rules.on": _l("turned a rule on"),
    "rules.off": _l("turned a rule off"),
    "rules.hold_past": _l("held past signatures with a rule"),
    "rules.release": _l("approved what a rule had held"),
    "rules.drop": _l("deleted a rule"),
    "kiosks.code": _l("created a code to pair a tablet"),
    "kiosks.pair": _l("paired a tablet"),
    "kiosks.pin": _l("changed the team PIN of tablets"),
    "kiosks.rename": _l("renamed a tablet"),
    "kiosks.extend": _l("extended a tablet’s time"),
    "kiosks.revoke": _l("revoked a tablet"),
    "kiosks.review": _l("viewed what tablets had sent"),
    "kiosks.let_in": _l("approved what a tablet had sent"),
    "kiosks.reject": _l("rejected what a tablet had sent"),
    "kiosks.discard": _l("discarded all records that a tablet had sent for review"),
    "kiosks.put_back": _l("restored discarded records of a tablet for review"),
    "kiosks.names": _l("viewed the names waiting to be shown"),
    "kiosks.show_names": _l("approved full names from a table"),
    "kiosks.hide_names": _l("kept names from a table private"),
    "kiosks.silent": _l("sent an email about a tablet that is offline"),
    "kiosks.rotate": _l("renewed the key of tablets"),
    "keys.doubt": _l("reported too many repeat signatures from a partner"),
    "petitions.quiet": _l("turned on the quiet count"),
    "petitions.loud": _l("turned off the quiet count"),
    "keys.create": _l("created a key for a partner"),
    "keys.revoke": _l("revoked a key of a partner"),
    "retention.edit": _l("changed how long data is kept"),
    "retention.tell": _l("warned the owners that data will be deleted soon"),
    "retention.erase": _l("deleted the personal data of a petition"),
}
SUBJECTS = {
    "account": _l("Accounts"),
    "access": _l("Access denied"),
    "people": _l("People"),
    "organisations": _l("Organizations"),
    "site": _l("Settings"),
    "causes": _l("Causes"),
    "petitions": _l("Petitions"),
    "events": _l("Events"),
    "registrations": _l("Registrations"),
    "updates": _l("Updates"),
    "signatures": _l("Signatures"),
    "exports": _l("Exports"),
    "handovers": _l("Deliveries"),
    "imports": _l("Paper signatures"),
    "corrections": _l("Name changes"),
    "comments": _l("Comments"),
    "bulk": _l("Bulk decisions"),
    "rules": _l("Rules"),
    "retention": _l("Retention"),
    "mail": _l("Mailings"),
    "suppressions": _l("Do-not-email list"),
    "kiosks": _l("Tablets"),
    "keys": _l("Partner API keys"),
}
# What an entry is about, shown before its id.
THINGS = {
    "api_key": _l("key"),
    "bulk": _l("decision"),
    "cause": _l("cause"),
    "event": _l("event"),
    "export": _l("file"),
    "import": _l("paper list"),
    "kiosk": _l("tablet"),
    "organisation": _l("organization"),
    "petition": _l("petition"),
    "print_run": _l("printed sheets"),
    "registration": _l("registration"),
    "rule": _l("rule"),
    "signature": _l("signature"),
    "site": _l("settings"),
    "update": _l("update"),
}
CHANNELS = {
    "command": _l("Someone at the command line"),
    "worker": _l("Background worker"),
    "api": _l("The API"),
    "kiosk": _l("A tablet"),
    "web": _l("Someone not signed in"),
}
# For a refused sign-in: what was wrong.
REFUSED_METHODS = {
    "password": _l("a wrong password"),
    "code": _l("a wrong code"),
    "passkey": _l("a wrong passkey"),
    "pace": _l("too many attempts"),
}


FIELDS = {
    "accent": _l("Accent colour"),
    "access": _l("Good to know"),
    "address": _l("Address"),
    "address_days": _l("Days until codes of IP addresses are deleted"),
    "allowed": _l("Who can embed it"),
    "alts": _l("Description of the picture"),
    "archived_at": _l("Archived"),
    "attendance": _l("Number of people who came"),
    "body": _l("Text"),
    "capacity": _l("Seats"),
    "closes_at": _l("Closes"),
    "confirm_days": _l("Days to confirm"),
    "confirmation": _l("How a signature is confirmed"),
    "country": _l("Country"),
    "data_protection_contact": _l("Data protection contact"),
    "deliver_on": _l("Delivery date"),
    "deliver_places": _l("Delivery place"),
    "delivered_details": _l("Details next to each name"),
    "delivered_names": _l("Names"),
    "digest": _l("Picture"),
    "email": _l("Email for questions"),
    "ends_local": _l("Ends"),
    "erase_pending_days": _l("Days until unfinished data is deleted"),
    "first_countries": _l("First countries"),
    "footer_text": _l("Text at the end of each page"),
    "goal": _l("Goal"),
    "hold_per_address": _l("Signatures an hour before we hold the rest"),
    "home_text": _l("Text of the home page"),
    "imprint": _l("More text for the legal notice"),
    "is_free": _l("Free of charge"),
    "is_strict": _l("Before publishing"),
    "kind": _l("Type of event"),
    "kinds": _l("Target"),
    "kiosk_hourly_quota": _l("Signatures an hour from one tablet"),
    "langs": _l("Languages"),
    "languages": _l("Languages"),
    "legal_form": _l("Legal form"),
    "legal_name": _l("Legal name"),
    "max_emails_per_address_per_day": _l("Emails a day to one address"),
    "media_type": _l("Type of the picture"),
    "most_seats": _l("Seats per registration"),
    "name": _l("Name"),
    "names": _l("Addressed to"),
    "note": _l("Note"),
    "notice": _l("Notice"),
    "off_since": _l("Date turned off"),
    "on_since": _l("Date turned on"),
    "online_for": _l("Who sees the online meeting link"),
    "online_url": _l("Online meeting link"),
    "opens_at": _l("Opens"),
    "origins": _l("Sites that can embed it"),
    "own_link_days": _l("Days that a personal link works"),
    "palette": _l("Colour"),
    "pattern": _l("Pattern of the margin"),
    "people": _l("People"),
    "per_minute": _l("Emails per minute"),
    "place": _l("Place"),
    "postal_address": _l("Postal address"),
    "price": _l("Price"),
    "privacy_text": _l("More text for the privacy page"),
    "profiles": _l("Profiles on social networks"),
    "programme": _l("Program"),
    "publish_at": _l("Publication date"),
    "published_by": _l("Written by"),
    "questions": _l("Questions"),
    "register_number": _l("Register and number"),
    "registration": _l("Registration"),
    "registration_closed": _l("Registration closed"),
    "registration_days": _l("Days until registrations are deleted"),
    "reply_to": _l("Address for replies"),
    "representative": _l("Representative in the EU or the UK"),
    "required_fields": _l("Required"),
    "retention_days": _l("Days until data is deleted"),
    "sender_address": _l("Address of the sender"),
    "sender_name": _l("Name of the sender"),
    "shape": _l("Shape of the montage"),
    "sign_limit": _l("Signatures a minute from one network"),
    "slug": _l("Address"),
    "starts_at": _l("Starts"),
    "starts_local": _l("Starts"),
    "state": _l("Status"),
    "story": _l("Story"),
    "summary": _l("Summary"),
    "supervisory_authority": _l("Supervisory authority"),
    "telephone": _l("Telephone"),
    "time_zone": _l("Time zone"),
    "title": _l("Title"),
    "town": _l("Town"),
    "two_per_address": _l("Two people may share one email address"),
    "website": _l("Website"),
    "zone": _l("Time zone"),
}
IMAGES = {"logo": _l("Logo"), "mark": _l("Square logo")}
STATES = {
    "draft": _l("draft"),
    "published": _l("published"),
    "closed": pgettext("status", "closed"),
    "cancelled": _l("cancelled"),
    "planned": _l("scheduled to send"),
    "sending": _l("sending"),
    "paused": _l("paused"),
    "stopped": _l("stopped"),
    "done": _l("done"),
}
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(\.\d+)?([+-]\d\d:\d\d)?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def readable_changes(entry: AuditEntry) -> list[tuple[Any, Any, Any]]:
    """Return [(field, before, after)] as readable text for the changes of an AuditEntry."""
    changes = entry.details.get("changes", ())
    return [
        (
            _field(change),
            _value(change["field"], change["before"]),
            _value(change["field"], change["after"]),
        )
        for change in changes
    ]


def _field(change: dict[str, Any]) -> Any:
    label, part = FIELDS.get(change["field"], change["field"]), change["part"]
    if is_language(part):
        return _("%(field)s (%(language)s)", field=label, language=language_name(part))
    if part in IMAGES:
        return f"{label} ({IMAGES[part]})"
    return f"{label} {int(part) + 1}" if part.isdecimal() else label


def _value(field: str, value: Any) -> Any:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field == "state":
        return STATES.get(value, value)
    try:
        return _instant_or_day(value)
    except (ValueError, OverflowError):
        # A title may look like a date that does not exist.
        return value


def _instant_or_day(value: str) -> str:
    if _INSTANT.fullmatch(value):
        moment = datetime.fromisoformat(value)
        local = to_user_timezone(moment) if moment.tzinfo else moment
        return (
            f"{format_date(local, 'medium', rebase=False)}, {clock_time(local, current_locale())}"
        )
    return format_date(date.fromisoformat(value), "medium") if _DAY.fullmatch(value) else value


LOADERS: dict[str, Callable[[Collection[int]], Iterable[Any]]] = {
    "cause": causes_among,
    "organisation": organisations_among,
    "petition": petitions_with_ids,
    "event": events_with_ids,
    "update": updates_with_ids,
}


def titles_of(entries: Iterable[AuditEntry]) -> dict[tuple[str, int], str]:
    """Return {(kind, id): title} of what these entries are about, if it has a title."""
    ids: dict[str, set[int]] = {}
    for entry in entries:
        if entry.subject_kind in LOADERS and entry.subject_id is not None:
            ids.setdefault(entry.subject_kind, set()).add(entry.subject_id)
    things = ((kind, thing) for kind, some in ids.items() for thing in LOADERS[kind](some))
    return {(kind, thing.id): _title_of(kind, thing) for kind, thing in things}


def _title_of(kind: str, thing: Any) -> str:
    if kind == "petition":
        return petition_summary(thing).title
    if kind == "organisation":
        return identities().of(thing.id).name(g.lang)
    return thing.text(g.lang).title
