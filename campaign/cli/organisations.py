"""`flask organisations`: create and list the organisations that run causes."""

import click
from flask import current_app
from flask.cli import AppGroup

from campaign.cli.checks import site_lang, valid_slug
from campaign.extensions import write
from campaign.organisations.operations import OrganisationSlugTaken, create_organisation
from campaign.organisations.queries import organisations_among
from campaign.site.settings import site_settings

group = AppGroup("organisations", help="Create and list the organizations that run causes.")


@group.command("create")
@click.argument("slug", callback=valid_slug)
@click.option("--name", required=True, help="Its name, as supporters see it.")
@click.option(
    "--lang",
    callback=site_lang,
    help="Language of the name. Without it, the first language of the site.",
)
def create(slug: str, name: str, lang: str) -> None:
    """Create an organization with the address SLUG. The first one is the host of the site."""
    try:
        organisation = write(create_organisation, slug=slug, texts={lang: {"name": name}})
    except OrganisationSlugTaken as error:
        raise click.ClickException(
            f"There is already an organization with the slug {slug!r}. Choose another."
        ) from error
    click.echo(f"Created {slug}{', the host of this site' if organisation.is_host else ''}.")


@group.command("list")
def list_all() -> None:
    """List the organizations: slug, name, and whether it is the host of the site."""
    default_lang = site_settings().default_lang
    organisations = organisations_among(None)
    for organisation in organisations:
        text = organisation.text(default_lang)
        click.echo(
            f"{organisation.slug}\t{text.name if text else ''}"
            f"\t{'host' if organisation.is_host else ''}".rstrip()
        )
    if not organisations:
        click.echo(
            f"There is no organization yet. Set one up at {current_app.config['PUBLIC_URL']}/organize/."
        )


COMMANDS = (group,)
