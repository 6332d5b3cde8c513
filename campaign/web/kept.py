"""What is kept of people, why, who sees it and how long: the one table that the privacy page is made of.

Each row names its columns of the database. A test holds the table against the database itself: a column of a table with people
in it stands in a row here, or among PLAIN, and a table that knows nobody among IMPERSONAL. So the page cannot leave anything out.
"""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

NOBODY = _l("Nobody")
ORGANIZERS = _l("The organizers")
ADMINS = _l("You and the admins of this site")
COUNTED = _l("As long as the signature is counted, until you withdraw it or the petition's time for erasing has come")
LIKE_THE_SIGNATURE = _l("As long as the signature")
WITH_REGISTRATION = _l("%(days)s days after the event or after you cancel, then it is erased")
ACCOUNT = _l("Until your account is removed")


@dataclass(frozen=True)
class Kept:
    """One row: what, what for, who sees it, how long; `days` names the setting that fills %(days)s in how long."""

    name: str
    purpose: str
    seen_by: str
    long: str
    columns: tuple[str, ...]
    days: str = ""

    def how_long(self, config):
        return str(self.long) % {"days": config[self.days]} if self.days else str(self.long)


def _of(table, names):
    return tuple(f"{table}.{name}" for name in names.split())


SIGNERS = (
    Kept(
        _l("Your name"),
        _l("It is the signature itself"),
        _l("Whoever receives the petition; the public only as far as you choose"),
        COUNTED,
        _of("signature", "given_name family_name name_display"),
    ),
    Kept(
        _l("Your e-mail address"),
        _l("To confirm that it was you, so that one person signs once"),
        _l("The organizers; never the public, never the target"),
        COUNTED,
        _of("signature", "email email_digest lang"),
    ),
    Kept(
        _l("Your country and postal code"),
        _l("To show where support comes from; without an address, to tell two people of one name apart"),
        _l("The organizers and the target; the public sees the country beside a shown name"),
        COUNTED,
        _of("signature", "country postal_code person_digest"),
    ),
    Kept(
        _l("Your few words"),
        _l("To be read with your signature"),
        _l("The public, once an organizer has read them, and only beside a shown name"),
        COUNTED,
        _of("signature", "comment comment_shown comment_read_at"),
    ),
    Kept(
        _l("Your answers to a petition's own questions"),
        _l("What the petition says beside the question"),
        ORGANIZERS,
        COUNTED,
        _of("signature", "answers"),
    ),
    Kept(
        _l("Which petition you signed, when, how, and which butterfly it became"),
        _l("To count it once, to draw it, and to prove the count"),
        _l("The organizers; the public sees number and day where your name is shown"),
        _l("For good, once nothing of it says who you are"),
        (
            *_of("signature", "petition_id version_id state number evidence"),
            *_of("signature", "created_at confirmed_at hatched_at withdrawn_at"),
        ),
    ),
    Kept(
        _l("Whether you want to hear more"),
        _l("To write to you about the cause, if you asked for it"),
        ORGANIZERS,
        LIKE_THE_SIGNATURE,
        _of("signature", "subscribe"),
    ),
    Kept(
        _l("Which letters we owe you or have sent you"),
        _l("So that none is lost, none comes twice, and no more than five are sent"),
        NOBODY,
        _l("30 days; the count of letters as long as the signature"),
        (
            *_of("signature", "mail_count mailed_at reminders"),
            *_of("owed_message", "kind subject_id lang created_at due_at state last_error sent_at"),
        ),
    ),
    Kept(
        _l("A fingerprint of an address that takes no mail"),
        _l("So that we do not write there again; it cannot be turned back into the address"),
        NOBODY,
        _l("As long as this site"),
        _of("undeliverable_address", "digest reason since"),
    ),
    Kept(
        _l("An unconfirmed signature"),
        _l("To wait for your answer to our letter"),
        NOBODY,
        _l("%(days)s days, then it is erased"),
        (),
        days="ERASE_PENDING_DAYS",
    ),
    Kept(
        _l("A second try to sign with the same address"),
        _l("So that the answer on screen never tells who has signed"),
        NOBODY,
        _l("About a second"),
        _of("repeat_signing", "petition_id words"),
    ),
    Kept(
        _l("A signature set aside"),
        _l("To look closer where something is unusual, such as very many from one place at once"),
        ORGANIZERS,
        _l("If you confirm it, until an organizer has looked at it; if nobody does, %(days)s days like any other"),
        _of("signature", "held_reason reviewed_at rejected_at"),
        days="ERASE_PENDING_DAYS",
    ),
    Kept(
        _l("A withdrawn signature"),
        _l("So that you can undo it"),
        NOBODY,
        _l("%(days)s days, then it is erased"),
        (),
        days="ERASE_PENDING_DAYS",
    ),
    Kept(
        _l("Your network address"),
        _l("To notice abuse; kept only as a keyed fingerprint that cannot be turned back"),
        NOBODY,
        _l("%(days)s days"),
        _of("signature", "address_digest"),
        days="ADDRESS_DAYS",
    ),
)

