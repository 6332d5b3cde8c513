"""Choose the targets of a letter action from those that its organisation knows."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Self

from flask import flash, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectChoice, SelectMultipleField

from campaign.actions.letters.readiness import reaches
from campaign.i18n.fallbacks import best_text
from campaign.organisations.identity import identities
from campaign.organize.core.access import allowed
from campaign.organize.core.edit_conflicts import save
from campaign.organize.core.fields import LineField, VersionField, max_length, moved
from campaign.organize.core.scope import load_letter_action
from campaign.organize.petitions.parts import onward
from campaign.organize.petitions.routes import audit_event_of, blueprint, editor_of
from campaign.organize.petitions.versions import review_of, saved
from campaign.petitions.editing import change_targets
from campaign.petitions.models import Petition
from campaign.petitions.readiness import PetitionNotReady
from campaign.process.clock import utcnow
from campaign.targets.models import TargetProfile
from campaign.targets.presenters import TargetCard, target_card
from campaign.targets.queries import profile_count, profiles_by_ids, search_profiles

MAX_TARGETS = 500
MAX_RESULTS = 30
MAX_QUERY_LENGTH = 100
MAX_ID_DIGITS = 15
NO_TARGET = _l("The action is public, so it needs a target. Choose at least one.")
TOO_MANY = _l("Choose %(max)s targets or fewer.", max=MAX_TARGETS)


class Choice(NamedTuple):
    """A target as the page shows it. `reason` says why letters cannot be sent to it, if so."""

    id: int
    card: TargetCard
    reason: str


def _profile_id(value: Any) -> int:
    text = str(value)
    if not text.isascii() or not text.isdecimal() or len(text) > MAX_ID_DIGITS:
        raise ValueError("no id of a target")
    return int(text)


class LetterTargetsForm(FlaskForm):
    """The chosen targets in order, and a search for others. `add` are the checked results."""

    version = VersionField()
    profiles = SelectMultipleField(_l("Addressed to"), coerce=_profile_id, validate_choice=False)
    add = SelectMultipleField(_l("Results"), coerce=_profile_id, validate_choice=False)
    q = LineField(_l("Search by name, office, institution or area"), [max_length(MAX_QUERY_LENGTH)])

    @classmethod
    def of(cls, petition: Petition) -> Self:
        ids = [target.profile_id for target in petition.targets if target.profile_id]
        return cls.with_ids(petition, ids, version=petition.version_of("settings"))

    @classmethod
    def with_ids(cls, petition: Petition, ids: Iterable[int], *, version: int, q: str = "") -> Self:
        """Return the form with these targets chosen, each once."""
        chosen = list(dict.fromkeys(ids))
        form = cls(formdata=None, data={"version": version, "profiles": chosen, "q": q})
        return form.named(petition)

    def named(self, petition: Petition) -> Self:
        """Name the chosen targets, for people who compare two editors' choices. Return the form."""
        self.profiles.choices = [
            SelectChoice(profile.id, best_text(profile.names, g.lang))
            for profile in _known(petition, self.profiles.data or ()).values()
        ]
        return self

    def ids(self) -> list[int]:
        """Return the ids of the chosen targets, and of those checked among the results."""
        return list(dict.fromkeys([*(self.profiles.data or ()), *(self.add.data or ())]))


@blueprint.get("/<slug>/letter-targets", endpoint="letter_targets")
@allowed("petitions.edit", load_letter_action)
def edit_letter_targets(petition: Petition) -> ResponseReturnValue:
    return _render_page(petition, LetterTargetsForm.of(petition))


