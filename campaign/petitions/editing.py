"""Edit a petition: its text, targets, form, dates, goal and address.

Each function takes the `version` of its part that the editor's form showed, None without a form.
It raises EditConflict if another editor has saved that part since.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from campaign.db.versioned import check_part
from campaign.errors import CampaignError
from campaign.extensions import db, load_for_update
from campaign.petitions.models import Petition, Target
from campaign.petitions.operations import slugs
from campaign.petitions.queries import petition_counts
from campaign.petitions.questions import prompts_among, without_prompts
from campaign.petitions.readiness import TEXT_FAULTS, Fault, PetitionNotReady, faults_of
from campaign.petitions.versions import texts_of, update_versions, with_kind_texts
from campaign.petitions.wording import PART, set_wording
from campaign.targets.queries import profiles_by_ids


class ResponsesCounted(CampaignError):
    """Responses are counted already, with or without butterflies as they were counted."""

    status = 409


def change_petition_text(
    *, petition_id: int, version: int | None, texts: dict[str, dict[str, Any]], now: datetime
) -> Petition:
    """Change the text and return the petition.

    `texts` maps a language to the columns of `PetitionText`. Without `kind_texts` those stay.
    Before the petition opens nobody can have signed, so the text changes in place. Afterwards each
    change makes a new version. Signatures keep pointing at the version they were made under.

    Raise PetitionNotReady if a public petition would lose part of its text.
    """
    petition = load_for_update(Petition, petition_id)
    texts = with_kind_texts(petition.current_version, texts)
    if current_texts(petition) == texts:
        # The button was pressed twice or nothing was changed, so we make no new version.
        return petition
    check_part(petition, "text", version)
    update_versions(petition, now, texts)
    if petition.state != "draft":
        _demand_complete(petition, now)
    db.session.flush()
    return petition


def current_texts(petition: Petition) -> dict[str, dict[str, Any]]:
    """Return the current text in the form that `change_petition_text` takes."""
    return texts_of(petition.current_version)


def change_targets(
    *,
    petition_id: int,
    version: int | None,
    targets: Sequence[Mapping[str, str]],
    profile_ids: Sequence[int | None] | None = None,
    now: datetime,
) -> Petition:
    """Set the targets in this order. `targets` is a list of {language: name}.

    `profile_ids` has for each target its profile, None for one that was typed. Those of other
    organisations are ignored. Without it, targets with the same names keep their profiles.

    Once the petition has opened this makes a new version. Raise PetitionNotReady if a
    public petition would have no target.
    """
    petition = _load_settings(petition_id, version)
    if petition.state != "draft" and not targets:
        raise PetitionNotReady([Fault("target")])
    chosen = _profiles_of(petition, targets, profile_ids)
    kept = _kept_targets(petition, targets, chosen)
    # Positions are unique, so we move the old targets away before the new ones take theirs.
    for position, target in enumerate(petition.targets):
        target.position = -1 - position
    db.session.flush()
    petition.targets = [
        _placed(kept.get(position) or Target(), position, names, profile_id)
        for position, (names, profile_id) in enumerate(zip(targets, chosen, strict=True))
    ]
    update_versions(petition, now)
    db.session.flush()
    return petition


def _kept_targets(
    petition: Petition, targets: Sequence[Mapping[str, str]], profile_ids: Sequence[int | None]
) -> dict[int, Target]:
    """Return {position: row} for the targets that stay, since answers and links name their rows."""
    free, kept = list(petition.targets), {}
    for position, (names, profile_id) in enumerate(zip(targets, profile_ids, strict=True)):
        same = next(
            (old for old in free if profile_id is not None and old.profile_id == profile_id),
            None,
        ) or next((old for old in free if old.names == names), None)
        if same is not None:
            free.remove(same)
            kept[position] = same
    return kept


def _placed(
    target: Target, position: int, names: Mapping[str, str], profile_id: int | None
) -> Target:
    target.position, target.names, target.profile_id = position, dict(names), profile_id
    return target


def _profiles_of(
    petition: Petition,
    targets: Sequence[Mapping[str, str]],
    profile_ids: Sequence[int | None] | None,
) -> list[int | None]:
    """Return the profile of each target, None for one without."""
    if profile_ids is None:
        return [
            next((old.profile_id for old in petition.targets if old.names == names), None)
            for names in targets
        ]
    known = profiles_by_ids(
        set(filter(None, profile_ids)), organisation_id=petition.cause.organisation_id
    )
    return [profile_id if profile_id in known else None for profile_id in profile_ids]


def change_form(
    *,
    petition_id: int,
    version: int | None,
    required_fields: list[str],
    questions: list[dict[str, Any]],
    confirmation: str,
    two_per_address: bool,
    neutral_emails: bool,
    now: datetime,
    offers_answers: bool | None = None,
    has_butterflies: bool | None = None,
) -> Petition:
    """Set what supporters are asked and how we email them. See Petition for the columns.

    Prompts, which another form edits, stay. Once the petition has opened, different questions make
    a new version. If `offers_answers` or `has_butterflies` is None, it stays unchanged. Raise
    ResponsesCounted if it would change although responses are counted.
    """
    petition = _load_settings(petition_id, version)
    if has_butterflies not in (None, petition.has_butterflies):
        if petition_counts([petition_id])[petition_id]:
            raise ResponsesCounted(petition_id)
        petition.has_butterflies = not petition.has_butterflies
    petition = _assign(
        petition,
        required_fields=required_fields,
        # Another editor may have changed the prompts since.
        questions=[*prompts_among(petition.questions), *without_prompts(questions)],
        confirmation=confirmation,
        two_per_address=two_per_address,
        neutral_emails=neutral_emails,
        offers_answers=petition.offers_answers if offers_answers is None else offers_answers,
    )
    update_versions(petition, now)
    db.session.flush()
    return petition


def change_dates(
    *,
    petition_id: int,
    version: int | None,
    opens_at: datetime | None,
    closes_at: datetime | None,
    time_zone: str,
    deliver_on: date | None,
    deliver_places: dict[str, str],
    now: datetime,
) -> Petition:
    """Set when the petition can be signed, and when and where its signatures are delivered."""
    petition = _set(
        petition_id,
        version,
        opens_at=opens_at,
        closes_at=closes_at,
        time_zone=time_zone,
        deliver_on=deliver_on,
        deliver_places=deliver_places,
    )
    if petition.state != "draft" and not petition.has_opened(now):
        petition.opened_at = max(now, opens_at or now)
        db.session.flush()
    return petition


def change_goal(*, petition_id: int, version: int | None, goal: int) -> Petition:
    """Set the goal."""
    petition = load_for_update(Petition, petition_id)
    check_part(petition, "goal", version)
    petition.goal = goal
    db.session.flush()
    return petition


def change_wording(
    *,
    petition_id: int,
    version: int | None,
    texts: Mapping[str, Mapping[str, str]],
    sends_thanks: bool,
) -> Petition:
    """Set the wording in these languages, {language: {name: text}}, and whether we email thanks.

    Raise WordingRefused.
    """
    petition = load_for_update(Petition, petition_id)
    check_part(petition, PART, version)
    set_wording(petition, texts)
    petition.sends_thanks = sends_thanks
    db.session.flush()
    return petition


def change_petition_slug(*, petition_id: int, version: int | None, slug: str) -> Petition:
    """Change the slug. The old address of a public petition redirects. Raise SlugTaken."""
    petition = load_for_update(Petition, petition_id)
    if petition.slug == slug:
        return petition
    check_part(petition, "settings", version)
    slugs.change(petition, slug)
    return petition


def _set(petition_id: int, version: int | None, **columns: Any) -> Petition:
    return _assign(_load_settings(petition_id, version), **columns)


def _assign(petition: Petition, **columns: Any) -> Petition:
    for name, value in columns.items():
        setattr(petition, name, value)
    db.session.flush()
    return petition


def _load_settings(petition_id: int, version: int | None) -> Petition:
    """Return the petition, whose settings have their next version. Raise EditConflict."""
    petition = load_for_update(Petition, petition_id)
    check_part(petition, "settings", version)
    return petition


def _demand_complete(petition: Petition, now: datetime) -> None:
    missing = [fault for fault in faults_of(petition, now) if fault.code in TEXT_FAULTS]
    if missing:
        raise PetitionNotReady(missing)
