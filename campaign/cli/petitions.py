"""`flask petitions`: create, close, list."""

import re

import click
from flask import current_app
from flask.cli import AppGroup

from campaign.causes.queries import cause_by_slug
from campaign.extensions import write
from campaign.lib.times import utcnow
from campaign.petitions.operations import SlugTaken, close_petition, create_petition
from campaign.petitions.queries import petition_by_slug, petition_counts, published_petitions

SLUG = re.compile("[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_SLUG = 80

group = AppGroup("petitions", help="Create, close and list petitions.")


def _checked(_context, _parameter, slug):
    if len(slug) > LONGEST_SLUG or not SLUG.fullmatch(slug):
        raise click.BadParameter(
            f"small letters, digits and hyphens, at most {LONGEST_SLUG}, such as law-of-2026; not {slug!r}"
        )
    return slug


@group.command("create")
@click.argument("slug", callback=_checked)
@click.option("--cause", required=True, help="Slug of the cause that owns it.")
@click.option("--title", required=True, help="Title in the original language.")
@click.option("--text", "body", type=click.File(encoding="utf-8"), required=True, help="File with the letter, in Markdown.")
@click.option("--summary", default="", help="One or two sentences for lists.")
@click.option("--target", "targets", multiple=True, required=True, help="Who is asked to act; may be repeated.")
@click.option("--goal", type=click.IntRange(min=0), default=0, help="How many signatures are hoped for.")
@click.option("--lang", type=click.Choice(("en", "es", "fr")), default="en", help="Language of the text.")
@click.option("--two-per-address", is_flag=True, help="Let two people share one e-mail address.")
def create(slug, cause, title, body, summary, targets, goal, lang, two_per_address):
    """Create a petition at SLUG and open it."""
    owner = cause_by_slug(cause)
    if owner is None:
        raise click.ClickException(f"There is no cause at {cause!r}.")
    try:
        write(
            create_petition,
            cause_id=owner.id,
            slug=slug,
            texts={lang: {"title": title, "summary": summary, "body": body.read()}},
            targets=[{lang: name} for name in targets],
            goal=goal,
            original_lang=lang,
            two_per_address=two_per_address,
        )
    except SlugTaken as error:
        raise click.ClickException(f"A petition lives at {slug!r} already.") from error
    click.echo(f"Created {slug}: {current_app.config['PUBLIC_URL']}/{lang}/petitions/{slug}")


@group.command("close")
@click.argument("slug")
def close(slug):
    """Stop taking signatures under the petition at SLUG."""
    _found(slug)
    write(lambda: close_petition(petition_by_slug(slug)))
    click.echo(f"Closed {slug}. Signatures that wait for their confirmation can still be confirmed.")


@group.command("list")
def list_petitions():
    """Show every public petition with its count, goal and state."""
    petitions = published_petitions()
    counts = petition_counts(petition.id for petition in petitions)
    click.echo(f"{'petition':40} {'signatures':>10} {'goal':>8}  state")
    for petition in petitions:
        count = counts.get(petition.id, 0)
        click.echo(f"{petition.slug:40} {count:>10} {petition.goal:>8}  {petition.phase(utcnow())}")


def _found(slug):
    petition = petition_by_slug(slug)
    if petition is None:
        raise click.ClickException(f"There is no petition at {slug!r}.")
    return petition


COMMANDS = (group,)
