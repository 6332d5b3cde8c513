"""Markdown that organizers write, as HTML that is safe to show."""

from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

TAGS = {"p", "h2", "h3", "h4", "ul", "ol", "li", "strong", "em", "blockquote", "a", "br", "hr"}

_parser = MarkdownIt("commonmark", {"html": False, "typographer": False})


@lru_cache(maxsize=512)
def to_html(text):
    """Return `text` as Markup of plain elements only; headings begin at level two, as the page owns level one."""
    html = _parser.render(text)
    for level in (3, 2, 1):
        html = html.replace(f"<h{level}>", f"<h{level + 1}>").replace(f"</h{level}>", f"</h{level + 1}>")
    return Markup(nh3.clean(html, tags=TAGS, attributes={"a": {"href"}}, link_rel="noopener"))


@lru_cache(maxsize=512)
def to_text(text, *, shows_links=False):
    """Return the words of `text` without its marks, paragraphs parted by an empty line; with `shows_links` addresses stand behind them."""
    blocks = (_plain(token, shows_links) for token in _parser.parse(text) if token.type == "inline")
    return "\n\n".join(block for block in blocks if block)


def to_paragraphs(text):
    """Yield (kind, words) of the paragraphs of `text`, for print: kind is `head`, or `text` with the mark of a list before it."""
    lists, kind, mark = [], "text", ""
    for token in _parser.parse(text):
        if token.type in ("ordered_list_open", "bullet_list_open"):
            lists.append(int(token.attrs.get("start", 1)) if token.type[0] == "o" else None)
        elif token.type in ("ordered_list_close", "bullet_list_close"):
            lists.pop()
        elif token.type == "list_item_open":
            mark = "– " if lists[-1] is None else f"{lists[-1]}. "
            lists[-1] = None if lists[-1] is None else lists[-1] + 1
        elif token.type in ("heading_open", "paragraph_open"):
            kind = "head" if token.type[0] == "h" else "text"
        elif token.type == "inline" and (words := _plain(token, shows_links=False)):
            yield kind, mark + words
            mark = ""


def _plain(token, shows_links):
    words, href = "", ""
    for child in token.children:
        if child.type == "link_open":
            href = child.attrGet("href")
        elif child.type == "link_close" and shows_links and not words.endswith(href):
            words += f" ({href})"
        words += "\n" if child.type in ("softbreak", "hardbreak") else child.content
    return words.strip()
