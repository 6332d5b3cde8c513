"""The form of a one-press page: what is known of the person, and the few fields that are asked.

It is the petition's own form, filled from the person's newest signature. So the same checks apply.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from campaign.petitions.models import Petition
from campaign.petitions.questions import in_language
from campaign.signatures.forms import SignatureForm, signature_form
from campaign.signatures.models import NAME_DISPLAYS, Signature
from campaign.signatures.name_display import more_private

# A postal code depends on its country, so the page asks for both or neither.
PLACE = frozenset({"country", "postal_code"})
KNOWN = ("given_name", "family_name", "email", "country", "postal_code")
MOST_PRIVATE_DISPLAY = NAME_DISPLAYS[-1]


@dataclass(frozen=True, slots=True)
class PressForm:
    """The petition's `form` for this person, and the names of the fields that the page asks.

    `displays` are the choices of how to show the name: never more visible than before. It is not
    `is_usable` if the name or address is no longer valid, because only the ordinary form asks for
    them.
    """

    form: SignatureForm
    asked: frozenset[str]
    displays: tuple[str, ...]
    is_usable: bool


def press_form(
    petition: Petition, source: Signature, lang: str, sent: Mapping[str, str] | None = None
) -> PressForm:
    """Return the PressForm of a person, with those fields of `sent` that the page asks for."""
    questions = [in_language(question, lang) for question in petition.questions]

    def filled(data: Mapping[str, str]) -> SignatureForm:
        return signature_form(
            petition.required_fields, questions, MultiDict(data), action=petition, lang=lang
        )

    known = {name: getattr(source, name) or "" for name in KNOWN}
    # If an action shows no names, its signers did not choose how to show theirs.
    known_display = source.name_display if petition.has_butterflies else MOST_PRIVATE_DISPLAY
    probe = filled({**known, "name_display": known_display})
    probe.validate()
    asked = _asked(probe, source)
    entered = {name: text for name in asked if (text := (sent or {}).get(name))}
    display = (sent or {}).get("name_display") or known_display
    # What is asked is not shown in advance: someone else may have been sent the email.
    data = {name: text for name, text in known.items() if name not in asked} | entered
    if display in NAME_DISPLAYS:
        display = more_private(display, known_display)
    at_most = NAME_DISPLAYS.index(known_display)
    return PressForm(
        form=filled({**data, "name_display": display}),
        asked=asked,
        displays=NAME_DISPLAYS[at_most:],
        is_usable=_is_usable(probe, asked),
    )


def _asked(probe: SignatureForm, source: Signature) -> frozenset[str]:
    """Return the fields to ask: the choices, the questions, and what this petition lacks."""
    asked = {"subscribe", "tell_answer", *probe.answer_fields}
    if "comment" in probe.required:
        asked.add("comment")
    if "family_name" in probe.errors and not source.family_name:
        asked.add("family_name")
    if PLACE & probe.errors.keys():
        asked |= PLACE
    return frozenset(asked)


def _is_usable(probe: SignatureForm, asked: frozenset[str]) -> bool:
    return not {"given_name", "family_name", "email"} & (probe.errors.keys() - asked)
