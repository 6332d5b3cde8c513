"""Access guards: each view declares who may use it, and how many bytes it may receive."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from inspect import signature
from typing import Any, cast

from flask import abort, current_app, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from campaign.accounts import permissions
from campaign.accounts.models import Organizer
from campaign.accounts.permissions import TABLE
from campaign.organize.auth.sessions import log_refused_access
from campaign.organize.auth.unsaved_forms import (
    password_prompt,
    sign_in_redirect,
    unsaved_form_page,
)
from campaign.organize.core import identity
from campaign.organize.core.identity import organizer, scope_of
from campaign.process.clock import utcnow

# Values a view may declare instead of an action of the permissions table.
ANYBODY = "anybody"
ORGANIZER = "organizer"
# A phone left on a table must not be enough to take over the account.
FRESH_FOR = timedelta(minutes=20)


def allowed(
    action: str, thing: Callable[..., Any] | None = None
) -> Callable[[Callable[..., ResponseReturnValue]], Callable[..., ResponseReturnValue]]:
    """Guard a view: only organizers who may do `action` pass.

    `thing` takes URL values by name and returns the object of the view, or None. `scope_of` says
    which cause or organisation it belongs to. The view receives it in place of those values. An
    organizer without any role there gets 404, others 403.

    Without `thing`, the permission in any one cause or organisation is enough. The view then
    filters by `causes_where(action)` or `organisations_where(action)`.
    """
    if action not in TABLE:
        raise ValueError(f"the table of permissions has no {action!r}")

    def guard(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
        @wraps(view)
        def guarded(**values: Any) -> ResponseReturnValue:
            who = _required_organizer()
            if thing is None:
                if not permissions.may_somewhere(who, action):
                    log_refused_access(who, action)
                    abort(403)
                return view(**values)
            subject = thing(**{name: values.pop(name) for name in names})
            if subject is None:
                abort(404)
            scope = scope_of(subject)
            if not permissions.may(who, action, *scope):
                log_refused_access(who, action, scope[0])
                abort(403 if permissions.belongs_to(who, *scope) else 404)
            return view(subject, **values)

        names = () if thing is None else tuple(signature(thing).parameters)
        return _with_permission(guarded, action, "anywhere" if thing is None else "of its object")

    return guard


def any_organizer(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Guard a view: any signed-in organizer passes, with a second factor if a role needs one."""
    return _guard_with(_required_organizer, view, "any")


def own_account(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Guard an account page: anyone signed in passes, as the second factor is set up there too."""
    return _guard_with(_signed_in, view, "own account")


def _guard_with(
    require: Callable[[], Organizer], view: Callable[..., ResponseReturnValue], reach: str
) -> Callable[..., ResponseReturnValue]:
    @wraps(view)
    def guarded(**values: Any) -> ResponseReturnValue:
        require()
        return view(**values)

    return _with_permission(guarded, ORGANIZER, reach)


def fresh(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Ask for the password again if it was last confirmed more than FRESH_FOR ago.

    Put this decorator below the other guard.
    """

    @wraps(view)
    def guarded(*thing: Any, **values: Any) -> ResponseReturnValue:
        require_fresh_password()
        return view(*thing, **values)

    marked: Any = guarded
    marked.is_fresh = True
    return guarded


def require_fresh_password() -> None:
    """Ask for the password again if it was last confirmed more than FRESH_FOR ago.

    For views that need it only for some input. Others use the decorator `fresh`.
    """
    if g.organizer_session.confirmed_at < utcnow() - FRESH_FOR:
        abort(password_prompt())


def accepts_bytes(
    limit: int | str, refuse: Callable[[], ResponseReturnValue] | None = None
) -> Callable[[Callable[..., ResponseReturnValue]], Callable[..., ResponseReturnValue]]:
    """Raise the request size limit of a view for organizers. Other views accept far less.

    Put this decorator above the other guards. `limit` is a number of bytes, or the name of the
    setting that holds it. `refuse` returns the response to a larger request. Without it, a general
    error page is shown.
    """

    def decorate(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
        marked: Any = view
        marked.max_bytes, marked.refuse_large = limit, refuse
        return view

    return decorate


def megabytes(limit: str) -> int:
    """Return the whole megabytes in the setting `limit`, to tell people before they send a file."""
    return int(current_app.config[limit]) // 2**20


def refuse_large_file(endpoint: str) -> Callable[[], ResponseReturnValue]:
    """Return what refuses a file larger than the setting IMPORT_BYTES: a message at `endpoint`."""

    def refuse() -> ResponseReturnValue:
        flash(
            _(
                "This file is larger than %(max)s MB. Split it into parts.",
                max=megabytes("IMPORT_BYTES"),
            ),
            "danger",
        )
        return redirect(url_for(endpoint), 303)

    return refuse


def anybody(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Mark a view as open to everyone, for the sign-in pages."""
    return _with_permission(view, ANYBODY)


def _with_permission(
    view: Callable[..., ResponseReturnValue], permission: str, reach: str = ""
) -> Callable[..., ResponseReturnValue]:
    """Note on a view what it demands, and where, for the check of each request and for tests."""
    marked: Any = view
    marked.permission, marked.reach = permission, reach
    return view


def _signed_in() -> Organizer:
    return organizer() or abort(sign_in_redirect())


def _required_organizer() -> Organizer:
    """Return the signed-in organizer, or redirect to sign-in or to the second factor's setup.

    Organizers who may see personal data must have a second factor first.
    """
    who = organizer() or abort(unsaved_form_page() or sign_in_redirect())
    if permissions.must_have_second_factor(who) and not who.has_second_factor:
        abort(redirect(url_for("organize.second_factor.index"), 303))
    return who


def max_bytes_for(app: Any, environ: dict[str, Any]) -> int:
    """Return how many bytes the request behind a WSGI `environ` may send.

    The server calls this before it reads a long body.
    """
    with app.request_context(environ):
        view = app.view_functions.get(request.endpoint)
        if hasattr(view, "max_bytes"):
            identity.find_session()
        return max_bytes_of_view(view)


def max_bytes_of_view(view: Any) -> int:
    """Return how many bytes this request may send to `view`.

    A view with `max_bytes` accepts so many from organizers, and from people whom its `admits`
    accepts, such as the holder of a link.
    """
    if hasattr(view, "max_bytes") and (identity.organizer() or _is_admitted(view)):
        return cast(int, current_app.config.get(view.max_bytes, view.max_bytes))
    return cast(int, current_app.config["MAX_CONTENT_LENGTH"])


def _is_admitted(view: Any) -> bool:
    return hasattr(view, "admits") and view.admits(**(request.view_args or {}))
