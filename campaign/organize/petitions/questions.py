"""The form of a petition: required fields, its own questions, and how supporters confirm."""

from flask import g, request
from flask.typing import ResponseReturnValue

from campaign.organize.access import allowed
from campaign.organize.content_fields import moved
from campaign.organize.drafts import preview_asked
from campaign.organize.petitions.parts import part_page, save_part
from campaign.organize.petitions.questions_forms import FormForm
from campaign.organize.petitions.routes import blueprint, load_petition, preview_page
from campaign.petitions.editing import change_form
from campaign.petitions.models import Petition
from campaign.petitions.presenters import in_language
from campaign.process.clock import utcnow


@blueprint.get("/<slug>/form")
@allowed("petitions.edit", load_petition)
def form(petition: Petition) -> ResponseReturnValue:
    return part_page("form", petition, FormForm.of(petition))


@blueprint.post("/<slug>/form")
@allowed("petitions.edit", load_petition)
def save_form(petition: Petition) -> ResponseReturnValue:
    typed = FormForm()
    rows = moved(typed.rows.data, request.form.get("press"))
    if rows is not None:
        return part_page("form", petition, typed.with_rows(rows))
    if not typed.validate_asking(petition.original_lang):
        return part_page("form", petition, typed, 422)
    if preview_asked():
        asked = tuple(in_language(each, g.lang) for each in typed.questions(petition.original_lang))
        return preview_page(petition, asks=frozenset(typed.required_fields.data), questions=asked)
    return save_part(
        *("form", petition, typed, FormForm.of, change_form),
        required_fields=typed.required_fields.data,
        versioned={"questions": typed.questions(petition.original_lang)},
        confirmation=typed.confirmation.data,
        two_per_address=typed.two_per_address.data,
        neutral_emails=typed.neutral_emails.data,
        now=utcnow(),
    )
