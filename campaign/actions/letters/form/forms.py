"""The fields that a letter has and a petition has not: its targets, and replies."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext as ngettext
from wtforms import BooleanField, Field
from wtforms.form import BaseForm
from wtforms.widgets import HiddenInput

from campaign.actions.letters.form.targets import (
    MAX_TARGETS,
    earlier_targets,
    likely_targets,
    offered_targets,
    settings_of,
)
from campaign.process.clock import utcnow
from campaign.signatures.fields import Missing
from campaign.site.settings import local_day


class TargetsField(Field):
    """The ids of the targets that the supporter chose.

    If there is only one target, supporters need not choose it. The same is true of the only target
    in the area of their postal code.
    """

    widget = HiddenInput()
    data: list[int]

    def __init__(self, label: Any = None, *, action_id: int = 0, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self._action_id = action_id

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take the ids that were sent. Ignore what is no number."""
        ids = (str(value) for value in valuelist)
        self.data = list(dict.fromkeys(int(text) for text in ids if text.isdecimal()))

    def process_data(self, value: Any) -> None:
        """Begin with nothing chosen."""
        self.data = list(value or ())

    def pre_validate(self, form: BaseForm) -> None:
        """Check that the chosen ones are targets of the action. Raise Missing."""
        targets = offered_targets(self._action_id, local_day(utcnow()))
        known = {target.id for target in targets}
        self.data = [profile_id for profile_id in self.data if profile_id in known]
        if not self.data:
            likely = likely_targets(
                targets,
                settings_of(self._action_id),
                country=form["country"].data or "",
                postal_code=form["postal_code"].data or "",
            )
            self.data = [target.id for target in likely] if len(likely) == 1 else []
        if not self.data:
            raise Missing(_l("Choose who to write to."))
        if len(self.data) > MAX_TARGETS:
            raise Missing(
                ngettext(
                    "Choose only %(num)s person.",
                    "Choose at most %(num)s people.",
                    MAX_TARGETS,
                )
            )


class EarlierTargetsField(TargetsField):
    """The ids of targets that were chosen on a tablet, and may have been removed since.

    The writer is told so when the response is counted, as when a target is removed later.
    """

    def pre_validate(self, form: BaseForm) -> None:
        """Check that the chosen ones are, or were, targets of the organisation. Raise Missing."""
        known = earlier_targets(self._action_id, self.data)
        self.data = [profile_id for profile_id in self.data if profile_id in known][:MAX_TARGETS]
        if not self.data:
            super().pre_validate(form)


def letter_fields(action_id: int, lang: str) -> Mapping[str, Any]:
    """Return the fields of a letter by name, for the action with this id."""
    return {
        "targets": TargetsField(_l("Who you are writing to"), action_id=action_id, default=()),
        "shares_address": BooleanField(_l("They may reply to my email address")),
    }


def earlier_fields(action_id: int, lang: str) -> Mapping[str, Any]:
    """Return the fields of a letter by name, for what was entered up to some days ago."""
    label = _l("Who you are writing to")
    return {
        **letter_fields(action_id, lang),
        "targets": EarlierTargetsField(label, action_id=action_id, default=()),
    }
