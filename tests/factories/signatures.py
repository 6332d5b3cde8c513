"""Create signatures to test with, and define the three people used everywhere. All are invented.

Amalia Rosales is the supporter. Teo Brandt lives with her: same email address, same postal code.
Odile Kwan is the organizer, who signs with a different email address.
"""

from dataclasses import fields
from datetime import timedelta
from types import SimpleNamespace

from sqlalchemy import select, update

from campaign.extensions import db, write
from campaign.mail.models import OutboxMessage
from campaign.process.clock import utcnow
from campaign.sharing.operations import confirm_and_assign_text
from campaign.signatures import tokens
from campaign.signatures.counting.hatching import hatch
from campaign.signatures.models import RepeatSigning, Signature
from campaign.signatures.operations import THANKS
from campaign.signatures.owner import operations as owner_operations
from campaign.signatures.signing import accept_signatures
from campaign.signatures.signing.commands import SignatureCommand, SupporterDetails
from campaign.signatures.signing.repeats import REPEATS_WAIT, answer_repeats
from campaign.text.typed_codes import spaced
from tests.factories.petitions import terms_of

AMALIA = {
    "given_name": "Amalia",
    "family_name": "Rosales",
    "email": "amalia@rosales.example",
    "country": "CA",
    "postal_code": "M5V 2T6",
}
TEO = {**AMALIA, "given_name": "Teo", "family_name": "Brandt"}
ODILE = {
    "given_name": "Odile",
    "family_name": "Kwan",
    "email": "odile@kwan.example",
    "country": "CA",
    "postal_code": "H3Z 2Y7",
}
WEEK = timedelta(days=7)
COMMAND = {field.name for field in fields(SignatureCommand)}
JSON = {"Accept": "application/json"}


def post_signature(client, petition, form_data, *, lang="en", address="127.0.0.1", **options):
    """Send the signing form filled with `form_data`, from the IP address `address`."""
    path = f"/{lang}/petitions/{petition.slug}/signatures"
    return client.post(path, data=form_data, environ_overrides={"REMOTE_ADDR": address}, **options)


def sign(petition, person=AMALIA, *, now=None, **more):
    """Sign as the form does, committed, and answer repeats as the worker does.

    Return the id of the row for this person.
    """
    now = now or utcnow()
    command = signature_command(petition, person, now=now, **more)
    [result] = accept(command)
    if result.error:
        raise result.error
    answer_now(now=now)
    return result.signature_id or _repeated(petition, command.supporter)


def sign_unanswered(petition, person):
    """Sign as the form does, committed. Any answer to a repeat waits for the worker."""
    accept(signature_command(petition, person))


def accept(*commands):
    """Accept signatures in a committed transaction and return the results."""
    return write(accept_signatures, commands=commands)


def signature_command(petition, person=AMALIA, *, now=None, version=None, **more):
    """Return the command to sign. `more` are further details of the supporter or of the command."""
    now = now or utcnow()
    details = {**person, **more}
    command = {name: details.pop(name) for name in COMMAND & details.keys()}
    email = details["email"] = details["email"] or None
    return SignatureCommand(
        terms=terms_of(petition, version=version, now=now),
        supporter=SupporterDetails(
            **details,
            email_digest=email and tokens.email_digest(email),
            person_digest=tokens.person_digest(
                details["given_name"], details["family_name"], details["postal_code"]
            ),
        ),
        **{"lang": "en", "signed_at": now, "received_at": now, **command},
    )


def forms():
    """Return the forms that wait beside their signatures, oldest first."""
    db.session.rollback()
    query = select(RepeatSigning).order_by(RepeatSigning.id)
    rows = db.session.scalars(query.execution_options(populate_existing=True)).all()
    columns = RepeatSigning.__table__.c.keys()
    return [SimpleNamespace(**{name: getattr(row, name) for name in columns}) for row in rows]


def form_link(form, lang="en"):
    """Return the link in the email about a later form."""
    return f"/{lang}/signatures/confirm/{tokens.form_token(form.id, row(form.signature_id))}"


