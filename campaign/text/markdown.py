"""Convert Markdown by organizers to safe HTML, and to plain text."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

TAGS = {"p", "h2", "h3", "h4", "ul", "ol", "li", "strong", "em", "blockquote", "a", "br", "hr"}
ATTRIBUTES = {"a": {"href"}}
# Also allowed if the text has pictures of ours. Pictures from other sites are not shown, because
# those sites would learn who reads the page.
PICTURE_TAGS = {"img", "figure", "figcaption"}
PICTURE_ATTRIBUTES = {"img": {"src", "srcset", "sizes", "width", "height", "alt", "loading"}}

_parser = MarkdownIt("commonmark", {"html": False, "typographer": False})


@dataclass(frozen=True)
class Pictured:
    """One of our pictures, which a text shows as `![](picture:<number>)`.

    `address` is its URL. `small` is the URL of a version for phones, or "".
    """

    number: int
    address: str
    width: int
    height: int
    alt: str
    small: str = ""

    @property
    def name(self) -> str:
        return f"picture:{self.number}"


@lru_cache(maxsize=512)
def to_html(
    text: str, pictures: tuple[Pictured, ...] = (), *, links_pictures: bool = False
) -> Markup:
    """Return `text` as HTML with only the elements in TAGS, and those for our own pictures.

    Headings begin at level two, because the page's own title is level one. Only `pictures` are
    shown. With `links_pictures`, each becomes a link with its alt text, so that nothing is loaded.
    """
    tokens = _parser.parse(text)
    known = {picture.name: picture for picture in pictures}
    if not links_pictures:
        _frame(tokens, known)
    html = _parser.renderer.render(
        tokens, _parser.options, {"pictures": known, "links_pictures": links_pictures}
    )
    for level in (3, 2, 1):
        html = html.replace(f"<h{level}>", f"<h{level + 1}>").replace(
            f"</h{level}>", f"</h{level + 1}>"
        )
    tags, attributes = (
        (TAGS | PICTURE_TAGS, ATTRIBUTES | PICTURE_ATTRIBUTES) if known else (TAGS, ATTRIBUTES)
    )
    return Markup(nh3.clean(html, tags=tags, attributes=attributes, link_rel="noopener"))


@lru_cache(maxsize=512)
def to_text(text: str, pictures: tuple[Pictured, ...] = (), *, shows_links: bool = False) -> str:
    """Return `text` without its Markdown syntax, with an empty line between paragraphs.

    With `shows_links`, for plain-text emails, the URL follows each link's text and lists keep
    their markers. The alt texts and captions of `pictures` are included.
    """
    known = {picture.name: picture for picture in pictures}
    told, list_before = "", ""
    for kind, mark, token in _paragraphs(_parser.parse(text)):
        words = _plain(token, shows_links, known)
        if not words:
            continue
        in_list = ""
        if shows_links and kind == "item":
            words = f"{mark.replace('–', '-') or ' '} " + words.replace("\n", "\n  ")
            in_list = "bullets" if mark == "–" else "numbers" if mark else list_before
        between = "\n" if mark and in_list and in_list == list_before else "\n\n"
        told, list_before = f"{told}{between}{words}" if told else words, in_list
    return told


def picture_names(text: str) -> list[Any]:
    """Return the sources of all pictures in `text`, in order, such as "picture:7"."""
    inline = (token.children for token in _parser.parse(text) if token.type == "inline")
    return [
        child.attrGet("src") for children in inline for child in children if child.type == "image"
    ]


def to_paragraphs(text: str) -> Iterator[tuple[str, Any]]:
    """Yield (kind, content) of each paragraph, for print; kind is `head`, `text` or `item`.

    The content is text. For an `item` of a list, it is a pair (marker, text). The marker is empty
    in the second and later paragraphs of an item.
    """
    for kind, mark, token in _paragraphs(_parser.parse(text)):
        if words := _plain(token):
            yield (kind, (mark, words)) if kind == "item" else (kind, words)


def _paragraphs(tokens):
    """Yield (kind, list marker, inline token) of each paragraph; see `to_paragraphs`."""
    lists, kind, mark = [], "text", ""
    for token in tokens:
        if token.type in ("ordered_list_open", "bullet_list_open"):
            lists.append(int(token.attrs.get("start", 1)) if token.type[0] == "o" else None)
        elif token.type in ("ordered_list_close", "bullet_list_close"):
            lists.pop()
        elif token.type == "list_item_open":
            mark = "–" if lists[-1] is None else f"{lists[-1]}."
            lists[-1] = None if lists[-1] is None else lists[-1] + 1
        elif token.type in ("heading_open", "paragraph_open"):
            kind = "head" if token.type[0] == "h" else "text"
        elif token.type == "inline":
            yield ("item" if lists and kind == "text" else kind), mark, token
            if token.content.strip():
                mark = ""


def _frame(tokens, known):
    """Turn paragraphs that contain only a picture into figures, captioned by its title."""
    for opened, inline, closed in zip(tokens, tokens[1:], tokens[2:]):
        if (
            opened.type != "paragraph_open"
            or opened.hidden
            or [child.type for child in inline.children] != ["image"]
        ):
            continue
        if inline.children[0].attrGet("src") in known:
            opened.tag = closed.tag = "figure"
            inline.children[0].meta["is_framed"] = True


def _image(renderer, tokens, at, options, env):
    token = tokens[at]
    shown = env["pictures"].get(token.attrGet("src"))
    if shown is None:
        return ""
    caption = token.attrGet("title")
    if env["links_pictures"]:
        link = Markup('<a href="{}">{}</a>').format(shown.address, shown.alt)
        return link + Markup("<br>") + caption if caption else link
    sizes = Markup(' srcset="{} 800w, {} {}w" sizes="(min-width: 60rem) 46rem, 92vw"').format(
        shown.small, shown.address, shown.width
    )
    image = Markup('<img src="{}"{} width="{}" height="{}" alt="{}" loading="lazy">').format(
        shown.address, sizes if shown.small else "", shown.width, shown.height, shown.alt
    )
    return (
        image + Markup("<figcaption>{}</figcaption>").format(caption)
        if caption and token.meta.get("is_framed")
        else image
    )


_parser.add_render_rule("image", _image)


def _plain(token, shows_links=False, known=None):
    words, href = "", ""
    for child in token.children:
        if child.type == "image":
            shown = (known or {}).get(child.attrGet("src"))
            words += _told(shown, child.attrGet("title"), shows_links) if shown else ""
            continue
        if child.type == "link_open":
            href = child.attrGet("href")
        elif child.type == "link_close" and shows_links and not words.endswith(href):
            words += f" ({href})"
        words += "\n" if child.type in ("softbreak", "hardbreak") else child.content
    return words.strip()


def _told(shown, caption, shows_address):
    told = f"{shown.alt}\n{caption}" if caption else shown.alt
    return f"{told} ({shown.address})" if shows_address else told
