"""The form that asks for the user's Mastodon server."""

import re
from typing import Any

import idna
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import StopValidation

MAX_LENGTH = 253
# The extra parts that people paste: the scheme of a URL, or their own name, as in
# @ana@example.social.
URL_OR_HANDLE_PREFIX = re.compile(r"^(?:https?://)?(?:@?[^@/\s]*@)?", re.IGNORECASE)
HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-))+")


class InstanceField(StringField):
    """The name of a server. Once valid, the form's `host` holds the plain host name."""

    def pre_validate(self, form: Any) -> None:
        """Set the form's `host`, or raise StopValidation."""
        host = URL_OR_HANDLE_PREFIX.sub("", (self.data or "").strip()).partition("/")[0].rstrip(".")
        try:
            host = idna.encode(host.lower(), uts46=True).decode()
        except idna.IDNAError:
            host = ""
        if len(host) > MAX_LENGTH or not HOST.fullmatch(host):
            raise StopValidation(_l("Enter the name of your server, like mastodon.social."))
        form.host = host


class MastodonForm(FlaskForm):
    """Asks which Mastodon server to use, because there are many."""

    class Meta:
        # The form changes nothing: its value only becomes part of the URL.
        csrf = False

    host = None
    instance = InstanceField(_l("Your Mastodon server"))
