"""Organizers to test with. Odile Kwan is the organizer, as everywhere; others carry the name of their role."""

from campaign.accounts import keys
from campaign.accounts.models import Grant, Organizer, Passkey
from campaign.accounts.sessions import open_session
from campaign.extensions import db, write
from campaign.lib.times import utcnow
from campaign.organize.presence import SESSION_COOKIE

ODILE = {"email": "odile@kwan.example", "name": "Odile Kwan"}


def make_organizer(role="admin", cause_id=None, *, second_factor=True, **columns):
    """Create an organizer with `role` (None for none), committed; `second_factor` gives a passkey that nobody holds."""
    email = columns.pop("email", ODILE["email"] if role == "admin" else f"{role or 'nobody'}@kwan.example")
    columns = {"name": ODILE["name"] if role == "admin" else (role or "Nobody").title(), "lang": "en", **columns}

    def create():
        organizer = Organizer(email=email, email_digest=keys.email_digest(email), **columns)
        if role:
            organizer.grants = [Grant(role=role, cause_id=cause_id)]
        if second_factor:
            organizer.passkeys = [Passkey(credential_id=email.encode(), public_key=b"none", name="Key")]
        db.session.add(organizer)
        db.session.flush()
        return organizer

    return write(create)


def sign_in(client, organizer):
    """Give `client` a full session of `organizer`, as if they had signed in; return its row."""
    token = keys.new_token()
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
