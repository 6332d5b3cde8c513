"""`flask mail`: reading what came back."""

from collections import Counter

import click
from flask.cli import AppGroup

from campaign.extensions import write
from campaign.lib.addresses import host
from campaign.lib.mail_addresses import AddressRefused, parse_address
from campaign.lib.plurals import numbered
from campaign.lib.times import utcnow
from campaign.mail.bounces import read_bounces
from campaign.signatures import keys
from campaign.subscriptions.operations import note_bounce

group = AppGroup("mail", help="What comes back from sent mail.")


@group.group("bounces")
def bounces():
    """Delivery reports and complaints."""


@bounces.command("read")
@click.argument("path", type=click.Path(exists=True))
@click.option("--any-sender", is_flag=True, help="Read also reports that do not hold the headers of a letter of ours.")
def read(path, any_sender):
    """Read reports from PATH, a Maildir, an mbox file, an .eml file or a folder of .eml files, and mark the addresses.

    Reading twice changes nothing more, and nothing is moved or deleted.
    """
    counts = Counter()
    for _name, told in read_bounces(path, host=None if any_sender else host()):
        counts["messages"] += 1
        counts["other"] += not told
        for bounce in told:
            counts[bounce.kind if _note(bounce) else "other"] += 1
    click.echo(
        f"Read {numbered(counts['messages'], 'message')}. Addresses that take no mail: {counts['hard']}, complaints: {counts['complaint']}, "
        f"passing troubles: {counts['soft']}, what tells nothing: {counts['other']}."
    )


def _note(bounce):
    try:
        digest = keys.email_digest(parse_address(bounce.email).normalized)
    except AddressRefused:
        return False
    write(note_bounce, email_digest=digest, kind=bounce.kind, reason=bounce.reason, now=utcnow())
    return True


COMMANDS = (group,)
