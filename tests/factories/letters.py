"""Create letter actions and targets to test with. All people and bodies are invented."""

from sqlalchemy import select

from campaign.actions.letters.models import Letter, LetterSettings
from campaign.extensions import db, write
from campaign.petitions.models import Petition, Target
from campaign.targets.models import TargetEmail, TargetProfile
from tests.factories.petitions import TEXTS, make_petition
from tests.factories.signatures import AMALIA, sign, sign_and_hatch

ADDRESS = "o.fenn@valley-council.example"
STORY = (
    "My grandmother taught me to swim in this river when I was six, below the old mill, "
    "and last summer my daughter asked me why the fish were lying on the bank."
)
QUESTIONS = [
    {
        "name": "answer_1",
        "type": "prompt",
        "label": {"en": "What does the river mean to you?", "es": "¿Qué es el río para ti?"},
    },
    {"name": "answer_2", "type": "prompt", "label": {"en": "What should be done first?"}},
    {"name": "age", "type": "text", "label": {"en": "How old are you?"}},
]
KIND_TEXTS = {
    "en": {
        "subject": "Please have the river tested",
        "opening": "I am writing to you about the river. Nobody has said what is in its water.",
        "closing": "Please have it tested, and publish every result.",
    },
    "es": {
        "subject": "Que se analice el río",
        "opening": "Le escribo por el río. Nadie ha dicho qué hay en su agua.",
        "closing": "Le pido que se analice y que se publique cada resultado.",
    },
}
LETTER_TEXTS = {lang: {**text, "kind_texts": KIND_TEXTS[lang]} for lang, text in TEXTS.items()}


def make_letter_action(slug="river", *, delivery_method="individual", targets=1, **settings):
    """Create an open letter action with some targets, committed, and return it."""
    settings = {"questions": QUESTIONS, "texts": LETTER_TEXTS, "targets": [], **settings}
    petition = make_petition(slug, action_kind="letter", **settings)
    write(
        lambda: db.session.add(
            LetterSettings(petition_id=petition.id, delivery_method=delivery_method)
        )
    )
    for place in range(targets):
        add_target(petition, address=ADDRESS if place == 0 else f"t{place}@council.example")
    return db.session.get_one(Petition, petition.id)


def add_target(petition, *, address=ADDRESS, status="unknown", is_target=True, **columns):
    """Create a target of the action's organisation, committed, and return the id of its profile.

    Without an `address` it has none. Without `is_target` the action does not write to it.
    """
    columns = {"names": {"en": "Orla Fenn", "es": "Orla Fenn"}, **columns}

    def create():
        petition_row = db.session.get_one(Petition, petition.id)
        emails = [TargetEmail(address=address, status=status)] if address else []
        profile = TargetProfile(
            organisation_id=petition_row.cause.organisation_id, emails=emails, **columns
        )
        db.session.add(profile)
        db.session.flush()
        if is_target:
            db.session.add(
                Target(
                    petition_id=petition.id,
                    position=len(petition_row.targets) + profile.id,
                    names=profile.names,
                    profile_id=profile.id,
                )
            )
        return profile.id

    return write(create)


def target_ids(petition):
    """Return the ids of the profiles of an action's targets, in order."""
    db.session.rollback()
    query = select(Target.profile_id).where(Target.petition_id == petition.id)
    return list(db.session.scalars(query.order_by(Target.position)))


def response(petition, person=AMALIA, *, targets=None, answers=None, is_shared=False, **more):
    """Return the arguments of a response to a letter action, as `sign` takes them."""
    return {
        "petition": petition,
        "person": person,
        "answers": {"answer_1": STORY, "answer_2": "", **(answers or {})},
        "kind_data": {
            "targets": target_ids(petition) if targets is None else targets,
            "shares_address": is_shared,
        },
        **more,
    }


def write_letter(petition, person=AMALIA, **more):
    """Write, confirm and count a letter, and return the id of the response."""
    return sign_and_hatch(**response(petition, person, **more))


def write_unconfirmed(petition, person=AMALIA, **more):
    """Write a letter without confirming it and return the id of the response."""
    return sign(**response(petition, person, **more))


def letters():
    """Return all letters as they are in the database now, oldest first."""
    db.session.rollback()
    return db.session.scalars(
        select(Letter).order_by(Letter.id).execution_options(populate_existing=True)
    ).all()


def set_letter(letter_id, **columns):
    """Set columns of a letter directly, as what sends letters would."""

    def change():
        for name, value in columns.items():
            setattr(db.session.get_one(Letter, letter_id), name, value)

    write(change)
