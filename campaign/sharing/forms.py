"""The form that asks where somebody's Mastodon is."""

import re

import idna
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import StopValidation

MAX_LENGTH = 253
# What people paste: an address of a page, or their own name there, @ana@example.social.
DRESS = re.compile(r"^(?:https?://)?(?:@?[^@/\s]*@)?", re.IGNORECASE)
HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-))+")


class InstanceField(StringField):
    """The name of a server; the form's `host` holds it plain once it is valid."""

    def pre_validate(self, form):
        host = DRESS.sub("", (self.data or "").strip()).partition("/")[0].rstrip(".")
        try:
            host = idna.encode(host.lower(), uts46=True).decode()
        except idna.IDNAError:
            host = ""
        if len(host) > MAX_LENGTH or not HOST.fullmatch(host):
            raise StopValidation(_l("Write the name of your server, such as mastodon.social."))
        form.host = host


class MastodonForm(FlaskForm):
    """Which server to go to: Mastodon is many."""

    class Meta:
        # Nothing is changed by it; it is part of the address.
        csrf = False

    host = None
    instance = InstanceField(_l("Your Mastodon server"))
