"""Test email: queued rows, and a renderer that writes their text."""

from sqlalchemy import select, update

from campaign.extensions import db, write
from campaign.mail.composition import Message
from campaign.mail.models import PERSONAL, OutboxMessage
from campaign.mail.operations import enqueue_many

SETTINGS = {
    "PUBLIC_URL": "https://sign.example.org",
    "MAIL_FROM": "Volante <names@volante.example>",
    "SECRET_KEY": "a-secret-for-tests-only-0123456789abcdef",
}
KIND = "greeting"


def message(**changes):
    """Return a Message to Amalia with `changes`."""
    fields = {
        "to": "amalia@correo.mx",
        "subject": "Amalia, a message for you",
        "text": "Look here:\n\nhttps://sign.example.org/en\n",
        "html": '<p lang="en">Look <a href="https://sign.example.org/en">here</a></p>\n',
        "lang": "en",
    }
    return Message(**{**fields, **changes})


def person(number):
    """Return the email address of the recipient of row `number`."""
    return f"person{number}@correo.mx"


def render_message(row):
    """Render the email for any queued row, as a package would."""
    return message(to=person(row.subject_id), digest=digest_of(person(row.subject_id)))


def digest_of(address):
    return address.encode().ljust(32, b"\0")[:32]


def queue_some(count, *, due_at=None, priority=PERSONAL, **changes):
    """Queue emails about the rows 1 … count, and commit."""

    def enqueue():
        enqueue_many(
            [
                {"kind": KIND, "subject_id": number, "lang": "en", **changes}
                for number in range(1, count + 1)
            ],
            priority=priority,
        )
        if due_at:
            last = db.session.scalars(
                select(OutboxMessage.id).order_by(OutboxMessage.id.desc()).limit(count)
            )
            db.session.execute(
                update(OutboxMessage).where(OutboxMessage.id.in_(last.all())).values(due_at=due_at)
            )

    write(enqueue)


def outbox_rows():
    """Return all queued messages as they are in the database right now, by number."""
    db.session.rollback()
    return db.session.execute(select(OutboxMessage.__table__).order_by(OutboxMessage.id)).all()


def states():
    return [row.state for row in outbox_rows()]
