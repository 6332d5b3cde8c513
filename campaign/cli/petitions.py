"""`flask petitions`: create, publish, close, reopen, archive and list petitions."""

from collections.abc import Callable
from typing import Any, TextIO

import click
from flask import current_app
from flask.cli import AppGroup

from campaign.accounts.audit import COMMAND, record
from campaign.causes.queries import cause_by_slug
from campaign.extensions import write
from campaign.petitions.life_cycles import CauseClosed, petition_life_cycle
from campaign.petitions.models import Petition
from campaign.petitions.operations import SlugTaken, create_petition
from campaign.petitions.queries import petition_counts, petition_in_any_state, published_petitions
from campaign.petitions.readiness import NotReady
from campaign.process.clock import utcnow
from campaign.text.slugs import MAX_SLUG_LENGTH, is_slug

CAUSE_CLOSED = "Its cause is closed or archived. Reopen the cause first."

group = AppGroup("petitions", help="Create, publish, close, reopen, archive and list petitions.")


def _checked(_context: click.Context, _parameter: click.Parameter, slug: str) -> str:
    if not is_slug(slug):
        raise click.BadParameter(
            f"use lowercase letters, digits and hyphens, at most {MAX_SLUG_LENGTH}, like law-of-2026, not {slug!r}"
        )
    return slug


@group.command("create")
@click.argument("slug", callback=_checked)
@click.option("--cause", required=True, help="Slug of its cause.")
@click.option("--title", required=True, help="Title in the original language.")
@click.option(
    "--text",
    "body",
    type=click.File(encoding="utf-8"),
    required=True,
    help="File with the petition text, in Markdown.",
)
@click.option("--summary", default="", help="One or two sentences for lists.")
@click.option(
    "--target",
    "targets",
    multiple=True,
    required=True,
    help="Who the petition is addressed to. Can be repeated.",
)
@click.option(
    "--goal", type=click.IntRange(min=0), default=0, help="Number of signatures to reach."
)
@click.option(
    "--lang", type=click.Choice(("en", "es", "fr")), default="en", help="Language of the text."
)
@click.option("--two-per-address", is_flag=True, help="Let two people share one email address.")
@click.option("--draft", is_flag=True, help="Only organizers see it until it is published.")
def create(
    slug: str,
    cause: str,
    title: str,
    body: TextIO,
    summary: str,
    targets: tuple[str, ...],
    goal: int,
    lang: str,
    two_per_address: bool,
    draft: bool,
) -> None:
    """Create a petition at SLUG and open it."""
    owner = cause_by_slug(cause)
    if owner is None:
        raise click.ClickException(f"There is no cause at {cause!r}.")
    if owner.is_over and not draft:
        raise click.ClickException(f"{CAUSE_CLOSED} Or create a draft with --draft.")
    try:
        _act(
            "petitions.create",
            create_petition,
            cause_id=owner.id,
            state="draft" if draft else "published",
            slug=slug,
            texts={lang: {"title": title, "summary": summary, "body": body.read()}},
            targets=[{lang: name} for name in targets],
            goal=goal,
            original_lang=lang,
            two_per_address=two_per_address,
        )
    except SlugTaken as error:
        raise click.ClickException(f"There is already a petition at {slug!r}.") from error
    click.echo(f"Created {slug}: {current_app.config['PUBLIC_URL']}/{lang}/petitions/{slug}")


@group.command("close")
@click.argument("slug")
def close(slug: str) -> None:
    """Stop collecting signatures for the petition at SLUG."""
    _act("petitions.close", petition_life_cycle.close, row_id=_public(slug).id, now=utcnow())
    click.echo(f"Closed {slug}. People who already signed can still confirm.")


@group.command("publish")
@click.argument("slug")
def publish(slug: str) -> None:
    """Make the draft at SLUG public."""
    try:
        published = _act(
            "petitions.publish", petition_life_cycle.publish, row_id=_found(slug).id, now=utcnow()
        )
    except NotReady as error:
        lacking = ", ".join(
            f"{fault.code} ({fault.lang})" if fault.lang else fault.code for fault in error.faults
        )
        raise click.ClickException(f"It cannot be published yet. Missing: {lacking}.") from error
    except CauseClosed as error:
        raise click.ClickException(CAUSE_CLOSED) from error
    click.echo(
        f"Published {slug}: {current_app.config['PUBLIC_URL']}/{published.original_lang}/petitions/{slug}"
    )


@group.command("reopen")
@click.argument("slug")
def reopen(slug: str) -> None:
    """Collect signatures again for the petition at SLUG."""
    try:
        _act("petitions.reopen", petition_life_cycle.reopen, row_id=_public(slug).id, now=utcnow())
    except CauseClosed as error:
        raise click.ClickException(CAUSE_CLOSED) from error
    click.echo(f"Reopened {slug}.")


@group.command("archive")
@click.argument("slug")
def archive(slug: str) -> None:
    """Close the petition at SLUG and remove it from all lists. Its page stays."""
    _act("petitions.archive", petition_life_cycle.archive, row_id=_found(slug).id, now=utcnow())
    click.echo(f"Archived {slug}. Its page keeps its address.")


@group.command("list")
def list_petitions() -> None:
    """Show every public petition with its count, goal and state."""
    petitions = published_petitions()
    counts = petition_counts(petition.id for petition in petitions)
    click.echo(f"{'petition':40} {'signatures':>10} {'goal':>8}  state")
    for petition in petitions:
        count = counts.get(petition.id, 0)
        click.echo(f"{petition.slug:40} {count:>10} {petition.goal:>8}  {petition.phase(utcnow())}")


def _found(slug: str) -> Petition:
    petition = petition_in_any_state(slug)
    if petition is None:
        raise click.ClickException(f"There is no petition at {slug!r}.")
    return petition


def _public(slug: str) -> Petition:
    petition = _found(slug)
    if petition.state == "draft":
        raise click.ClickException(f"There is no petition at {slug!r}.")
    return petition


def _act(action: str, operation: Callable[..., Petition], **named: Any) -> Petition:
    """Change a petition and record it in the activity log, in one transaction; return it."""

    def operate_and_record() -> Petition:
        petition = operation(**named)
        record(COMMAND, action, subject=("petition", petition.id), cause_id=petition.cause_id)
        return petition

    return write(operate_and_record)


COMMANDS = (group,)