@blueprint.post("/<slug>/letter-targets")
@allowed("petitions.edit", load_letter_action)
def save_letter_targets(petition: Petition) -> ResponseReturnValue:
    """Save the targets, or search and choose among them. Only saving changes anything."""
    form = LetterTargetsForm().named(petition)
    if not form.validate():
        return _render_page(petition, form, 422)
    press, version, q = request.form.get("press", ""), form.version.data, form.q.data
    shown = _chosen_after(petition, form, press)
    if shown is not None:
        return _render_page(
            petition, LetterTargetsForm.with_ids(petition, shown, version=version, q=q)
        )
    known = _known(petition, form.ids())
    form = LetterTargetsForm.with_ids(petition, known, version=version, q=q)
    error = _error(petition, known)
    if error:
        form.profiles.errors = [error]
        return _render_page(petition, form, 422)
    names = [_names(profile) for profile in known.values()]
    here = "organize.petitions.letter_targets"
    if page := review_of(petition, "settings", version, here, targets=names):
        return page
    number = petition.current_version.number
    try:
        changed = save(
            editor_of(petition, form, LetterTargetsForm.of, _render_page),
            audit_event_of("petitions.edit", petition, part="targets"),
            change_targets,
            petition_id=petition.id,
            targets=names,
            profile_ids=list(known),
            now=utcnow(),
        )
    except PetitionNotReady:
        # The action was published while we looked.
        form.profiles.errors = [NO_TARGET]
        return _render_page(petition, form, 422)
    flash(saved(number, changed), "success")
    return onward(petition, "letter_targets")


def _chosen_after(petition: Petition, form: LetterTargetsForm, press: str) -> list[int] | None:
    """Return what is chosen after a press on a button that does not save, else None."""
    if press == "search":
        return form.ids()
    if press == "back":
        return list(form.profiles.data or ())
    if press == "choose":
        return form.ids()
    if press == "choose-all":
        results = _search(petition, form.q.data, MAX_TARGETS)
        return [*form.ids(), *(profile.id for profile in results)]
    return moved(form.ids(), press) if press != "add" else None


def _error(petition: Petition, known: dict[int, TargetProfile]) -> Any:
    if len(known) > MAX_TARGETS:
        return TOO_MANY
    return NO_TARGET if petition.state != "draft" and not known else None


def _known(petition: Petition, ids: Sequence[int]) -> dict[int, TargetProfile]:
    """Return those of the targets that exist and were not removed, in the order of their ids."""
    profiles = profiles_by_ids(ids, organisation_id=petition.cause.organisation_id)
    present = {profile_id: profiles[profile_id] for profile_id in ids if profile_id in profiles}
    return {key: profile for key, profile in present.items() if profile.removed_at is None}


def _search(petition: Petition, query: str, limit: int) -> Sequence[TargetProfile]:
    return search_profiles(
        organisation_id=petition.cause.organisation_id, query=query or "", limit=limit
    )


def _names(profile: TargetProfile) -> dict[str, str]:
    """Return how the page names a target: its name and office in each language."""
    return {
        lang: ", ".join(filter(None, (name, profile.offices.get(lang))))
        for lang, name in profile.names.items()
        if name
    }


def _choices(profiles: Iterable[TargetProfile]) -> list[Choice]:
    listed = list(profiles)
    return [
        Choice(profile.id, target_card(profile, g.lang), reached.reason)
        for profile, reached in zip(listed, reaches(listed), strict=True)
    ]


def _render_page(petition: Petition | Any, form: Any, status: int = 200) -> tuple[str, int]:
    chosen = _known(petition, form.profiles.data or ())
    query = form.q.data or ""
    organisation_id = petition.cause.organisation_id
    results = [
        profile
        for profile in _search(petition, query, MAX_RESULTS + len(chosen))
        if profile.id not in chosen
    ]
    return render_template(
        "organize/petitions/letter_targets.html",
        petition=petition,
        form=form,
        chosen=_choices(chosen.values()),
        results=_choices(results[:MAX_RESULTS]),
        result_count=profile_count(organisation_id=organisation_id, query=query),
        has_targets=bool(profile_count(organisation_id=organisation_id)),
        organisation_slug=identities().of(organisation_id).slug,
        title=petition.current_version.text(g.lang, petition.original_lang).title,
    ), status
