"""The form for a new email address."""

from typing import cast

from flask_babel import lazy_gettext as _l

from campaign.http.public_form import PublicForm
from campaign.mailboxes.parts import Mailbox
from campaign.signatures import tokens
from campaign.signatures.fields import EmailField
from campaign.text.email_addresses import Address


class NewAddressField(EmailField):
    """The email address that everything moves to."""

    missing = _l("Enter your new email address.")


class NewAddressForm(PublicForm):
    """The form that requests a new email address."""

    email = NewAddressField(_l("New email address"))

    @property
    def mailbox(self) -> Mailbox:
        """Return the entered mailbox, once the form is valid."""
        address = cast(Address, self.email.address)
        return Mailbox(address.typed, tokens.email_digest(address.normalized))
