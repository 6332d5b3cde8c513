"""The letter action of a demonstration, its invented target, and a few letters to it."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from campaign.actions.letters.editing import SETTINGS, change_letter_settings, letter_settings
from campaign.actions.letters.models import LETTER
from campaign.causes.models import Cause
from campaign.demo.content_types import DemoLetter, DemoLetterText, DemoSampleLetter, DemoTarget
from campaign.demo.signers import add_rows
from campaign.extensions import db
from campaign.petitions.models import Petition, Target
from campaign.petitions.operations import create_petition
from campaign.petitions.questions import PROMPT
from campaign.petitions.versions import copy_terms
from campaign.process.clock import utcnow
from campaign.signatures import tokens
from campaign.targets.operations import create_profile

LETTER_TEXTS = ("subject", "opening", "closing")
# The time between two letters. The last one is from right now.
PAUSE = timedelta(hours=7)


def create_letter_action(cause: Cause, demo: DemoLetter, position: int) -> Petition:
    """Create a letter action with its targets and its confirmed sample letters, and return it."""
    now = utcnow()
    action = create_petition(
        cause_id=cause.id,
        slug=demo.slug,
        action_kind=LETTER,
        position=position,
        texts={lang: _texts(text) for lang, text in demo.texts.items()},
        targets=[],
        goal=demo.goal,
        opens_at=demo.opens_at,
        required_fields=list(demo.required),
        questions=[
            {
                "name": f"answer_{number}",
                "type": PROMPT,
                "required": prompt.required,
                "label": dict(prompt.labels),
            }
            for number, prompt in enumerate(demo.prompts, 1)
        ],
        original_lang=demo.original_language,
    )
    profile_ids = [_create_target(cause, action, target, now) for target in demo.targets]
    copy_terms(action)
    settings = {name: getattr(letter_settings(action.id), name) for name in SETTINGS}
    change_letter_settings(
        petition_id=action.id, version=None, **{**settings, "delivery_method": demo.delivery_method}
    )
    first = now - PAUSE * (len(demo.samples) - 1)
    add_rows(
        [
            _row(action, sample, profile_ids, first + PAUSE * number)
            for number, sample in enumerate(demo.samples)
        ]
    )
    return action


def _create_target(cause: Cause, action: Petition, demo: DemoTarget, now: datetime) -> int:
    profile = create_profile(
        organisation_id=cause.organisation_id,
        emails=[(demo.address, "unknown")],
        now=now,
        target_kind="body",
        names=dict(demo.names),
        bodies=dict(demo.bodies),
        salutations=dict(demo.salutations),
    )
    names = dict(demo.names)
    action.targets.append(Target(position=len(action.targets), names=names, profile_id=profile.id))
    db.session.flush()
    return profile.id


def _texts(text: DemoLetterText) -> dict[str, Any]:
    columns = asdict(text)
    kind_texts = {name: columns.pop(name) for name in LETTER_TEXTS}
    return {**columns, "kind_texts": kind_texts}


def _row(
    action: Petition, sample: DemoSampleLetter, profile_ids: list[int], at: datetime
) -> dict[str, Any]:
    local = f"{sample.given_name}.{sample.family_name}".lower().replace(" ", "-")
    email = f"{local}@letters.example"
    return {
        "petition_id": action.id,
        "cause_id": action.cause_id,
        "version_id": action.current_version.id,
        "state": "confirmed",
        "evidence": "email",
        "lang": sample.lang,
        "given_name": sample.given_name,
        "family_name": sample.family_name,
        "email": email,
        "email_digest": tokens.email_digest(email),
        "person_digest": tokens.person_digest(sample.given_name, sample.family_name, ""),
        "country": sample.country,
        "name_display": "full",
        "answers": {f"answer_{number}": text for number, text in enumerate(sample.answers, 1)},
        "kind_data": {"targets": profile_ids, "shares_address": False},
        "created_at": at,
        "mailed_at": at,
        "confirmed_at": at,
    }