GUESTS = (
    Kept(
        _l("Your name, your e-mail address and how many come"),
        _l("To keep your seat, to write to you about it, and to know you at the door"),
        _l("The organizers of the event; never the public"),
        WITH_REGISTRATION,
        _of("registration", "name email email_digest seats lang code event_id"),
        days="REGISTRATION_DAYS",
    ),
    Kept(
        _l("Your answers to the event's own questions"),
        _l("What the event says beside the question"),
        _l("The organizers of the event; never the public"),
        WITH_REGISTRATION,
        _of("registration", "answers"),
        days="REGISTRATION_DAYS",
    ),
    Kept(
        _l("Whether you have a seat, wait for one or cancelled, and whether you came"),
        _l("So that a freed seat goes to who waits longest, and the organizers know how many came"),
        _l("The organizers of the event; never the public"),
        WITH_REGISTRATION,
        _of("registration", "state held_reason waits_since cancelled_at checked_in_at created_at mail_count mailed_at reminded sequence"),
        days="REGISTRATION_DAYS",
    ),
)

WORKERS = (
    Kept(
        _l("Your name, your e-mail address and your language"),
        _l("To let you in, and to say who did what"),
        _l("The admins of this site, and who works in the same cause"),
        _l("As long as the audit trail names you"),
        _of("organizer", "name email email_digest lang created_at removed_at"),
    ),
    Kept(
        _l("What you may do, and where"),
        _l("So that each sees only their own causes"),
        ADMINS,
        ACCOUNT,
        _of("role_grant", "organizer_id role cause_id created_at"),
    ),
    Kept(
        _l("By what you are known: password, codes, passkeys, links"),
        _l("To let in nobody but you; passwords and codes only as digests"),
        NOBODY,
        ACCOUNT,
        (
            *_of("organizer", "password_hash totp_secret totp_step"),
            *_of("passkey", "organizer_id credential_id public_key sign_count name transports is_synced created_at used_at"),
            *_of("recovery_code", "organizer_id code_digest used_at"),
            *_of("account_link", "organizer_id purpose invited_by_id created_at expires_at used_at"),
        ),
    ),
    Kept(
        _l("Where you are signed in: kind of browser, network, times"),
        _l("So that you can see it and close what is not yours"),
        _l("You"),
        _l("Twelve hours without use; browsers that are known again, a year"),
        (
            *_of("organizer_session", "organizer_id token_digest stage device address created_at seen_at confirmed_at expires_at"),
            *_of("known_device", "organizer_id token_digest device address lang created_at seen_at"),
        ),
    ),
    Kept(
        _l("What you did, when, why and from which network: the audit trail"),
        _l("So that signers can trust what happens to their data"),
        _l("The admins of this site and the owners of the cause"),
        _l("As long as this site; the database itself refuses to change it"),
        _of("audit_entry", "organizer_id at door address action subject_kind subject_id cause_id reason details"),
    ),
)

KEPT = (*SIGNERS, *GUESTS, *WORKERS)

# Columns of tables with people in them that tell nothing of anybody.
PLAIN = {
    "signature": "id cause_id seat",
    "repeat_signing": "id",
    "registration": "id",
    "owed_message": "id attempts locked_until",
    "organizer": "id",
    "role_grant": "id",
    "passkey": "id",
    "account_link": "id",
    "organizer_session": "id",
    "known_device": "id",
    "audit_entry": "id",
}
# Tables without anybody in them: what organizers publish, sums, and machinery.
IMPERSONAL = set(
    """
    cause cause_text cause_former_slug cause_tally free_number
    petition petition_version petition_text petition_former_slug petition_tally target ledger_entry rule
    event event_text event_petition event_picture event_old_slug
    poster stored_shape lease spent_challenge search_document search_text search_words
    """.split()
)
