"""Choose a page's language: the one in its URL, else the best that the browser accepts."""

from typing import Any

from flask import Flask, current_app, g, redirect, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from campaign.http.urls import with_query
from campaign.i18n.locales import LOCALES
from campaign.site.settings import site_settings


class LanguageRule(Rule):
    """Route rule whose `<lang>` matches only our languages, and no other path segment."""

    def get_converter(self, variable_name, converter_name, args, kwargs):
        if variable_name == "lang":
            converter_name, args = "any", tuple(LOCALES)
        return super().get_converter(variable_name, converter_name, args, kwargs)


def chosen_lang() -> str:
    """Return the two-letter code of the language of this response."""
    if "lang" not in g:
        g.lang = best_lang()
    return g.lang


def best_lang() -> str:
    """Return the language in the URL, else the visitor's first that we have, else our first."""
    languages = site_settings().languages
    if not request:
        return languages[0]
    candidates = [request.path.split("/", 2)[1], *(tag for tag, _ in request.accept_languages)]
    # Of a tag such as fr-CA only the language matters: we have one French.
    codes = (tag.lower().split("-")[0].split("_")[0] for tag in candidates)
    return next((lang for lang in codes if lang in languages), languages[0])


def locale() -> str:
    """Return the Babel identifier of the locale of this request."""
    return LOCALES[chosen_lang()]


def init_app(app: Flask) -> None:
    app.url_rule_class = LanguageRule

    @app.url_value_preprocessor
    def _read_lang(_endpoint: str | None, values: dict[str, Any] | None) -> None:
        g.pop("lang", None)
        if values and "lang" in values:
            g.lang = values.pop("lang")

    @app.url_defaults
    def _add_lang(endpoint: str, values: dict[str, Any]) -> None:
        if "lang" not in values and app.url_map.is_endpoint_expecting(endpoint, "lang"):
            values["lang"] = chosen_lang()


def redirect_to_language() -> Response | None:
    """Redirect if the URL only lacks a language or has an extra final slash, else return None."""
    # A line break in the path must not reach a header.
    if request.method not in ("GET", "HEAD") or not request.path.isprintable():
        return None
    lang, bare = best_lang(), request.path.rstrip("/")
    path = next(
        (path for path in (f"/{lang}{request.path}", bare, f"/{lang}{bare}") if _is_page(path)),
        None,
    )
    if path is None:
        return None
    response = redirect(with_query(path))
    response.vary.add("Accept-Language")
    response.cache_control.no_cache = True
    return response


def _is_page(path: str) -> bool:
    if path == request.path:
        return False
    try:
        current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return False
    return True
