"""Rewrite a clean SVG logo as a flat list of shapes, which fpdf2 can draw in a PDF as vectors.

fpdf2 draws paths, basic shapes and gradients as browsers do. It leaves out or changes what shapes
inherit from groups, clipped groups and copies. The same is true of gradients that continue others,
exponents, and lengths in pixels. So each shape gets all that it inherits, and its whole matrix.
What would still look different is refused, because a wrong logo is worse than a name.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from xml.etree import ElementTree as ET

from defusedxml.ElementTree import fromstring
from fontTools.pens.boundsPen import ControlBoundsPen
from fontTools.pens.recordingPen import RecordingPen
from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.svgLib.path import PathBuilder, parse_path
from PIL import ImageColor

from campaign.organisations.svg import SVG, XLINK_HREF
from campaign.organisations.svg_numbers import (
    IDENTITY,
    NUMBER,
    Matrix,
    NotDrawable,
    finite,
    inverse,
    matrix_in,
    matrix_text,
    number_in,
    number_text,
    numbers_in,
    product,
    share_in,
    transformed,
)

# Copies make a small file draw much, so the limit is on what is drawn.
MAX_DRAWN_CHARACTERS = 500_000
# Levels of elements. A cleaned file has fewer, and a copy adds those of its original.
MAX_LEVELS = 150
# The distance of the stops of a gradient.
MIN_STEP = 0.0001

SHAPES: Mapping[str, tuple[str, ...]] = {
    "path": (),
    "rect": ("x", "y", "width", "height", "rx", "ry"),
    "circle": ("cx", "cy", "r"),
    "ellipse": ("cx", "cy", "rx", "ry"),
    "line": ("x1", "y1", "x2", "y2"),
    "polyline": (),
    "polygon": (),
}
OUTLINES = {"path": "d", "polyline": "points", "polygon": "points"}
GRADIENTS: Mapping[str, Mapping[str, str]] = {
    "linearGradient": {"x1": "0%", "y1": "0%", "x2": "100%", "y2": "0%"},
    "radialGradient": {"cx": "50%", "cy": "50%", "r": "50%", "fr": "0%"},
}
# These elements draw nothing where they are.
DEFINITIONS = frozenset(
    "defs linearGradient radialGradient clipPath mask pattern title desc symbol".split()
)
# What shapes inherit, with the initial values.
INHERITED: Mapping[str, str] = {
    "clip-rule": "nonzero",
    "color": "#000000",
    "fill": "#000000",
    "fill-opacity": "1",
    "fill-rule": "nonzero",
    "stroke": "none",
    "stroke-dasharray": "none",
    "stroke-dashoffset": "0",
    "stroke-linecap": "butt",
    "stroke-linejoin": "miter",
    "stroke-miterlimit": "4",
    "stroke-opacity": "1",
    "stroke-width": "1",
    "visibility": "visible",
}
# Pixels in a unit.
UNITS = {"": 1, "px": 1, "pt": 4 / 3, "pc": 16, "mm": 96 / 25.4, "cm": 960 / 25.4, "in": 96}
_LENGTH = re.compile(rf"({NUMBER.pattern})\s*(%|[a-z]*)")
_REFERENCE = re.compile(r"""url\(\s*["']?#([\w.:-]+)["']?\s*\).*""", re.DOTALL)


@dataclass(frozen=True)
class _Inherited:
    """What an element gets from those around it."""

    style: Mapping[str, str]
    matrix: Matrix = IDENTITY
    opacity: float = 1
    # The corners of what is seen of the element, in coordinates of the drawing.
    clip: tuple[tuple[float, float], ...] | None = None


@dataclass(frozen=True)
class _Colour:
    """A colour such as "#8f3604", and how opaque it is."""

    colour: str
    opacity: float


@dataclass(frozen=True)
class _Gradient:
    """A gradient with the `geometry` of its element and of those that it continues."""

    kind: str
    geometry: Mapping[str, float]
    is_user_space: bool
    matrix: Matrix
    spread: str
    stops: tuple[tuple[float, _Colour], ...]


def flat_svg(data: bytes) -> bytes:
    """Return an SVG that looks like `data`, a clean SVG, with nothing but shapes and gradients.

    Raise NotDrawable.
    """
    return _Flattening(fromstring(data)).svg()


class _Flattening:
    def __init__(self, root: Any) -> None:
        self._root = root
        self._by_id = {element.get("id"): element for element in root.iter() if element.get("id")}
        self._view = numbers_in(root.get("viewBox", ""), 4)
        self._definitions = ET.Element("defs")
        self._left = MAX_DRAWN_CHARACTERS

    def svg(self) -> bytes:
        flat = ET.Element("svg", {"xmlns": SVG.strip("{}")})
        flat.set("viewBox", " ".join(map(number_text, self._view)))
        flat.append(self._definitions)
        flat.extend(
            list(self._children(self._root, self._own(self._root, _Inherited(INHERITED)), 0))
        )
        return ET.tostring(flat, encoding="unicode").encode()

    def _children(self, parent: Any, inherited: _Inherited, level: int) -> Iterator[ET.Element]:
        """Yield the shapes in an element. `inherited` includes what the element itself says."""
        if level > MAX_LEVELS:
            raise NotDrawable("levels")
        for element in parent:
            name = element.tag.removeprefix(SVG)
            if name in DEFINITIONS or element.get("display") == "none":
                continue
            own = self._own(element, inherited)
            if name in SHAPES:
                yield from self._shape(name, element, own)
            elif name == "g":
                yield from self._children(element, own, level + 1)
            elif name == "svg":
                yield from self._children(element, self._placed(element, element, own), level + 1)
            elif name == "use":
                yield from self._copy(element, own, level)
            else:
                raise NotDrawable(name)

    def _copy(self, use: Any, inherited: _Inherited, level: int) -> Iterator[ET.Element]:
        original = self._by_id.get(_link_of(use))
        if original is None:
            return
        if original.tag in (f"{SVG}symbol", f"{SVG}svg"):
            placed = self._placed(use, original, self._own(original, inherited))
            yield from self._children(original, placed, level + 1)
            return
        move: Matrix = (1, 0, 0, 1, self._length(use, "x", "0"), self._length(use, "y", "0"))
        moved = replace(inherited, matrix=product(inherited.matrix, move))
        group = ET.Element("g")
        group.append(original)
        yield from self._children(group, moved, level + 1)

    def _own(self, element: Any, inherited: _Inherited) -> _Inherited:
        """Return what an element's own attributes make of what it inherits."""
        if element.get("mask", "none") != "none":
            raise NotDrawable("mask")
        style = dict(inherited.style)
        for name in INHERITED:
            value = element.get(name, "inherit").strip()
            if value and value != "inherit":
                style[name] = value
        matrix = product(inherited.matrix, matrix_in(element.get("transform", "")))
        return _Inherited(
            style,
            matrix,
            # Where shapes of a half-transparent group overlap, browsers show only the upper one.
            inherited.opacity * share_in(element.get("opacity", "1")),
            self._clips(element, matrix, inherited),
        )

    def _clips(
        self, element: Any, matrix: Matrix, inherited: _Inherited
    ) -> tuple[tuple[float, float], ...] | None:
        clip = self._clip(element, matrix)
        if clip and inherited.clip:
            raise NotDrawable("clipPath in another")
        return clip or inherited.clip

    def _placed(self, frame: Any, content: Any, inherited: _Inherited) -> _Inherited:
        """Fit the view box of a symbol or an inner drawing into its frame, in the middle."""
        x, y = self._length(frame, "x", "0"), self._length(frame, "y", "0")
        matrix = product(inherited.matrix, (1, 0, 0, 1, x, y))
        if content.get("viewBox"):
            if content.get("preserveAspectRatio", "xMidYMid meet") not in (
                "xMidYMid",
                "xMidYMid meet",
            ):
                raise NotDrawable("preserveAspectRatio")
            left, top, width, height = numbers_in(content.get("viewBox"), 4)
            wide, high = self._length(frame, "width", "100%"), self._length(frame, "height", "100%")
            scale = min(wide / width, high / height)
            across, down = (wide - scale * width) / 2, (high - scale * height) / 2
            fit = (scale, 0, 0, scale, across - scale * left, down - scale * top)
            matrix = product(matrix, fit)
        return replace(inherited, matrix=matrix)

    def _shape(self, name: str, element: Any, inherited: _Inherited) -> Iterator[ET.Element]:
        style = inherited.style
        if style["visibility"] != "visible":
            return
        shape = ET.Element(name, dict(self._geometry(name, element)))
        if name in OUTLINES and not shape.get(OUTLINES[name]):
            return
        shape.set("fill-rule", style["fill-rule"])
        fill, stroke = self._paint("fill", style), self._paint("stroke", style)
        if isinstance(stroke, _Gradient):
            raise NotDrawable("gradient of a line")
        if isinstance(fill, _Gradient):
            yield self._finished(self._filled(shape, fill, inherited), IDENTITY, inherited)
            fill = None
        if fill:
            shape.set("fill", fill.colour)
            shape.set("fill-opacity", number_text(fill.opacity * inherited.opacity))
        else:
            shape.set("fill", "none")
        if stroke:
            shape.set("stroke", stroke.colour)
            shape.set("stroke-opacity", number_text(stroke.opacity * inherited.opacity))
            self._set_line(shape, style)
        if fill or stroke:
            yield self._finished(shape, inherited.matrix, inherited)

    def _geometry(self, name: str, element: Any) -> Iterator[tuple[str, str]]:
        if name in OUTLINES:
            yield OUTLINES[name], element.get(OUTLINES[name], "").strip()
        for side in SHAPES[name]:
            if element.get(side, "auto") != "auto":
                yield side, number_text(self._length(element, side, "0"))

    def _set_line(self, shape: ET.Element, style: Mapping[str, str]) -> None:
        shape.set("stroke-width", number_text(self._measure(style["stroke-width"], "r")))
        shape.set("stroke-linecap", style["stroke-linecap"])
        shape.set("stroke-linejoin", style["stroke-linejoin"])
        shape.set("stroke-miterlimit", number_text(max(1, number_in(style["stroke-miterlimit"]))))
        if style["stroke-dasharray"] != "none":
            dashes = style["stroke-dasharray"].replace(",", " ").split()
            shape.set(
                "stroke-dasharray",
                " ".join(number_text(self._measure(dash, "r")) for dash in dashes),
            )
            shape.set(
                "stroke-dashoffset", number_text(self._measure(style["stroke-dashoffset"], "r"))
            )

    def _finished(self, shape: ET.Element, matrix: Matrix, inherited: _Inherited) -> ET.Element:
        """Give a shape its matrix and clip path, and count it."""
        if matrix != IDENTITY:
            shape.set("transform", matrix_text(matrix))
        if inherited.clip:
            corners = transformed(inherited.clip, inverse(matrix))
            clip = self._define("clipPath")
            points = " ".join(f"{number_text(x)},{number_text(y)}" for x, y in corners)
            ET.SubElement(clip, "polygon", {"points": points})
            shape.set("clip-path", f"url(#{clip.get('id')})")
        self._left -= sum(map(len, shape.attrib.values())) + 100
        if self._left < 0:
            raise NotDrawable("size")
        return shape

    def _filled(self, shape: ET.Element, fill: _Gradient, inherited: _Inherited) -> ET.Element:
        """Return a shape filled with a gradient, both in coordinates of the drawing.

        fpdf2 misplaces gradients of shapes that have a matrix.
        """
        data = _path_data(shape)
        matrix = inherited.matrix
        if not fill.is_user_space:
            bounds = ControlBoundsPen(None)
            parse_path(data, bounds)
            left, top, right, bottom = bounds.bounds
            matrix = product(matrix, (right - left, 0, 0, bottom - top, left, top))
        if any(inherited.opacity * colour.opacity < 1 for _, colour in fill.stops):
            raise NotDrawable("translucent gradient")
        definition = self._define(fill.kind)
        for name, value in fill.geometry.items():
            definition.set(name, number_text(value))
        definition.set("gradientUnits", "userSpaceOnUse")
        definition.set("spreadMethod", fill.spread)
        definition.set("gradientTransform", matrix_text(product(matrix, fill.matrix)))
        for offset, colour in fill.stops:
            stop = {"offset": number_text(offset), "stop-color": colour.colour}
            ET.SubElement(definition, "stop", stop)
        pen = SVGPathPen(None, ntos=number_text)
        parse_path(data, TransformPen(pen, inherited.matrix))
        attributes = {"d": pen.getCommands(), "fill": f"url(#{definition.get('id')})"}
        return ET.Element("path", attributes | {"fill-rule": inherited.style["fill-rule"]})

    def _define(self, name: str) -> ET.Element:
        """Add a definition with a new id."""
        attributes = {"id": f"part{len(self._definitions)}"}
        return ET.SubElement(self._definitions, name, attributes)

    def _paint(self, name: str, style: Mapping[str, str]) -> _Colour | _Gradient | None:
        """Return what fill or stroke paint with, if they do."""
        value, opacity = style[name], share_in(style[f"{name}-opacity"])
        if reference := _REFERENCE.fullmatch(value):
            gradient = self._by_id.get(reference[1])
            return None if gradient is None else self._gradient(gradient, opacity)
        if value in ("none", "transparent"):
            return None
        colour = _colour(style["color"] if value.lower() == "currentcolor" else value)
        return _Colour(colour.colour, colour.opacity * opacity)

    def _gradient(self, gradient: Any, opacity: float) -> _Colour | _Gradient | None:
        name = gradient.tag.removeprefix(SVG)
        if name not in GRADIENTS:
            raise NotDrawable(name)
        chain: list[Any] = []
        # A gradient may continue another, which may continue a third.
        while gradient is not None and gradient not in chain:
            chain.insert(0, gradient)
            gradient = self._by_id.get(_link_of(gradient))
        given = {name: value for element in chain for name, value in element.attrib.items()}
        stops: list[tuple[float, _Colour]] = []
        for element in chain:
            stops = _stops(element, opacity) or stops
        if len(stops) < 2:
            return stops[0][1] if stops else None
        is_user_space = given.get("gradientUnits") == "userSpaceOnUse"
        sides = {side: given.get(side, initial) for side, initial in GRADIENTS[name].items()}
        if name == "radialGradient":
            sides |= {side: given[side] for side in ("fx", "fy") if side in given}
        return _Gradient(
            name,
            {
                side: self._measure(length, side)
                if is_user_space
                else share_in(length, has_limits=False)
                for side, length in sides.items()
            },
            is_user_space,
            matrix_in(given.get("gradientTransform", "")),
            given.get("spreadMethod", "pad"),
            tuple(stops),
        )

    def _clip(self, element: Any, matrix: Matrix) -> tuple[tuple[float, float], ...] | None:
        """Return the corners of an element's clip path, or None if it cuts nothing off."""
        reference = _REFERENCE.fullmatch(element.get("clip-path", ""))
        clip = self._by_id.get(reference[1]) if reference else None
        if clip is None:
            return None
        shapes = [shape for shape in clip if shape.tag.removeprefix(SVG) in SHAPES]
        if len(shapes) != len(clip) or len(shapes) != 1:
            raise NotDrawable("clipPath")
        if clip.get("clipPathUnits") == "objectBoundingBox":
            raise NotDrawable("clipPathUnits")
        [shape] = shapes
        name = shape.tag.removeprefix(SVG)
        flat = ET.Element(name, dict(self._geometry(name, shape)))
        for part in (clip, shape):
            matrix = product(matrix, matrix_in(part.get("transform", "")))
        corners = transformed(_corners(flat), matrix)
        return None if self._contains_view(corners) else corners

    def _contains_view(self, corners: tuple[tuple[float, float], ...]) -> bool:
        """Return whether a clip path is a rectangle around the whole drawing, as is usual."""
        left, top, width, height = self._view
        columns, rows = ({round(corner[axis], 3) for corner in corners} for axis in (0, 1))
        tolerance = 0.001 * max(width, height)
        return (
            (len(corners), len(columns), len(rows)) == (4, 2, 2)
            and min(columns) <= left + tolerance
            and min(rows) <= top + tolerance
            and max(columns) >= left + width - tolerance
            and max(rows) >= top + height - tolerance
        )

    def _length(self, element: Any, side: str, default: str) -> float:
        return self._measure(element.get(side, default), side)

    def _measure(self, length: str, side: str) -> float:
        """Return a length in pixels.

        Percentages are of the drawing's width or height, or between.
        """
        match = _LENGTH.fullmatch(length.strip())
        if match and match[2] == "%":
            _, _, width, height = self._view
            full = (
                width
                if side in ("x", "x1", "x2", "cx", "fx", "rx", "width")
                else height
                if side in ("y", "y1", "y2", "cy", "fy", "ry", "height")
                else math.hypot(width, height) / math.sqrt(2)
            )
            return finite(float(match[1]) / 100 * full)
        if not match or match[2] not in UNITS:
            raise NotDrawable("length")
        return finite(float(match[1]) * UNITS[match[2]])


def _colour(text: str) -> _Colour:
    try:
        red, green, blue, *alpha = ImageColor.getrgb(text.strip())
    except ValueError as error:
        raise NotDrawable("colour") from error
    return _Colour(f"#{red:02x}{green:02x}{blue:02x}", alpha[0] / 255 if alpha else 1)


def _stops(gradient: Any, opacity: float) -> list[tuple[float, _Colour]]:
    """Return (offset, colour) of the stops that an element has itself."""
    stops: list[tuple[float, _Colour]] = []
    min_offset = 0.0
    for stop in gradient.findall(f"{SVG}stop"):
        offset = max(min_offset, share_in(stop.get("offset", "0")))
        # fpdf2 keeps only one of two stops at the same place, where browsers change the colour.
        min_offset = offset + MIN_STEP
        colour = _colour(stop.get("stop-color", "#000000"))
        share = colour.opacity * opacity * share_in(stop.get("stop-opacity", "1"))
        stops.append((offset, _Colour(colour.colour, share)))
    return stops


def _link_of(element: Any) -> str:
    """Return the id of the part that an element refers to, or an empty text."""
    return str(element.get("href") or element.get(XLINK_HREF) or "").strip().removeprefix("#")


def _path_data(shape: ET.Element) -> str:
    """Return a shape as the data of a path."""
    builder = PathBuilder()
    builder.add_path_from_element(shape)
    return "".join(builder.paths)


def _corners(shape: ET.Element) -> tuple[tuple[float, float], ...]:
    """Return the corners of a shape without holes or curves."""
    pen = RecordingPen()
    parse_path(_path_data(shape), pen)
    names = [name for name, _ in pen.value]
    if names.count("moveTo") != 1 or set(names) - {"moveTo", "lineTo", "closePath", "endPath"}:
        raise NotDrawable("clipPath")
    corners = [points[0] for _, points in pen.value if points]
    # Many programs end an outline where it began.
    return tuple(corners[:-1] if len(corners) > 1 and corners[0] == corners[-1] else corners)
