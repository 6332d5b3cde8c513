"""The names of roles on pages and in emails."""

from flask_babel import lazy_gettext as _l

from campaign.accounts.permissions import ADMIN

ROLE_NAMES = {
    ADMIN: _l("Admin"),
    "owner": _l("Owner"),
    "editor": _l("Editor"),
    "exporter": _l("Exporter"),
    "reviewer": _l("Reviewer"),
    "tabler": _l("Table volunteer"),
}
