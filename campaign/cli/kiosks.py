"""`flask kiosks`: pair and list tablets, and rotate their keys."""

import click
import segno
from flask import current_app
from flask.cli import AppGroup

from campaign.accounts.audit import COMMAND, record_audit_event
from campaign.cli.arguments import existing
from campaign.cli.plurals import numbered
from campaign.events.queries import event_in_any_state
from campaign.extensions import write
from campaign.kiosk import codes, pairing
from campaign.kiosk.models import KioskKey, PairingCode
from campaign.kiosk.queries import every_kiosk, pin_of
from campaign.kiosk.records import key_pairs
from campaign.process.clock import utcnow
from campaign.text.typed_codes import spaced

group = AppGroup(
    "kiosks", help="Pair tablets with an event, list them, and change their encryption keys."
)


def _valid_pin(_context: click.Context, _parameter: click.Parameter, pin: str | None) -> str | None:
    if pin and not codes.is_pin(pin):
        raise click.BadParameter(f"Enter {codes.PIN_DIGITS} digits.")
    return pin


@group.command("pair")
@click.argument("slug", metavar="EVENT")
@click.option("--name", default="", help="Name of the tablet. Default: Tablet 1, 2, …")
@click.option(
    "--pin",
    callback=_valid_pin,
    help="Team PIN of the event, six digits. Default: the first tablet of an event gets a random one.",
)
def pair(slug: str, name: str, pin: str | None) -> None:
    """Print a code that pairs one tablet with EVENT.

    The code works once, within 15 minutes.
    """
    event = existing(event_in_any_state(slug), "event", slug)
    new_pin = pin or (None if pin_of(event.id) else codes.new_pin())
    code = write(_pair, event.id, event.cause_id, name.strip()[: pairing.MAX_NAME_LENGTH], new_pin)
    url = f"{current_app.config['PUBLIC_URL']}/kiosk"
    code_text = codes.code_of(code.seed)
    click.echo(
        f"Open {url} on the tablet and enter {spaced(code_text)}, or scan the code below. It works once, until {code.expires_at:%H:%M} UTC."
    )
    segno.make(f"{url}/#code={code_text}", error="m", micro=False).terminal(compact=True)
    if new_pin:
        click.echo(
            f"The team PIN of {slug} is {new_pin}. Note it now, because it is not shown again."
        )


@group.command("list")
def list_kiosks() -> None:
    """List all tablets: the event, the last sync, and how many records are waiting on each."""
    now = utcnow()
    click.echo(f"{'name':20} {'event':30} {'state':10} {'last seen (UTC)':18} {'waiting':>7}")
    for kiosk in every_kiosk():
        last_seen = f"{kiosk.last_seen_at:%Y-%m-%d %H:%M}" if kiosk.last_seen_at else "never"
        click.echo(
            f"{kiosk.name:20} {kiosk.event.slug:30} {kiosk.state(now):10} {last_seen:18} {kiosk.waiting:7}"
        )


keys_group = AppGroup("keys", help="Change the keys that tablets encrypt signatures with.")
group.add_command(keys_group)


@keys_group.command("rotate")
def rotate() -> None:
    """Make a new key, and delete old keys that no tablet needs.

    Old keys stay as long as a tablet may hold records encrypted with them.
    """
    key, dropped = write(_rotate)
    click.echo(
        f"Tablets use the new key {key.uuid} from their next sync on. Deleted {numbered(dropped, 'old key')}."
    )


def _pair(event_id: int, cause_id: int, name: str, pin: str | None) -> PairingCode:
    now = utcnow()
    code = pairing.new_code(event_id=event_id, name=name, now=now)
    record_audit_event(COMMAND, "kiosks.code", subject=("event", event_id), cause_id=cause_id)
    if pin:
        pairing.set_pin(event_id=event_id, pin=pin, now=now)
        record_audit_event(COMMAND, "kiosks.pin", subject=("event", event_id), cause_id=cause_id)
    return code


def _rotate() -> tuple[KioskKey, int]:
    key, dropped = key_pairs.rotate(now=utcnow())
    record_audit_event(COMMAND, "kiosks.rotate", details={"dropped": dropped})
    return key, dropped


COMMANDS = (group,)
