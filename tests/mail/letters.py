"""Mail to test with: owed rows, and a composer that words them."""

from sqlalchemy import select

from campaign.extensions import db, write
from campaign.mail.composition import Message
from campaign.mail.models import OwedMessage
from campaign.mail.operations import owe

SETTINGS = {"PUBLIC_URL": "https://sign.example.org", "MAIL_FROM": "Volante <names@volante.example>"}
KIND = "greeting"


def message(**changes):
    """Return a Message to Amalia with `changes`."""
    fields = {
        "to": "amalia@correo.mx",
        "subject": "Amalia, is this your signature?",
        "text": "Look here:\n\nhttps://sign.example.org/en\n",
        "html": '<p lang="en">Look <a href="https://sign.example.org/en">here</a></p>\n',
        "lang": "en",
    }
    return Message(**{**fields, **changes})


def person(number):
    """Return the address that the mail about row `number` goes to."""
    return f"person{number}@correo.mx"


def word(owed):
    """Word any owed row, as a room would."""
    return message(to=person(owed.subject_id), digest=digest_of(person(owed.subject_id)))


def digest_of(address):
    return address.encode().ljust(32, b"\0")[:32]


def owe_some(count, **changes):
    """Owe mail about the rows 1 … count, committed."""

    def owe_all():
        for number in range(1, count + 1):
            owe(**{"kind": KIND, "subject_id": number, "lang": "en", **changes})

    write(owe_all)


def owed_rows():
    """Return all owed messages as they are in the database now, by number."""
    db.session.rollback()
    return db.session.execute(select(OwedMessage.__table__).order_by(OwedMessage.id)).all()


def states():
    return [row.state for row in owed_rows()]
