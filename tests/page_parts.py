"""Read a page's alerts, wrong fields, attributes and figures, whatever its text."""

import re

from lxml import html

FIGURE = re.compile(r"\d[\d.,\u00a0\u202f]*\d|\d")


def tree(page):
    """Return the root element of a response, or of a page's text."""
    return html.fromstring(page if isinstance(page, str) else page.text)


def alerts(page):
    """Return the kind of each alert (grave, waiting, sure or note), in the order of the page."""
    return values(page, "data-kind")


def wrong_fields(page):
    """Return {field id: error} for each field marked as wrong and described by its error."""
    root = tree(page)
    described = {part for ids in root.xpath("//@aria-describedby") for part in ids.split()}
    errors = {item.get("id"): text(item) for item in root.find_class("error") if item.get("id")}
    assert errors.keys() <= described, "each error belongs to a field"
    return {name.removesuffix("-error"): error for name, error in errors.items()}


def values(page, attribute):
    """Return the values of an attribute, in the order of the page."""
    return [str(item) for item in tree(page).xpath(f"//@{attribute}")]


def links(page):
    """Return the URLs that the page links to."""
    return values(page, "href")


def sends_to(page):
    """Return the URLs that the forms and buttons of the page submit to."""
    return tree(page).xpath("//form/@action | //button/@formaction")


def version_on(page):
    """Return the version that the first form of the page posts, by which conflicts are found."""
    return tree(page).xpath("string(//input[@name='version']/@value)")


def is_empty(page):
    """Return whether the page shows that it has nothing to list."""
    return bool(tree(page).find_class("empty"))


def text_at(page, path):
    """Return the text of the one element at an XPath, or fail."""
    [element] = tree(page).xpath(path)
    return text(element)


def title(page):
    """Return the title of a page, for browser tabs and screen readers."""
    return text_at(page, "//head/title")


def text(element):
    return " ".join(element.text_content().split())


def figures(words):
    """Return the whole numbers in a sentence, without thousands separators."""
    return [int(re.sub(r"\D", "", match)) for match in FIGURE.findall(words)]
