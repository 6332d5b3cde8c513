"""The actions of the audit trail in words: what comes after the name of who did it."""

from flask_babel import lazy_gettext as _l

ACTIONS = {
    "account.signed_in": _l("signed in"),
    "account.password": _l("set a password"),
    "account.app_added": _l("set up an app as second factor"),
    "account.app_removed": _l("took the app away as second factor"),
    "account.recovery_codes": _l("made new recovery codes"),
    "account.passkey_added": _l("added a passkey"),
    "account.passkey_removed": _l("removed a passkey"),
    "account.session_closed": _l("signed out somewhere else"),
    "people.invite": _l("gave a role"),
    "people.take": _l("took a role away"),
    "people.unlock": _l("took a lost second factor away"),
    "people.remove": _l("removed an organizer"),
}
SUBJECTS = {
    "account": _l("Accounts"),
    "people": _l("People"),
    "causes": _l("Causes"),
    "petitions": _l("Petitions"),
    "events": _l("Events"),
    "registrations": _l("Registrations"),
    "updates": _l("Updates"),
    "signatures": _l("Signatures"),
    "rules": _l("Rules"),
    "mail": _l("Mail"),
    "kiosks": _l("Kiosks"),
}
DOORS = {
    "command": _l("At the command line"),
    "worker": _l("The worker"),
    "api": _l("The API"),
    "kiosk": _l("A kiosk"),
    "web": _l("Somebody not signed in"),
}
