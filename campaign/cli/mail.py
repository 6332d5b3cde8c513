"""`flask mail`: read bounces and complaints."""

from collections import Counter

import click
from flask.cli import AppGroup

from campaign.cli.plurals import numbered
from campaign.extensions import write
from campaign.mail.bounces import Bounce, read_bounces
from campaign.mail.message_ids import proven_name
from campaign.process.clock import utcnow
from campaign.security.secret_key import secret_key
from campaign.signatures import tokens
from campaign.subscriptions.operations import note_bounce
from campaign.text.email_addresses import AddressRefused, parse_address

group = AppGroup("mail", help="Bounces and complaints about sent emails.")


@group.group("bounces")
def bounces() -> None:
    """Read delivery reports and complaints."""


@bounces.command("read")
@click.argument("path", type=click.Path(exists=True))
@click.option(
    "--any-sender",
    is_flag=True,
    help="Accept reports without the headers of an email that we sent to that address.",
)
def read(path: str, any_sender: bool) -> None:
    """Read reports from PATH, a Maildir, an mbox file, an .eml file or a folder of .eml files, and mark the addresses.

    Reading twice changes nothing more, and nothing is moved or deleted.
    """
    counts = Counter()
    for _name, told in read_bounces(path):
        counts["messages"] += 1
        counts["other"] += not told
        for bounce in told:
            counts[bounce.kind if _note(bounce, any_sender) else "other"] += 1
    click.echo(
        f"Read {numbered(counts['messages'], 'message')}. Addresses that do not work: {counts['hard']}, complaints: {counts['complaint']}, "
        f"temporary problems: {counts['soft']}, other messages: {counts['other']}."
    )


def _note(bounce: Bounce, any_sender: bool) -> bool:
    """Mark the address that bounced; return whether the report proves it, or is believed."""
    # A forwarding server reports the address that it forwarded to, so try the one we sent to as
    # well.
    for address in (bounce.email, bounce.sent_to):
        try:
            digest = tokens.email_digest(parse_address(address).normalized)
        except AddressRefused:
            continue
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
            return True
    return False


COMMANDS = (group,)
