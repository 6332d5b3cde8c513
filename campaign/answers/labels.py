"""What pages call the outcome of an answer and the result of a petition."""

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

OUTCOME_LABELS = {
    "promised": _p("outcome", "Promised"),
    "partly": _p("outcome", "Agreed in part"),
    "done": _p("outcome", "Done"),
    "refused": _p("outcome", "Refused"),
}
RESULT_LABELS = {
    "won": _p("result", "Won"),
    "partly_won": _p("result", "Partly won"),
    "no_answer": _p("result", "Ended without an answer"),
}
# What an organizer, or the target, chooses among.
OUTCOME_CHOICES = {
    "": _l("Only an answer, without an outcome"),
    "promised": _l("Promised to do it"),
    "partly": _l("Agreed to a part of it"),
    "done": _l("Did what was asked"),
    "refused": _l("Refused"),
}
