"""The settings of the site."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from campaign.i18n.locales import current_locale, language_name
from campaign.organisations.queries import organisation_count
from campaign.organize.core.access import allowed
from campaign.organize.core.audit import AuditEvent, changed_values
from campaign.organize.core.edit_conflicts import Editor, save
from campaign.organize.setup.steps import after_saving, shown_steps
from campaign.organize.site.forms import SiteForm, country_names
from campaign.site.models import SITE_ID, Site
from campaign.site.operations import change_site
from campaign.site.queries import load_site
from campaign.site.settings import SiteSettings, default_settings, settings_of

blueprint = Blueprint("site", __name__, url_prefix="/site")


@blueprint.get("")
@allowed("site.edit")
def index() -> ResponseReturnValue:
    site = load_site()
    return _render_page(site, _form_of(site))


@blueprint.post("")
@allowed("site.edit")
def change() -> ResponseReturnValue:
    form, site = SiteForm(), load_site()
    if not form.validate():
        return _render_page(site, form, 422)
    present = settings_of(site)
    settings = form.settings(present)
    save(
        Editor(form, load_site, _form_of, _render_page),
        AuditEvent(
            "site.edit",
            on=("site", SITE_ID),
            details={"changes": changed_values(vars(present), {**vars(present), **settings})},
        ),
        change_site,
        settings=settings,
    )
    flash(_("Saved."), "success")
    return redirect(after_saving("languages", url_for("organize.site.index")), 303)


def _form_of(site: Site) -> SiteForm:
    return SiteForm.of(settings_of(site), site.version)


def _render_page(site: Site, form: SiteForm, status: int = 200) -> tuple[str, int]:
    defaults = default_settings()
    return render_template(
        "organize/site/index.html",
        form=form,
        defaults=_readable(defaults),
        first_countries=country_names(settings_of(site).first_countries, current_locale()),
        organisation_count=organisation_count(),
        steps=shown_steps(),
    ), status


def _readable(defaults: SiteSettings) -> dict[str, Any]:
    """Return the defaults as people read them: what the form shows, and names of languages."""
    shown = {name: field.data for name, field in SiteForm.of(defaults, 0)._fields.items()}
    return {**shown, "languages": ", ".join(language_name(lang) for lang in defaults.languages)}
