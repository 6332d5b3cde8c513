"""Labels of letters."""

from flask_babel import lazy_gettext as _l

WAY_LABELS = {
    "self": _l("Supporters send them"),
    "individual": _l("We send them one by one"),
    "gathered": _l("We send them together"),
    "in_person": _l("You deliver them"),
}