def code(signature_id):
    """Return the code in the email about the first form, as people see it."""
    return spaced(tokens.confirm_code(row(signature_id), None))


def form_code(form):
    """Return the code in the email about a later form."""
    return spaced(tokens.confirm_code(row(form.signature_id), form.id))


def enter_code(client, email, code, *, lang="en", address="127.0.0.1", **options):
    """Send the form for a code, from the IP address `address`."""
    data = {"email": email, "code": code}
    path = f"/{lang}/c"
    return client.post(path, data=data, environ_overrides={"REMOTE_ADDR": address}, **options)


def confirm_form(form, *, now=None):
    return confirm(form.signature_id, form_id=form.id, now=now)


def repeats_wait():
    """Return whether the worker has repeat signings to answer."""
    return db.session.scalar(select(REPEATS_WAIT))


def answer_now(*, now=None):
    """Answer people who signed again, as the worker does."""
    return write(answer_repeats, now=now or utcnow(), good_for=WEEK)


def _repeated(petition, supporter):
    """Return the id of the row of this person, or of this email address."""
    in_petition = [row for row in rows() if row.petition_id == petition.id]
    with_address = [entry for entry in in_petition if entry.email_digest == supporter.email_digest]
    same_person = [item for item in with_address if item.person_digest == supporter.person_digest]
    return (same_person or with_address)[0].id


def sign_many(petition, count, **more):
    """Sign with `count` email addresses and return the ids."""
    return [
        sign(petition, ODILE, email=f"odile.{place}@kwan.example", **more) for place in range(count)
    ]


def confirm(signature_id, *, form_id=None, now=None):
    """Confirm as the button of the email's page does."""
    return write(
        confirm_and_assign_text,
        signature_id=signature_id,
        form_id=form_id,
        lang="en",
        now=now or utcnow(),
        good_for=WEEK,
    )


def hatch_now(*, holder="test", now=None, **options):
    return write(hatch, holder=holder, now=now or utcnow(), **options)


def sign_and_hatch(petition, person=AMALIA, **more):
    """Sign, confirm and hatch, and return the id."""
    signature_id = sign(petition, person, **more)
    confirm(signature_id)
    hatch_now()
    return signature_id


def withdraw(signature_id, *, now=None):
    return write(owner_operations.withdraw, **owned(signature_id), now=now or utcnow())


def restore(signature_id):
    return write(owner_operations.restore, **owned(signature_id))


def owned(signature_id):
    """Return the signature and its email address, as the operations of its supporter take them."""
    signature = row(signature_id)
    return {
        "signature_id": signature_id,
        "email_digest": signature.email_digest,
        "email": signature.email,
    }


def change(signature_id, **columns):
    """Set columns directly, as time or an organizer would."""
    write(
        lambda: db.session.execute(
            update(Signature).where(Signature.id == signature_id).values(**columns)
        )
    )


def row(signature_id):
    """Return the signature as it is in the database now, or None."""
    db.session.rollback()
    return db.session.get(Signature, signature_id, populate_existing=True)


def rows():
    """Return all signatures as they are in the database now, oldest first."""
    db.session.rollback()
    return db.session.scalars(
        select(Signature).order_by(Signature.id).execution_options(populate_existing=True)
    ).all()


def columns_of_rows():
    """Return every column of all signatures, to compare them with what they are later."""
    return [
        {column.name: getattr(row, column.name) for column in row.__table__.c} for row in rows()
    ]


def queued_emails():
    """Return (kind, id of the signature, language) of all queued email, in order.

    The thanks that each first confirmation queues are left out.
    """
    db.session.rollback()
    message = OutboxMessage.__table__.c
    return [
        tuple(row)
        for row in db.session.execute(
            select(message.kind, message.subject_id, message.lang)
            .where(message.kind != THANKS)
            .order_by(message.id)
        )
    ]


def link(purpose, signature_id, lang="en"):
    """Return the link in an email: `confirm`, `mine`, or the `hatched` page of the receipt."""
    token = tokens.token_for("receipt" if purpose == "hatched" else purpose, row(signature_id))
    return f"/{lang}/signatures/{purpose}/{token}"
