"""`flask causes`: create causes."""

import click
from flask import current_app
from flask.cli import AppGroup

from campaign.accounts.audit import COMMAND, record_audit_event
from campaign.causes.models import Cause
from campaign.causes.operations import create_cause
from campaign.cli.arguments import existing, site_lang, valid_slug
from campaign.extensions import write
from campaign.organisations.queries import organisation_by_slug
from campaign.publishing.slug_history import SlugTaken

group = AppGroup("causes", help="Create causes.")


@group.command("create")
@click.argument("slug", callback=valid_slug)
@click.option(
    "--organisation", "organisation_slug", required=True, help="Slug of its organization."
)
@click.option("--title", required=True, help="Title in the language given by --lang.")
@click.option("--summary", default="", help="One or two sentences for lists.")
@click.option(
    "--lang",
    callback=site_lang,
    help="Language of the title. Without it, the first language of the site.",
)
@click.option("--draft", is_flag=True, help="Create a draft that only organizers see.")
def create(
    slug: str, organisation_slug: str, title: str, summary: str, lang: str, draft: bool
) -> None:
    """Create a cause with the address SLUG, and publish it."""
    organisation = existing(
        organisation_by_slug(organisation_slug), "organization", organisation_slug
    )
    try:
        write(_create, organisation.id, slug, {lang: {"title": title, "summary": summary}}, draft)
    except SlugTaken as error:
        raise click.ClickException(
            f"There is already a cause with the slug {slug!r}. Choose another."
        ) from error
    click.echo(f"Created {slug}: {current_app.config['PUBLIC_URL']}/{lang}/causes/{slug}")


def _create(
    organisation_id: int, slug: str, texts: dict[str, dict[str, str]], is_draft: bool
) -> Cause:
    cause = create_cause(
        slug=slug,
        organisation_id=organisation_id,
        texts=texts,
        state="draft" if is_draft else "published",
    )
    record_audit_event(COMMAND, "causes.create", subject=("cause", cause.id), cause_id=cause.id)
    return cause


COMMANDS = (group,)
