"""Create letter actions to test with."""

from campaign.actions.letters.editing import change_letter_settings, change_letter_text
from campaign.actions.letters.models import LETTER
from campaign.extensions import write
from campaign.petitions.editing import change_targets
from campaign.petitions.life_cycles import petition_life_cycle
from campaign.petitions.queries import petition_in_any_state
from campaign.process.clock import utcnow
from tests.factories.causes import make_cause
from tests.factories.petitions import make_petition
from tests.factories.targets import make_target

SETTINGS = {
    "delivery_method": "individual",
    "period": "week",
    "selection": "list",
    "max_per_hour": 30,
    "offers_reply": True,
}
LETTER_TEXTS = {
    "en": {
        "subject": "Bring them home",
        "opening": "I write to you about the missing people of the Valley.",
        "closing": "Please vote for the law.",
    },
    "es": {
        "subject": "Que vuelvan",
        "opening": "Le escribo por las personas desaparecidas del Valle.",
        "closing": "Por favor vote por la ley.",
    },
}
PROMPTS = [
    {
        "name": "",
        "required": True,
        "label": {"en": "What does this mean to you?", "es": "¿Qué significa esto para ti?"},
    }
]


def make_letter_action(
    slug="letters", *, emails=("vela@senate.example",), is_ready=True, state="published", **settings
):
    """Create a letter action with one target, committed.

    One that is not ready has no letter yet.
    """
    cause = make_cause()
    made = make_petition(
        slug,
        cause_id=cause.id,
        action_kind=LETTER,
        state="draft",
        targets=[],
    )
    if is_ready:
        target = make_target(cause.organisation_id, emails)
        common = {"petition_id": made.id, "version": None}
        write(
            change_targets,
            **common,
            targets=[{"en": "Elena Vela", "es": "Elena Vela"}],
            profile_ids=[target.id],
            now=utcnow(),
        )
        write(change_letter_text, **common, texts=LETTER_TEXTS, prompts=PROMPTS, now=utcnow())
        write(change_letter_settings, **common, **{**SETTINGS, **settings})
        if state == "published":
            write(petition_life_cycle.publish, row_id=made.id, now=utcnow())
    return petition_in_any_state(slug)
