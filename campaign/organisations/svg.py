"""Clean an SVG logo: refuse what can act, load or change, and keep only drawing of the rest.

The elements and attributes that we know are copied to a new document. Everything else, such as
comments and what drawing programs add for themselves, is left out. Simple style sheets become
attributes, because that is how many programs save colours.
"""

import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

MAX_SVG_BYTES = 200 * 1024
MAX_ELEMENTS = 5000
MAX_DEPTH = 60
MAX_SIDE = 100_000
SVG = "{http://www.w3.org/2000/svg}"
XLINK_HREF = "{http://www.w3.org/1999/xlink}href"

DRAWING = frozenset(
    "svg g defs symbol use path rect circle ellipse line polyline polygon text tspan title desc"
    " linearGradient radialGradient stop clipPath mask pattern".split()
)
# Their children are copied, and they themselves become groups.
GROUPS = frozenset({"a", "switch"})
TEXTS = frozenset({"text", "tspan", "title", "desc"})
# These run, load or show something else. An editor must know that it would be missing.
ACTIVE = frozenset("script handler listener foreignObject iframe object embed audio video".split())
LOADING = frozenset("image feImage font-face-uri".split())
PRESENTATION = frozenset(
    "clip-path clip-rule color display dominant-baseline fill fill-opacity fill-rule font-family"
    " font-size font-stretch font-style font-variant font-weight letter-spacing mask opacity"
    " overflow paint-order shape-rendering stop-color stop-opacity stroke stroke-dasharray"
    " stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity"
    " stroke-width text-anchor text-rendering vector-effect visibility word-spacing".split()
)
GEOMETRY = frozenset(
    "id x y x1 y1 x2 y2 cx cy r rx ry fx fy fr dx dy width height d points transform viewBox"
    " preserveAspectRatio offset gradientUnits gradientTransform spreadMethod clipPathUnits"
    " maskUnits maskContentUnits patternUnits patternContentUnits patternTransform pathLength"
    " textLength lengthAdjust rotate".split()
)
_URL = re.compile(r"url\s*\(", re.IGNORECASE)
_OWN_URL = re.compile(r"""url\(\s*["']?#[\w.:-]+["']?\s*\)""")
_OWN_LINK = re.compile(r"#[\w.:-]+")
_SCHEME = re.compile(r"(?:java|vb)script\s*:|data\s*:", re.IGNORECASE)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE = re.compile(r"\s*(\.[\w-]+(?:\s*,\s*\.[\w-]+)*)\s*\{([^{}]*)\}\s*")
_NUMBERS = re.compile(r"[\s,]+")


