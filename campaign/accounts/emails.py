"""The letters that organizers get; each is worded when it is sent, and dropped where its occasion has passed."""

from flask import current_app

from campaign.accounts import keys
from campaign.accounts.audit_models import AuditEntry
from campaign.accounts.models import Grant
from campaign.accounts.operations import CHANGED, INVITATION, NEW_DEVICE, RESET, ROLE
from campaign.accounts.queries import device_by_id, is_open, link_by_id, organizer_by_id
from campaign.extensions import db
from campaign.lib.times import utcnow
from campaign.mail.composition import Message, render
from campaign.mail.delivery import register


def init_app(app):
    """Tell the mail room who words the letters that accounts owe."""
    for kind, composer in (
        (INVITATION, invitation),
        (RESET, reset),
        (ROLE, role),
        (CHANGED, changed),
        (NEW_DEVICE, new_device),
    ):
        register(app, kind, composer)


def invitation(owed):
    """Return the Message that invites, or None once its link is used, replaced or expired."""
    link = _open_link(owed)
    if link is None:
        return None
    by = organizer_by_id(link.invited_by_id) if link.invited_by_id else None
    words = {"invited_by": by.called if by else "", "expires_at": link.expires_at, **_link_words(link)}
    return _letter("account_invitation", link.organizer, owed.lang, **words)


def reset(owed):
    """Return the Message with the link to a new password, or None: also where nobody has the address that asked."""
    link = _open_link(owed)
    if link is None:
        return None
    return _letter("account_reset", link.organizer, owed.lang, expires_at=link.expires_at, **_link_words(link))


def role(owed):
    """Return the Message that tells of a new role, or None once it is taken away again."""
    grant = db.session.get(Grant, owed.subject_id)
    if grant is None:
        return None
    organizer = organizer_by_id(grant.organizer_id)
    return _letter("account_role", organizer, owed.lang, role=grant.role, home_url=_address("organize.overview.index"))


def changed(owed):
    """Return the Message that tells of a change to one's account, after its audit entry."""
    entry = db.session.get(AuditEntry, owed.subject_id)
    organizer = organizer_by_id(entry.subject_id) if entry else None
    if organizer is None or organizer.removed_at is not None:
        return None
    words = {"action": entry.action, "at": entry.at, "address_of": entry.address}
    return _letter("account_changed", organizer, owed.lang, **words, reset_url=_address("organize.links.ask"))


def new_device(owed):
    """Return the Message that tells of a sign-in from a browser that was not known."""
    device = device_by_id(owed.subject_id)
    organizer = organizer_by_id(device.organizer_id) if device else None
    if organizer is None or organizer.removed_at is not None:
        return None
    words = {"device": device.device, "at": device.created_at, "address_of": device.address}
    return _letter("account_new_device", organizer, owed.lang, **words, account_url=_address("organize.account.index"))


def _open_link(owed):
    link = link_by_id(owed.subject_id) if owed.subject_id else None
    return link if link is not None and is_open(link, utcnow()) else None


def _link_words(link):
    return {"link_url": _address(f"organize.links.{link.purpose}", token=keys.link_token(link))}


def _letter(template, organizer, lang, **words):
    wording = render(template, lang, cause_title="Volante", site_name="Volante", **words)
    return Message(
        to=organizer.email, to_name=organizer.name, digest=organizer.email_digest, lang=lang, **wording._asdict()
    )


def _address(endpoint, **values):
    """Return a whole address; letters are worded by the worker, where no request tells the site's own."""
    return current_app.config["PUBLIC_URL"] + current_app.url_map.bind("").build(endpoint, values)
