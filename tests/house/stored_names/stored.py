"""Find the values that rows contain.

These are states, kinds, reasons, audit actions, and the names of links and queues.
"""

import ast
import re

from flask import current_app

from campaign.accounts import audit, permissions
from campaign.db import ended_log
from campaign.exports.columns import COLUMNS
from campaign.exports.selection import Selection
from campaign.extensions import db, note_ended
from campaign.jobs.operations import take_lease
from campaign.jobs.registry import background_work
from campaign.mail.renderers import bound_kinds, renderers_of
from campaign.notices import news_texts
from campaign.organize.core import audit as core_audit
from campaign.organize.core.audit import AUDITED_COLUMNS
from campaign.organize.exports import forms as export_words
from campaign.organize.people.audit_labels import ACTIONS
from campaign.organize.signatures import labels as signature_words
from campaign.security.digests import keyed_digest
from campaign.security.tokens import make_token, read_token
from campaign.signatures import name_consents
from tests.house.stored_names.sources import calls_of, texts_given

WORD = re.compile(r"'([^']*)'")
RECORDS = (audit.record_audit_event, audit.record_planned, core_audit.AuditEvent)


def states() -> set[str]:
    """Return the allowed values of each column that is limited to some. Columns may be renamed."""
    found = set()
    for table in db.metadata.tables.values():
        for constraint in table.constraints:
            words = WORD.findall(str(getattr(constraint, "sqltext", "")))
            if any(words):
                found.add(" ".join(sorted(filter(None, words))))
    return found


def defaults() -> set[str]:
    """Return the default values of columns."""
    found = set()
    for table in db.metadata.tables.values():
        for column in table.columns:
            value = getattr(column.default, "arg", None)
            if isinstance(value, str) and value:
                found.add(value)
    return found


def reasons() -> set[str]:
    """Return the reason codes of held signatures and failed exports."""
    held = {f"signature {item}" for item in (*signature_words.REASON_TEXTS, signature_words.MERGED)}
    return held | {f"export {fault}" for fault in export_words.FAULTS}


def audit_actions() -> set[str]:
    recorded = texts_given((audit.record_audit_event,), 1, "action")
    return (
        set(ACTIONS)
        | recorded
        | texts_given(
            (audit.record_planned, core_audit.AuditEvent, core_audit.act_on_account), 0, "action"
        )
    )


def audit_subjects() -> set[str]:
    """Return the kinds of subject: the first of each pair that an audit event is about."""
    found = set(AUDITED_COLUMNS)
    for _module, call in calls_of(*RECORDS):
        for node in (*call.args, *(keyword.value for keyword in call.keywords)):
            if (
                isinstance(node, ast.Tuple)
                and len(node.elts) == 2
                and isinstance(node.elts[0], ast.Constant)
            ):
                found.add(node.elts[0].value)
    return found


def roles() -> set[str]:
    return {permissions.ADMIN, *permissions.ROLES}


def mail_kinds() -> set[str]:
    """Return the kinds of queued email. Those counted by the daily limit are marked."""
    bound = bound_kinds(current_app)
    return {
        f"{kind} (limited per day)" if kind in bound else kind for kind in renderers_of(current_app)
    }


def leases() -> set[str]:
    return texts_given((take_lease,), 0, "name")


def job_kinds() -> set[str]:
    return set(background_work(current_app).kinds)


def labels() -> set[str]:
    """Return the labels of keyed digests and tokens, as far as the code has them in place.

    `keyed_values` has examples of all.
    """
    digests = {f"digest: {item}" for item in texts_given((keyed_digest,), 1, "purpose")}
    return digests | {
        f"token: {item}" for item in texts_given((make_token, read_token), 1, "purpose")
    }


def ended() -> set[str]:
    """Return the names in the list of ended things, which outlives the database."""
    given = texts_given((note_ended,), 0, "what")
    back = ended_log.UNDOES
    given |= set(back) | {end for ends in back.values() for end in ends}
    return (
        given
        | {f"field {field}" for field in ended_log.EndedEntry._fields}
        | {f"file {ended_log.FILE}"}
    )


def export_columns() -> set[str]:
    """Return the columns of exports, and how the chosen ones are stored."""
    return set(COLUMNS) | {f"choice {name}" for name in Selection(petition_id=1).to_json()}


def consent_versions() -> set[str]:
    names = {name_consents.FORM_VERSION, name_consents.PAPER_VERSION, name_consents.PARTNER_VERSION}
    return {*news_texts.VERSIONS, *names}
