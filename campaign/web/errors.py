"""Error pages, and the error handlers that choose and log them."""

import logging
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from flask import Flask, abort, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from campaign.api.errors import is_api_path, problem
from campaign.db.failure_log import FailureLog
from campaign.db.transactions import DATABASE_AWAY
from campaign.errors import CampaignError
from campaign.http.caching import DATABASE_IS_AWAY
from campaign.process.logs import PRIVATE_VALUES
from campaign.surge.state import WorkWaits
from campaign.switches.state import SwitchedOffError
from campaign.web.languages import redirect_to_language
from campaign.web.not_found import neighbours_of_request, redirect_to_present_slug

DESIGNED = (403, 404, 405, 410, 413, 422, 429, 500, 503)
RETRY_SECONDS = 30

log = logging.getLogger("campaign.failures")


def _private_values() -> set[str]:
    """Return what the request has sent, as text: fields, query, JSON and personal links."""
    view_args = request.view_args or {}
    values = {str(value) for name, value in view_args.items() if name != "slug"}
    # What cannot be read as a form has not reached any view.
    with suppress(HTTPException):
        values.update(value for name in request.values for value in request.values.getlist(name))
        values.update(_texts_in(request.get_json(silent=True)))
    return values


def _texts_in(data: object) -> Iterator[str]:
    """Yield the texts in parsed JSON. Hostile JSON may be as deep as the parser lets it be."""
    rest = [data]
    while rest:
        item = rest.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            rest += item.values()
        elif isinstance(item, list):
            rest += item


failure_log = FailureLog(log, _private_values)


def init_app(app: Flask) -> None:
    app.before_request(refuse_null_bytes)
    app.register_error_handler(HTTPException, answer_http)
    app.register_error_handler(CampaignError, handle_campaign_error)
    for error_class in DATABASE_AWAY:
        app.register_error_handler(error_class, answer_busy)
    app.register_error_handler(Exception, answer_unexpected)
    # Flask's own method logs the URL, which may hold a token.
    app.log_exception = log_escaped  # type: ignore[method-assign]


def refuse_null_bytes() -> None:
    """Answer 404 to a NUL byte in the path: we have no such URL, and PostgreSQL would raise."""
    if "\0" in request.path:
        abort(404)


def answer_http(error: HTTPException) -> ResponseReturnValue:
    """Answer with the error page of the status, or redirect if the URL is only slightly wrong."""
    if error.response is not None:
        return error.response
    if error is request.routing_exception and error.code == 400:
        # The requested host is not a valid name, and without a host no page can build its links.
        return (
            "There is no site with this name.\n",
            400,
            {"Content-Type": "text/plain; charset=utf-8"},
        )
    original = getattr(error, "original_exception", None)
    if original is not None:
        # This error was raised while another error was being answered, and nothing has logged it
        # yet.
        return answer_unexpected(original)
    if error.code == 404 and (moved := redirect_to_present_slug() or _redirect_to_page()):
        return moved
    headers = {
        name: value
        for name, value in error.get_headers()
        if name not in ("Content-Type", "Content-Length")
    }
    if is_api_path(request.path):
        return problem(error.code or 500, error.description, headers)
    return _render_error(
        error.code or 500, headers, retry_after=getattr(error, "retry_after", None)
    )


def _redirect_to_page() -> BaseResponse | None:
    # If a route matched, its view already found nothing. Dropping a slash would give the same 404.
    return redirect_to_language() if request.url_rule is None else None


def handle_campaign_error(error: CampaignError) -> ResponseReturnValue:
    """Answer with the error page of its status. Say what is switched off, and when to try again."""
    headers = {"Retry-After": str(error.retry_seconds)} if error.retry_seconds else {}
    switch = error.switch if isinstance(error, SwitchedOffError) else None
    if isinstance(error, WorkWaits):
        return _render_error(error.status, headers, waits=True, retry_after=error.retry_seconds)
    return _render_error(error.status, headers, switch=switch)


def answer_busy(error: Exception) -> ResponseReturnValue:
    """Answer 503: the database is locked, full or away. Nothing was saved, so retrying is safe."""
    request.environ[DATABASE_IS_AWAY] = True
    reference = _log_failure(error)
    return _render_error(
        503, {"Retry-After": str(RETRY_SECONDS)}, reference=reference, retry_after=RETRY_SECONDS
    )


def answer_unexpected(error: Exception) -> ResponseReturnValue:
    reference = _log_failure(error)
    try:
        return _render_error(500, {}, reference=reference)
    except Exception as second_error:
        # What broke the page may break the error page too.
        return (
            f"Something broke on our side. ({reference}, {_log_failure(second_error)})",
            500,
            {"Content-Type": "text/plain"},
        )


def log_escaped(exc_info: Any) -> None:
    """Log an error raised while answering another one. `exc_info` is as from sys.exc_info()."""
    log.error(
        "an answer failed at %s %s",
        request.method,
        _rule(),
        exc_info=exc_info,
        extra={PRIVATE_VALUES: _private_values()},
    )


def _log_failure(error: BaseException) -> str:
    """Log `error` and return its reference number."""
    return failure_log.note(error, f"{request.method} {_rule()}")


def _rule() -> str:
    """Return the route's rule, which names the view without the URL: that may hold a token."""
    return request.url_rule.rule if request.url_rule else "no rule"


def _render_error(status: int, headers: dict[str, str], **context: Any) -> ResponseReturnValue:
    if is_api_path(request.path):
        return problem(
            status, headers=headers, **{name: value for name, value in context.items() if value}
        )
    if _wants_json():
        body = {"error": status, **{name: value for name, value in context.items() if value}}
        return jsonify(body), status, headers
    page_status = status if status in DESIGNED else 500 if status >= 500 else 404
    if page_status == 404:
        # A personal link has no similar pages: what it opened is gone, or the link was cut off.
        context["is_own_link"] = "token" in (request.view_args or ())
    if status == 404 and not context["is_own_link"]:
        context["neighbours"] = neighbours_of_request()
    return render_template(f"errors/{page_status}.html", **context), status, headers


def _wants_json() -> bool:
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json"
