"""Register what renders each kind of email."""

from collections.abc import Callable, Collection
from typing import TypeAlias, cast

from flask import Flask

from campaign.mail.composition import Message
from campaign.mail.models import OutboxRow

Renderer: TypeAlias = Callable[[OutboxRow], Message | None]
Loader: TypeAlias = Callable[[Collection[int]], object]


class NotNow(Exception):
    """A renderer raises this when its email is still needed, but must wait for `seconds`.

    `reason` says why, without names or addresses. Waiting costs the email none of its attempts.
    """

    def __init__(self, seconds: float, reason: str) -> None:
        super().__init__(reason)
        self.seconds, self.reason = seconds, reason


def register(
    app: Flask,
    kind: str,
    renderer: Renderer,
    name: str = "",
    *,
    is_bound: bool = False,
    load: Loader | None = None,
) -> None:
    """Let `renderer` write the emails of `kind`.

    It gets the outbox row and returns a Message, or None if the email is no longer needed, or
    raises NotNow. It only reads: its changes are rolled back. `name` says in a few words what the
    email does, for people who read a list of emails. Set `is_bound` for emails that anyone who
    knows an address can cause. Those count towards the daily limit.

    `load` gets the subject ids of all emails of the kind in a pass, before the first is rendered.
    It reads what `renderer` needs with a few queries, into the session or into `g`, which end with
    the pass. What it returns is kept in memory until then.
    """
    renderers_of(app)[kind] = renderer
    if load is not None:
        loaders_of(app)[kind] = load
    names_of(app)[kind] = name
    if is_bound:
        bound_kinds(app).add(kind)


def renderers_of(app: Flask) -> dict[str, Renderer]:
    """Return the renderers of `app`, by kind of email."""
    return cast("dict[str, Renderer]", app.extensions.setdefault("mail_renderers", {}))


def loaders_of(app: Flask) -> dict[str, Loader]:
    """Return what reads the rows for many emails of a kind at once, by kind."""
    return cast("dict[str, Loader]", app.extensions.setdefault("mail_loaders", {}))


def bound_kinds(app: Flask) -> set[str]:
    """Return the kinds of email of `app` that count towards the daily limit."""
    return cast("set[str]", app.extensions.setdefault("mail_bound_kinds", set()))


def names_of(app: Flask) -> dict[str, str]:
    """Return what each kind of email of `app` does, in a few words."""
    return cast("dict[str, str]", app.extensions.setdefault("mail_names", {}))
