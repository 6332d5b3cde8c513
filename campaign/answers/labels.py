"""What pages call the outcome of an answer and the result of a petition."""

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as pgettext

OUTCOME_LABELS = {
    "promised": pgettext("outcome", "Promised"),
    "partly": pgettext("outcome", "Agreed in part"),
    "done": pgettext("outcome", "Done"),
    "refused": pgettext("outcome", "Refused"),
}
RESULT_LABELS = {
    "won": pgettext("result", "Won"),
    "partly_won": pgettext("result", "Partly won"),
    "no_answer": pgettext("result", "Ended without an answer"),
}
# What a result means, as a sentence.
RESULT_MEANINGS = {
    "won": _l("It worked. What the petition asked for has happened, or will certainly happen."),
    "partly_won": _l("Part of what the petition asked for has happened."),
    "no_answer": _l("The petition is over. We no longer expect an answer."),
}
# What an organizer chooses among, and what a target says of itself.
OUTCOME_CHOICES = {
    "": _l("Answered without a clear yes or no"),
    "promised": _l("Promised to do it"),
    "partly": _l("Agreed to part of it"),
    "done": _l("Did what we asked for"),
    "refused": _l("Refused"),
}
TARGET_CHOICES = {
    "": _l("No decision, only an answer"),
    "promised": _l("We will do it"),
    "partly": _l("We will do part of it"),
    "done": _l("We have done it"),
    "refused": _l("We will not do it"),
}
