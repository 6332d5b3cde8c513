"""What one must be to see a page of the workspace: each view says it, and who may not is turned away before it runs."""

from datetime import timedelta
from functools import wraps
from inspect import signature

from flask import abort, g, redirect, url_for

from campaign.accounts import permissions
from campaign.accounts.permissions import TABLE
from campaign.organize.auth.refusals import note_refused_access
from campaign.organize.auth.unsaved_forms import (
    to_the_door,
    to_the_password,
    words_kept_at_the_door,
)
from campaign.organize.identity import cause_id_of, organizer
from campaign.process.clock import utcnow

# What a view declares instead of an action of the table.
ANYBODY = "anybody"
ORGANIZER = "organizer"
# Who left a phone on a table must not lose the account with it.
FRESH = timedelta(minutes=20)


def allowed(action, thing=None):
    """Let only those in who may do `action`.

    `thing` takes values of the address by name and returns what the view is about (a cause, or what has a `cause_id`) or
    None; the view gets it in their place. Who has no role in its cause is told that there is nothing. Without `thing`
    being allowed in any cause is enough, and the view asks `causes_where(action)` what to show.
    """
    if action not in TABLE:
        raise ValueError(f"the table of permissions has no {action!r}")

    def guard(view):
        @wraps(view)
        def guarded(**values):
            who = _known()
            if thing is None:
                if not permissions.may_somewhere(who, action):
                    note_refused_access(who, action)
                    abort(403)
                return view(**values)
            found = thing(**{name: values.pop(name) for name in names})
            if found is None:
                abort(404)
            if not permissions.may(who, action, cause_id_of(found)):
                note_refused_access(who, action, cause_id_of(found))
                abort(403 if permissions.belongs_to(who, cause_id_of(found)) else 404)
            return view(found, **values)

        names = () if thing is None else tuple(signature(thing).parameters)
        guarded.permission = action
        return guarded

    return guard


def any_organizer(view):
    """Let everybody in who is signed in as far as their roles ask, whatever these roles are."""
    return _let_in_when(_known, view)


def own_account(view):
    """Let everybody in who is signed in: pages of one's own account, where the second factor is set up too."""
    return _let_in_when(_signed_in, view)


def _let_in_when(known, view):
    @wraps(view)
    def guarded(**values):
        known()
        return view(**values)

    guarded.permission = ORGANIZER
    return guarded


def fresh(view):
    """Ask who is signed in for their password first where they last showed it a while ago; stands under the other guard."""

    @wraps(view)
    def guarded(*thing, **values):
        if g.organizer_session.confirmed_at < utcnow() - FRESH:
            abort(to_the_password())
        return view(*thing, **values)

    guarded.is_fresh = True
    return guarded


def takes_bytes(most, refuse=None):
    """Let a view take so many bytes from an organizer, where others take far fewer; stands over the other guards.

    `most` is a number, or the name of the setting that says it. `refuse` answers where it was more: else a page says that it was
    too long.
    """

    def mark(view):
        view.most_bytes, view.refuse_large = most, refuse
        return view

    return mark


def anybody(view):
    """Let everybody in: the doors of the workspace."""
    view.permission = ANYBODY
    return view


def _signed_in():
    return organizer() or abort(to_the_door())


def _known():
    """Return who is signed in as far as their roles ask: who may see personal data must have a second factor first."""
    who = organizer() or abort(words_kept_at_the_door() or to_the_door())
    if permissions.must_have_second_factor(who) and not who.has_second_factor:
        abort(redirect(url_for("organize.second_factor.index"), 303))
    return who
