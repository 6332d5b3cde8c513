"""`flask petitions`: create, clone, publish, close, reopen, archive and list petitions."""

from collections.abc import Callable
from typing import Any, TextIO

import click
from flask import current_app
from flask.cli import AppGroup

from campaign.accounts.audit import COMMAND, record_audit_event
from campaign.causes.queries import cause_by_slug, cause_in_any_state
from campaign.cli.arguments import existing, site_lang, valid_slug
from campaign.extensions import write
from campaign.http.urls import absolute_url
from campaign.organize.petitions.cloning import clone_all
from campaign.petitions.kinds import kind_of
from campaign.petitions.life_cycles import CauseClosed, petition_life_cycle
from campaign.petitions.models import Petition
from campaign.petitions.operations import OtherOrganisation, create_petition
from campaign.petitions.queries import petition_counts, petition_in_any_state, published_petitions
from campaign.petitions.readiness import PetitionNotReady
from campaign.process.clock import utcnow
from campaign.publishing.slug_history import SlugTaken

CAUSE_CLOSED = "The cause of this petition is closed or archived. Reopen the cause first."

group = AppGroup(
    "petitions", help="Create, clone, publish, close, reopen, archive and list petitions."
)


@group.command("create")
@click.argument("slug", callback=valid_slug)
@click.option("--cause", "cause_slug", required=True, help="Slug of its cause.")
@click.option("--title", required=True, help="Title in the original language.")
@click.option(
    "--text",
    "body",
    type=click.File(encoding="utf-8"),
    required=True,
    help="File with the text, in Markdown.",
)
@click.option("--summary", default="", help="One or two sentences for lists.")
@click.option(
    "--target",
    "targets",
    multiple=True,
    required=True,
    help="Who is asked to act. You can use this option several times.",
)
@click.option(
    "--goal", type=click.IntRange(min=0), default=0, help="Goal for the number of signatures."
)
@click.option(
    "--lang",
    callback=site_lang,
    help="Language of the text. Without it, the first language of the site.",
)
@click.option("--two-per-address", is_flag=True, help="Let two people sign with one email address.")
@click.option("--draft", is_flag=True, help="Create a draft that only organizers see.")
def create(
    slug: str,
    cause_slug: str,
    title: str,
    body: TextIO,
    summary: str,
    targets: tuple[str, ...],
    goal: int,
    lang: str,
    two_per_address: bool,
    draft: bool,
) -> None:
    """Create a petition with the address SLUG, and publish it."""
    cause = existing(cause_by_slug(cause_slug), "cause", cause_slug)
    if cause.is_over and not draft:
        raise click.ClickException(f"{CAUSE_CLOSED} Or create a draft with --draft.")
    try:
        _change(
            "petitions.create",
            create_petition,
            cause_id=cause.id,
            state="draft" if draft else "published",
            slug=slug,
            texts={lang: {"title": title, "summary": summary, "body": body.read()}},
            targets=[{lang: name} for name in targets],
            goal=goal,
            original_lang=lang,
            two_per_address=two_per_address,
        )
    except SlugTaken as error:
        raise click.ClickException(
            f"There is already a petition with the slug {slug!r}. Choose another."
        ) from error
    click.echo(f"Created {slug}: {current_app.config['PUBLIC_URL']}/{lang}/petitions/{slug}")


@group.command("clone")
@click.argument("slug")
@click.argument("new_slug", callback=valid_slug)
@click.option(
    "--cause",
    "cause_slug",
    help="Slug of another cause of the same organization. Default: the cause of the petition.",
)
def clone(slug: str, new_slug: str, cause_slug: str | None) -> None:
    """Create the draft NEW_SLUG as a copy of the petition SLUG.

    It has no dates and no signatures.
    """
    petition = _load_petition(slug)
    cause = petition.cause
    if cause_slug:
        cause = existing(cause_in_any_state(cause_slug), "cause", cause_slug)
    try:
        made = _change(
            "petitions.create",
            clone_all,
            petition_id=petition.id,
            slug=new_slug,
            cause_id=cause.id,
            now=utcnow(),
        )
    except SlugTaken as error:
        raise click.ClickException(
            f"There is already a petition with the slug {new_slug!r}. Choose another."
        ) from error
    except OtherOrganisation as error:
        raise click.ClickException(
            f"The cause {cause.slug} belongs to another organization. Choose a cause of the same one."
        ) from error
    click.echo(f"Created the draft {made.slug} from {slug}.")


@group.command("close")
@click.argument("slug")
def close(slug: str) -> None:
    """Close the petition SLUG, so that nobody can sign it.

    People who have signed can still confirm.
    """
    _change(
        "petitions.close",
        petition_life_cycle.close,
        row_id=_load_public_petition(slug).id,
        now=utcnow(),
    )
    click.echo(f"Closed {slug}. People who have signed can still confirm.")


@group.command("publish")
@click.argument("slug")
def publish(slug: str) -> None:
    """Publish the draft SLUG."""
    try:
        published = _change(
            "petitions.publish",
            petition_life_cycle.publish,
            row_id=_load_petition(slug).id,
            now=utcnow(),
        )
    except PetitionNotReady as error:
        missing = ", ".join(
            f"{problem.code} ({problem.lang})" if problem.lang else problem.code
            for problem in error.faults
        )
        raise click.ClickException(
            f"The petition is not ready to publish. Fix first: {missing}."
        ) from error
    except CauseClosed as error:
        raise click.ClickException(CAUSE_CLOSED) from error
    url = absolute_url(kind_of(published.action_kind).show, published.original_lang, slug=slug)
    click.echo(f"Published {slug}: {url}")


@group.command("reopen")
@click.argument("slug")
def reopen(slug: str) -> None:
    """Reopen the petition SLUG, so that people can sign it again."""
    try:
        _change(
            "petitions.reopen",
            petition_life_cycle.reopen,
            row_id=_load_public_petition(slug).id,
            now=utcnow(),
        )
    except CauseClosed as error:
        raise click.ClickException(CAUSE_CLOSED) from error
    click.echo(f"Reopened {slug}.")


@group.command("archive")
@click.argument("slug")
def archive(slug: str) -> None:
    """Close the petition SLUG, and remove it from all lists.

    Its page stays.
    """
    _change(
        "petitions.archive",
        petition_life_cycle.archive,
        row_id=_load_petition(slug).id,
        now=utcnow(),
    )
    click.echo(f"Archived {slug}. Its page stays.")


@group.command("list")
def list_petitions() -> None:
    """List all public petitions and other actions: their kind, count, goal and state."""
    petitions = published_petitions()
    counts = petition_counts(petition.id for petition in petitions)
    click.echo(f"{'petition':40} {'kind':12} {'count':>10} {'goal':>8}  state")
    for petition in petitions:
        count = counts.get(petition.id, 0)
        columns = f"{petition.slug:40} {petition.action_kind:12} {count:>10} {petition.goal:>8}"
        click.echo(f"{columns}  {petition.phase(utcnow())}")


def _load_petition(slug: str) -> Petition:
    return existing(petition_in_any_state(slug), "petition", slug)


def _load_public_petition(slug: str) -> Petition:
    petition = _load_petition(slug)
    return existing(None if petition.state == "draft" else petition, "petition", slug)


def _change(action: str, operation: Callable[..., Petition], **named: Any) -> Petition:
    """Change a petition and record it in the activity log, in one transaction, and return it."""

    def change_and_record() -> Petition:
        petition = operation(**named)
        record_audit_event(
            COMMAND, action, subject=("petition", petition.id), cause_id=petition.cause_id
        )
        return petition

    return write(change_and_record)


COMMANDS = (group,)
