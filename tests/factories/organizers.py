"""Create organizers to test with.

Odile Kwan is the organizer, as everywhere. Others are named after their role.
"""

from campaign.accounts import tokens
from campaign.accounts.audit import entries
from campaign.accounts.factors import new_secret, start_codes
from campaign.accounts.models import Grant, Organizer, Passkey
from campaign.accounts.operations import set_password
from campaign.accounts.passwords import hash_password
from campaign.accounts.sessions import open_session
from campaign.extensions import db, write
from campaign.organize.core.identity import SESSION_COOKIE
from campaign.process.clock import utcnow

PASSWORD = "otter violin Tuesday cardamom"
ODILE = {"email": "odile@kwan.example", "name": "Odile Kwan"}


def make_organizer(
    role="admin", cause_id=None, *, organisation_id=None, second_factor=True, **columns
):
    """Create an organizer with `role` (None for no role), committed.

    `second_factor` adds a passkey that nobody holds.
    """
    email = columns.pop(
        "email", ODILE["email"] if role == "admin" else f"{role or 'nobody'}@kwan.example"
    )
    columns = {
        "name": ODILE["name"] if role == "admin" else (role or "Nobody").title(),
        "lang": "en",
        **columns,
    }

    def create():
        organizer = Organizer(email=email, email_digest=tokens.email_digest(email), **columns)
        organizer.grants = (
            [Grant(role=role, cause_id=cause_id, organisation_id=organisation_id)] if role else []
        )
        key = Passkey(credential_id=email.encode(), public_key=b"none", name="Key")
        organizer.passkeys = [key] if second_factor else []
        db.session.add(organizer)
        db.session.flush()
        return organizer

    return write(create)


def with_password(organizer):
    """Give an organizer PASSWORD, committed, and return them."""
    write(set_password, organizer_id=organizer.id, password_hash=hash_password(PASSWORD))
    return fresh(organizer)


def with_app(organizer):
    """Give an organizer an app as second factor, committed, and return its secret."""
    secret = new_secret()
    write(start_codes, organizer_id=organizer.id, secret=secret, step=0)
    return secret


def fresh(organizer):
    """Return the organizer as they are in the database now."""
    db.session.rollback()
    return db.session.get(Organizer, organizer.id, populate_existing=True)


def trail():
    """Return (action, id of the actor, subject) of all audit events, oldest first."""
    db.session.rollback()
    return [
        (e.action, e.organizer_id, (e.subject_kind, e.subject_id))
        for e in reversed(entries(limit=500))
    ]


def sign_in(client, organizer):
    """Give `client` a full session of `organizer`, as if they had signed in, and return its row."""
    token = tokens.new_token()
    session = write(
        open_session,
        organizer_id=organizer.id,
        token=token,
        stage="full",
        device="Firefox, Linux",
        address="203.0.113.77",
        now=utcnow(),
    )
    client.set_cookie(SESSION_COOKIE, token, path="/organize")
    return session