class SvgRefused(ValueError):
    """This SVG cannot be shown.

    `code` is `svg_bytes`, `svg_format`, `svg_active` (it has a script or another active part),
    `svg_external` (it loads something), `svg_style` (a style sheet that we do not understand),
    `svg_size` (too many elements) or `svg_viewbox`.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class CleanSvg:
    """A clean SVG document. `width` and `height` are those of its viewBox, rounded."""

    data: bytes
    width: int
    height: int


def clean_svg(data: bytes) -> CleanSvg:
    """Return the drawing in `data` and nothing else. Raise SvgRefused."""
    if len(data) > MAX_SVG_BYTES:
        raise SvgRefused("svg_bytes")
    root = _parse(data)
    if root.tag != f"{SVG}svg":
        raise SvgRefused("svg_format")
    if sum(1 for _ in root.iter()) > MAX_ELEMENTS:
        raise SvgRefused("svg_size")
    width, height = _size(root)
    _refuse_nested_use(root)
    clean = _copy(root, _style_rules(root), 0)
    clean.set("xmlns", SVG.strip("{}"))
    clean.set("xmlns:xlink", XLINK_HREF.partition("}")[0].strip("{"))
    clean.set("width", str(width))
    clean.set("height", str(height))
    return CleanSvg(ET.tostring(clean, encoding="utf-8"), width, height)


def _parse(data: bytes) -> Any:
    try:
        return fromstring(data)
    except DefusedXmlException as error:
        # Entities can hide anything, and can grow without end.
        raise SvgRefused("svg_active") from error
    except (ET.ParseError, ValueError, LookupError) as error:
        raise SvgRefused("svg_format") from error


def _size(root: Any) -> tuple[int, int]:
    try:
        numbers = [float(part) for part in _NUMBERS.split(root.get("viewBox", "").strip())]
    except ValueError:
        numbers = []
    if len(numbers) != 4 or not all(map(math.isfinite, numbers)):
        raise SvgRefused("svg_viewbox")
    width, height = numbers[2:]
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        raise SvgRefused("svg_viewbox")
    return max(1, round(width)), max(1, round(height))


def _refuse_nested_use(root: Any) -> None:
    """Refuse copies of copies: ten levels of ten are ten thousand million shapes."""
    nested = {
        element.get("id") for element in root.iter() if element.find(f".//{SVG}use") is not None
    }
    nested |= {use.get("id") for use in root.iter(f"{SVG}use")}
    for use in root.iter(f"{SVG}use"):
        if _link_of(use).removeprefix("#") in nested - {None}:
            raise SvgRefused("svg_size")


def _style_rules(root: Any) -> dict[str, dict[str, str]]:
    """Return {class: {property: value}} of the style sheets.

    They may only have rules for classes.
    """
    rules: dict[str, dict[str, str]] = {}
    for style in root.iter(f"{SVG}style"):
        text = _COMMENT.sub("", "".join(style.itertext()))
        _refuse_loading(text)
        if _RULE.sub("", text).strip():
            raise SvgRefused("svg_style")
        for match in _RULE.finditer(text):
            for name in match[1].split(","):
                rules.setdefault(name.strip()[1:], {}).update(_declarations(match[2]))
    return rules


def _declarations(text: str) -> dict[str, str]:
    """Return {property: value} of the declarations that are about drawing."""
    _refuse_loading(text)
    pairs = (declaration.partition(":") for declaration in text.split(";"))
    return {
        name: value.replace("!important", "").strip()
        for raw, _, value in pairs
        if (name := raw.strip().lower()) in PRESENTATION
    }


def _refuse_loading(text: str) -> None:
    """Raise SvgRefused if the value of an attribute or a style refers to anything outside."""
    if "\\" in text or "@import" in text.lower():
        raise SvgRefused("svg_style")
    if _SCHEME.search(text):
        raise SvgRefused("svg_active")
    if _URL.search(_OWN_URL.sub("", text)):
        raise SvgRefused("svg_external")


def _copy(element: Any, rules: dict[str, dict[str, str]], depth: int) -> ET.Element:
    if depth > MAX_DEPTH:
        raise SvgRefused("svg_size")
    name = _drawing_name(element)
    copy = ET.Element("g" if name in GROUPS else name, dict(_attributes(element, rules)))
    copy.text = element.text if name in TEXTS else None
    for child in element:
        if _drawing_name(child):
            copied = _copy(child, rules, depth + 1)
            copied.tail = child.tail if name in TEXTS else None
            copy.append(copied)
    return copy


def _drawing_name(element: Any) -> str:
    """Return the name of an element that is copied, or an empty text. Raise SvgRefused."""
    # Comments and processing instructions have no text as their tag.
    tag = element.tag if isinstance(element.tag, str) else ""
    name = tag.rpartition("}")[2]
    if name.lower() in {active.lower() for active in ACTIVE}:
        raise SvgRefused("svg_active")
    if name in LOADING:
        raise SvgRefused("svg_external")
    return name if tag.startswith(SVG) and name in DRAWING | GROUPS else ""


def _attributes(element: Any, rules: dict[str, dict[str, str]]) -> Iterator[tuple[str, str]]:
    for name, value in element.attrib.items():
        if name.lower().startswith("on"):
            raise SvgRefused("svg_active")
        if name in GEOMETRY or name in PRESENTATION:
            _refuse_loading(value)
            yield name, value
    # A logo is shown inside our links, so it has none.
    if element.tag != f"{SVG}a" and (link := _link_of(element)):
        yield "xlink:href", link
    for css_class in element.get("class", "").split():
        yield from rules.get(css_class, {}).items()
    yield from _declarations(element.get("style", "")).items()


def _link_of(element: Any) -> str:
    """Return the reference to another part of this document, or an empty text. Raise SvgRefused."""
    link = str(element.get("href") or element.get(XLINK_HREF) or "").strip()
    if link and not _OWN_LINK.fullmatch(link):
        raise SvgRefused("svg_active" if _SCHEME.search(link) else "svg_external")
    return link
