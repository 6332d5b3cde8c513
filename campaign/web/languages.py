"""Choose a page's language: the one in its URL, else the best that the browser accepts."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, cast

from babel.support import NullTranslations, Translations
from flask import Flask, g, redirect, request
from flask_babel import Babel, Domain, get_locale
from werkzeug.routing import BaseConverter, Rule, ValidationError
from werkzeug.wrappers import Response

from campaign.http.urls import has_page, with_query
from campaign.i18n.locales import (
    INTERFACE_LANGUAGES,
    UnknownLanguage,
    interface_lang,
    locale_of,
    normalised,
)
from campaign.site.languages import offered_lang, request_lang
from campaign.site.settings import site_settings


class LanguageConverter(BaseConverter):
    """Path segment that is one of the site's languages now, as they can change at any time."""

    # A tag is shorter than the first part of our other URLs, except these two.
    regex = "(?!(?:api|dev)(?:/|$))[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,4}){0,2}"

    def to_python(self, value: str) -> str:
        if value not in site_settings().languages:
            raise ValidationError
        return value

    def to_url(self, value: str) -> str:
        # Texts and people may be in a language that the site no longer has.
        return value if value in site_settings().languages else offered_lang([value])


class LanguageRule(Rule):
    """Route rule whose `<lang>` matches only the site's languages, and no other path segment."""

    def get_converter(
        self,
        variable_name: str,
        converter_name: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
    ) -> BaseConverter:
        if variable_name == "lang":
            converter_name = "lang"
        return super().get_converter(variable_name, converter_name, args, kwargs)


class InterfaceMessages(Domain):
    """The messages of a locale, or of the nearest language if there is no translation."""

    def get_translations(self) -> NullTranslations:
        locale = get_locale()
        if locale is None or locale.language in INTERFACE_LANGUAGES:
            return cast(NullTranslations, super().get_translations())
        # Do not read the settings of the site for each message.
        locale_and_messages = g.get("messages_of_locale")
        if locale_and_messages is None or locale_and_messages[0] is not locale:
            lang = interface_lang(locale.language, site_settings().languages)
            g.messages_of_locale = locale_and_messages = locale, self._messages_in(lang)
        return cast(NullTranslations, locale_and_messages[1])

    def _messages_in(self, lang: str) -> NullTranslations:
        if lang not in self.cache:
            [folder] = self.translation_directories
            self.cache[lang] = Translations.load(folder, [lang], *self.domain)
        return cast(NullTranslations, self.cache[lang])


class InterfaceBabel(Babel):
    """Flask-Babel with InterfaceMessages."""

    @cached_property
    def domain_instance(self) -> Domain:
        return InterfaceMessages(domain=self.domain)


babel = InterfaceBabel()


def chosen_lang() -> str:
    """Return the tag of the language of this response."""
    if "lang" not in g:
        g.lang = request_lang()
    return cast(str, g.lang)


def locale() -> str:
    """Return the Babel identifier of the locale of this request."""
    return locale_of(chosen_lang())


def init_app(app: Flask) -> None:
    app.url_map.converters["lang"] = LanguageConverter
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
    """Redirect if the URL is only slightly wrong, else return None.

    It lacks a language, has one in another case (/PT-br/), or has an extra final slash.
    """
    # A line break in the path must not reach a header.
    if request.method not in ("GET", "HEAD") or not request.path.isprintable():
        return None
    lang, bare = request_lang(), request.path.rstrip("/")
    candidates = (f"/{lang}{request.path}", bare, f"/{lang}{bare}", *_in_canonical_case())
    path = next(filter(_is_other_page, candidates), None)
    if path is None:
        return None
    response = redirect(with_query(path))
    response.vary.add("Accept-Language")
    response.cache_control.no_cache = True
    return response


def _in_canonical_case() -> Iterator[str]:
    _root, first, *rest = request.path.split("/", 2)
    try:
        canonical = normalised(first)
    except UnknownLanguage:
        return
    if canonical in site_settings().languages:
        path = "/".join(("", canonical, *rest))
        yield from (path, path.rstrip("/"))


def _is_other_page(path: str) -> bool:
    return path != request.path and has_page(path)
