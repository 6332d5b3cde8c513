"""Which language a page speaks: the one in its address, else the best that the browser asks for."""

from flask import current_app, g, redirect, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule

from campaign.http.urls import with_query
from campaign.i18n.locales import LOCALES


class LanguageRule(Rule):
    """A rule whose `<lang>` stands for our languages alone, so that no other word is taken for one."""

    def get_converter(self, variable_name, converter_name, args, kwargs):
        if variable_name == "lang":
            converter_name, args = "any", tuple(LOCALES)
        return super().get_converter(variable_name, converter_name, args, kwargs)


def chosen_lang():
    """Return the two letters of the language that this request is answered in."""
    if "lang" not in g:
        g.lang = best_lang()
    return g.lang


def best_lang():
    """Return the language at the head of the address, else the first that the visitor reads, else English."""
    languages = current_app.config["LANGUAGES"]
    if not request:
        return languages[0]
    wanted = [request.path.split("/", 2)[1], *(tag for tag, _ in request.accept_languages)]
    # Of a tag such as fr-CA only the language counts: we have one French.
    spoken = (tag.lower().split("-")[0].split("_")[0] for tag in wanted)
    return next((lang for lang in spoken if lang in languages), languages[0])


def locale():
    """Return the Babel locale for the language of this request."""
    return LOCALES[chosen_lang()]


def init_app(app):
    app.url_rule_class = LanguageRule

    @app.url_value_preprocessor
    def _take_lang(_endpoint, values):
        g.pop("lang", None)
        if values and "lang" in values:
            g.lang = values.pop("lang")

    @app.url_defaults
    def _give_lang(endpoint, values):
        if "lang" not in values and app.url_map.is_endpoint_expecting(endpoint, "lang"):
            values["lang"] = chosen_lang()


def redirect_to_language():
    """Return a redirect to the page whose address only lacks a language, or has a slash too many at its end, or None."""
    if request.method not in ("GET", "HEAD"):
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


def _is_page(path):
    if path == request.path:
        return False
    try:
        current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return False
    return True
