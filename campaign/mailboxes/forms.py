"""The form for a new email address."""

from typing import cast

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from campaign.http.cached_fields import CachedFields
from campaign.mailboxes.parts import Mailbox
from campaign.signatures import tokens
from campaign.signatures.fields import EmailField
from campaign.text.email_addresses import Address


class NewAddressField(EmailField):
    """The email address that everything moves to."""

    missing = _l("Enter your new email address.")


class NewAddressForm(FlaskForm):
    """The form that requests a new email address."""

    class Meta(CachedFields):
        # Public pages set no cookie, so there is no token; cross-site posts are rejected by their
        # origin.
        csrf = False

    email = NewAddressField(_l("New email address"))

    @classmethod
    def sent(cls) -> "NewAddressForm":
        """Return the form filled from the request's form data."""
        return cls(formdata=request.form if request.method == "POST" else None)

    @property
    def mailbox(self) -> Mailbox:
        """Return the entered mailbox, once the form is valid."""
        address = cast(Address, self.email.address)
        return Mailbox(address.typed, tokens.email_digest(address.normalized))
