"""Convert Markdown by organizers to safe HTML, and to plain text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

from campaign.text.web_addresses import with_breaks

TAGS = {
    *("p", "h2", "h3", "h4", "ul", "ol", "li", "strong", "em", "blockquote", "a", "br", "hr"),
    # Where a long web address may break.
    "wbr",
}
ATTRIBUTES = {"a": {"href"}}
# Also allowed if the text has pictures of ours. Pictures from other sites are not shown, because
# those sites would learn who reads the page.
PICTURE_TAGS = {"img", "figure", "figcaption"}
# What our own documents have in addition.
DOCUMENT_TAGS = TAGS | {"table", "thead", "tbody", "tr", "th", "td"}
PICTURE_ATTRIBUTES = {"img": {"src", "srcset", "sizes", "width", "height", "alt", "loading"}}
# A web address within a text, as a separate part when the text is split.
_WEB_ADDRESS = re.compile(r"(https?://\S+)")

_parser = MarkdownIt("commonmark", {"html": False, "typographer": False})
_document_parser = MarkdownIt("commonmark", {"html": False, "typographer": False}).enable("table")


@dataclass(frozen=True)
class TextPicture:
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
        """What a text calls the picture."""
        return f"picture:{self.number}"


@lru_cache(maxsize=512)
def to_html(
    text: str, pictures: tuple[TextPicture, ...] = (), *, links_pictures: bool = False
) -> Markup:
    """Return `text` as HTML with only the elements in TAGS, and those for our own pictures.

    Headings begin at level two, because the page's own title is level one. Only `pictures` are
    shown. With `links_pictures`, each becomes a link with its alt text, so that nothing is loaded.
    """
    tokens = _parser.parse(text)
    by_name = {picture.name: picture for picture in pictures}
    if not links_pictures:
        _mark_figures(tokens, by_name)
    html = _parser.renderer.render(
        tokens, _parser.options, {"pictures": by_name, "links_pictures": links_pictures}
    )
    for level in (3, 2, 1):
        html = html.replace(f"<h{level}>", f"<h{level + 1}>").replace(
            f"</h{level}>", f"</h{level + 1}>"
        )
    tags, attributes = (
        (TAGS | PICTURE_TAGS, ATTRIBUTES | PICTURE_ATTRIBUTES) if by_name else (TAGS, ATTRIBUTES)
    )
    return Markup(nh3.clean(html, tags=tags, attributes=attributes, link_rel="noopener"))


def document_to_html(text: str) -> Markup:
    """Return the body of one of our own documents as HTML, with its tables.

    Headings keep their level.
    """
    html = _document_parser.render(text)
    return Markup(nh3.clean(html, tags=DOCUMENT_TAGS, attributes=ATTRIBUTES, link_rel="noopener"))


@lru_cache(maxsize=512)
def to_text(text: str, pictures: tuple[TextPicture, ...] = (), *, shows_links: bool = False) -> str:
    """Return `text` without its Markdown syntax, with an empty line between paragraphs.

    With `shows_links`, for plain-text emails, the URL follows each link's text and lists keep
    their markers. The alt texts and captions of `pictures` are included.
    """
    by_name = {picture.name: picture for picture in pictures}
    result, list_before = "", ""
    for kind, marker, token in _paragraphs(_parser.parse(text)):
        paragraph = _inline_text(token, shows_links, by_name)
        if not paragraph:
            continue
        in_list = ""
        if shows_links and kind == "item":
            paragraph = f"{marker.replace('–', '-') or ' '} " + paragraph.replace("\n", "\n  ")
            in_list = "bullets" if marker == "–" else "numbers" if marker else list_before
        between = "\n" if marker and in_list and in_list == list_before else "\n\n"
        result, list_before = f"{result}{between}{paragraph}" if result else paragraph, in_list
    return result


def picture_names(text: str) -> list[Any]:
    """Return the sources of all pictures in `text`, in order, such as "picture:7"."""
    inline = (token.children for token in _parser.parse(text) if token.type == "inline")
    return [
        child.attrGet("src")
        for children in inline
        for child in cast("list[Token]", children)
        if child.type == "image"
    ]


def to_paragraphs(text: str) -> Iterator[tuple[str, Any]]:
    """Yield (kind, content) of each paragraph, for print.

    The kind is `head`, `bold`, `text` or `item`. The content is text. For an `item` of a list, it
    is a pair (marker, text). The marker is empty in the second and later paragraphs of an item. A
    paragraph that is bold as a whole is `bold`.
    """
    for kind, marker, token in _paragraphs(_parser.parse(text)):
        if content := _inline_text(token):
            if kind == "item":
                yield kind, (marker, content)
            else:
                yield "bold" if kind == "text" and _is_bold(token) else kind, content


def _is_bold(token: Token) -> bool:
    """Return whether a paragraph is bold from its first character to its last."""
    children = [
        child for child in cast("list[Token]", token.children) if child.content or child.tag
    ]
    kinds = [child.type for child in children]
    return (
        len(kinds) > 1
        and (kinds[0], kinds[-1]) == ("strong_open", "strong_close")
        and kinds.count("strong_open") == 1
    )


def _paragraphs(tokens: list[Token]) -> Iterator[tuple[str, str, Token]]:
    """Yield (kind, list marker, inline token) of each paragraph. See `to_paragraphs`."""
    lists: list[int | None]
    lists, kind, marker = [], "text", ""
    for token in tokens:
        if token.type in ("ordered_list_open", "bullet_list_open"):
            lists.append(int(token.attrs.get("start", 1)) if token.type[0] == "o" else None)
        elif token.type in ("ordered_list_close", "bullet_list_close"):
            lists.pop()
        elif token.type == "list_item_open":
            marker = "–" if lists[-1] is None else f"{lists[-1]}."
            lists[-1] = None if lists[-1] is None else lists[-1] + 1
        elif token.type in ("heading_open", "paragraph_open"):
            kind = "head" if token.type[0] == "h" else "text"
        elif token.type == "inline":
            yield ("item" if lists and kind == "text" else kind), marker, token
            if token.content.strip():
                marker = ""


def _mark_figures(tokens: list[Token], by_name: dict[str, TextPicture]) -> None:
    """Turn paragraphs that contain only a picture into figures, captioned by its title."""
    for opened, inline, closed in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if (
            opened.type != "paragraph_open"
            or opened.hidden
            or [child.type for child in cast("list[Token]", inline.children)] != ["image"]
        ):
            continue
        image = cast("list[Token]", inline.children)[0]
        if image.attrGet("src") in by_name:
            opened.tag = closed.tag = "figure"
            image.meta["is_framed"] = True


def _image(renderer: Any, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    token = tokens[at]
    picture = env["pictures"].get(token.attrGet("src"))
    if picture is None:
        return ""
    caption = cast("str | None", token.attrGet("title"))
    if env["links_pictures"]:
        link = Markup('<a href="{}">{}</a>').format(picture.address, picture.alt)
        return link + Markup("<br>") + caption if caption else link
    sizes = Markup(' srcset="{} 800w, {} {}w" sizes="(min-width: 60rem) 46rem, 92vw"').format(
        picture.small, picture.address, picture.width
    )
    image = Markup('<img src="{}"{} width="{}" height="{}" alt="{}" loading="lazy">').format(
        picture.address, sizes if picture.small else "", picture.width, picture.height, picture.alt
    )
    return (
        image + Markup("<figcaption>{}</figcaption>").format(caption)
        if caption and token.meta.get("is_framed")
        else image
    )


def _text(_renderer: Any, tokens: Sequence[Token], at: int, _options: Any, _env: Any) -> str:
    """Return text as HTML, in which long web addresses break between their parts."""
    parts = _WEB_ADDRESS.split(tokens[at].content)
    return "".join(
        with_breaks(part) if place % 2 else escape(part) for place, part in enumerate(parts)
    )


_parser.add_render_rule("image", _image)
_parser.add_render_rule("text", _text)


def _inline_text(
    token: Token, shows_links: bool = False, by_name: dict[Any, TextPicture] | None = None
) -> str:
    text, href = "", ""
    for child in cast("list[Token]", token.children):
        if child.type == "image":
            picture = (by_name or {}).get(child.attrGet("src"))
            caption = cast("str | None", child.attrGet("title"))
            text += _picture_text(picture, caption, shows_links) if picture else ""
            continue
        if child.type == "link_open":
            href = cast(str, child.attrGet("href"))
        elif child.type == "link_close" and shows_links and not text.endswith(href):
            text += f" ({href})"
        text += "\n" if child.type in ("softbreak", "hardbreak") else child.content
    return text.strip()


def _picture_text(picture: TextPicture, caption: str | None, shows_address: bool) -> str:
    text = f"{picture.alt}\n{caption}" if caption else picture.alt
    return f"{text} ({picture.address})" if shows_address else text
