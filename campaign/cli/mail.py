"""`flask mail`: read bounces and complaints."""

from collections import Counter

import click
from flask.cli import AppGroup

from campaign.actions.letters.delivery.addresses import item_of_return_address
from campaign.actions.letters.delivery.bounces import note_bounce_of, note_reported_address
from campaign.cli.plurals import numbered
from campaign.extensions import write
from campaign.mail.bounces import Bounce, read_bounces
from campaign.mail.writing.message_ids import proven_name
from campaign.process.clock import utcnow
from campaign.security.secret_key import secret_key
from campaign.signatures import tokens
from campaign.subscriptions.operations import note_bounce
from campaign.text.email_addresses import AddressRefused, parse_address

group = AppGroup("mail", help="Process bounces of sent emails.")


@group.group("bounces")
def bounces() -> None:
    """Process delivery reports and complaints."""


@bounces.command("read")
@click.argument("path", type=click.Path(exists=True))
@click.option(
    "--any-sender",
    is_flag=True,
    help="Also use reports that do not prove that we emailed the address.",
)
def read(path: str, any_sender: bool) -> None:
    """Read delivery reports and complaints from PATH, and mark the addresses.

    PATH is a Maildir, an mbox file, an .eml file or a folder of .eml files. Nothing in it is
    changed.

    If you read a report twice, it counts once.
    """
    counts: Counter[str] = Counter()
    for _name, reported in read_bounces(path):
        counts["messages"] += 1
        counts["other"] += not reported
        for bounce in reported:
            counts[bounce.kind if _record(bounce, any_sender) else "other"] += 1
    click.echo(
        f"Read {numbered(counts['messages'], 'message')}. Addresses that do not accept email: {counts['hard']}. "
        f"Complaints: {counts['complaint']}. Temporary failures: {counts['soft']}. Other messages: {counts['other']}."
    )


def _record(bounce: Bounce, any_sender: bool) -> bool:
    """Mark the address that bounced and return whether the report proves it, or is believed."""
    if item := item_of_return_address(bounce.returned_to):
        return bool(
            write(note_bounce_of, item=item[0], item_id=item[1], kind=bounce.kind, now=utcnow())
        )
    # A forwarding server reports the address that it forwarded to, so try the one we sent to as
    # well.
    for address in (bounce.email, bounce.sent_to):
        try:
            normalized = parse_address(address).normalized
        except AddressRefused:
            continue
        digest = tokens.email_digest(normalized)
        message = proven_name(secret_key(), bounce.message_id, digest)
        if message or any_sender:
            write(
                note_bounce,
                email_digest=digest,
                kind=bounce.kind,
                reason=bounce.reason,
                message=message or "",
                now=utcnow(),
            )
            write(note_reported_address, address=normalized, kind=bounce.kind, now=utcnow())
            return True
    return False


COMMANDS = (group,)
