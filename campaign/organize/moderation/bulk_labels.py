"""Labels for decisions about signatures, comments or names that can be undone."""

from flask_babel import ngettext


def button_label(verb: str, num: int, figure: str) -> str:
    """Return the label of the button."""
    return _PRESS[verb](num, figure)


def _press_approve(num: int, figure: str) -> str:
    return ngettext(
        "Approve %(figure)s signature", "Approve %(figure)s signatures", num, figure=figure
    )


def _press_reject(num: int, figure: str) -> str:
    return ngettext(
        "Reject %(figure)s signature", "Reject %(figure)s signatures", num, figure=figure
    )


def _press_show(num: int, figure: str) -> str:
    return ngettext("Show %(figure)s comment", "Show %(figure)s comments", num, figure=figure)


def _press_hide(num: int, figure: str) -> str:
    return ngettext("Hide %(figure)s comment", "Hide %(figure)s comments", num, figure=figure)


def _approving(num: int, figure: str) -> str:
    return ngettext(
        "Approving %(figure)s signature", "Approving %(figure)s signatures", num, figure=figure
    )


def _rejecting(num: int, figure: str) -> str:
    return ngettext(
        "Rejecting %(figure)s signature", "Rejecting %(figure)s signatures", num, figure=figure
    )


def _showing(num: int, figure: str) -> str:
    return ngettext("Showing %(figure)s comment", "Showing %(figure)s comments", num, figure=figure)


def _hiding(num: int, figure: str) -> str:
    return ngettext("Hiding %(figure)s comment", "Hiding %(figure)s comments", num, figure=figure)


def _approved(num: int, figure: str) -> str:
    return ngettext(
        "%(figure)s signature approved", "%(figure)s signatures approved", num, figure=figure
    )


def _rejected(num: int, figure: str) -> str:
    return ngettext(
        "%(figure)s signature rejected", "%(figure)s signatures rejected", num, figure=figure
    )


def _shown(num: int, figure: str) -> str:
    return ngettext("%(figure)s comment shown", "%(figure)s comments shown", num, figure=figure)


def _hidden(num: int, figure: str) -> str:
    return ngettext("%(figure)s comment hidden", "%(figure)s comments hidden", num, figure=figure)


def _unapproved(num: int, figure: str) -> str:
    return ngettext(
        "Undo: approval of %(figure)s signature",
        "Undo: approval of %(figure)s signatures",
        num,
        figure=figure,
    )


def _unrejected(num: int, figure: str) -> str:
    return ngettext(
        "Undo: rejection of %(figure)s signature",
        "Undo: rejection of %(figure)s signatures",
        num,
        figure=figure,
    )


def _unshown(num: int, figure: str) -> str:
    return ngettext(
        "Undo: showing %(figure)s comment", "Undo: showing %(figure)s comments", num, figure=figure
    )


def _unhidden(num: int, figure: str) -> str:
    return ngettext(
        "Undo: hiding %(figure)s comment", "Undo: hiding %(figure)s comments", num, figure=figure
    )


def _named(num: int, figure: str) -> str:
    return ngettext("%(figure)s full name shown", "%(figure)s full names shown", num, figure=figure)


def _kept_private(num: int, figure: str) -> str:
    return ngettext(
        "%(figure)s name kept private", "%(figure)s names kept private", num, figure=figure
    )


def _unnamed(num: int, figure: str) -> str:
    return ngettext(
        "Undo: showing %(figure)s full name",
        "Undo: showing %(figure)s full names",
        num,
        figure=figure,
    )


def _not_kept_private(num: int, figure: str) -> str:
    return ngettext(
        "Undo: keeping %(figure)s name private",
        "Undo: keeping %(figure)s names private",
        num,
        figure=figure,
    )


_PRESS = {
    "approve": _press_approve,
    "reject": _press_reject,
    "show": _press_show,
    "hide": _press_hide,
}
RUNNING_LABELS = {"approve": _approving, "reject": _rejecting, "show": _showing, "hide": _hiding}
DONE_LABELS = {
    "approve": _approved,
    "reject": _rejected,
    "show": _shown,
    "hide": _hidden,
    "name": _named,
    "private": _kept_private,
}
UNDONE_LABELS = {
    "approve": _unapproved,
    "reject": _unrejected,
    "show": _unshown,
    "hide": _unhidden,
    "name": _unnamed,
    "private": _not_kept_private,
}
