"""Numbers and matrices in SVG: read them, calculate with them, and write them for a PDF."""

import math
import re
from typing import TypeAlias

# PDF viewers calculate with single precision.
MAX_NUMBER = 1_000_000
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_STEP = re.compile(r"[\s,]*(matrix|translate|scale|rotate|skewX|skewY)\s*\(([^()]*)\)[\s,]*")

# (a, b, c, d, e, f) as in SVG: a point (x, y) moves to (ax + cy + e, bx + dy + f).
Matrix: TypeAlias = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1, 0, 0, 1, 0, 0)


class NotDrawable(ValueError):
    """A PDF could not show this SVG as browsers do. The message names the part, not its content."""


def numbers_in(text: str, count: int) -> tuple[float, ...]:
    """Return the `count` numbers of a list. Raise NotDrawable."""
    numbers = tuple(finite(float(number)) for number in NUMBER.findall(text))
    if len(numbers) != count:
        raise NotDrawable("number")
    return numbers


def number_in(text: str) -> float:
    """Return a number. Raise NotDrawable."""
    [number] = numbers_in(text, 1)
    return number


def finite(number: float) -> float:
    """Return the number. Raise NotDrawable if it is too large."""
    if not abs(number) <= MAX_NUMBER:
        raise NotDrawable("number")
    return number


def share_in(text: str, *, has_limits: bool = True) -> float:
    """Return a share such as "0.5" or "50%". Outside 0 … 1 it is the limit."""
    share = number_in(text.strip().removesuffix("%")) / (100 if text.strip().endswith("%") else 1)
    return min(1.0, max(0.0, share)) if has_limits else share


def number_text(number: float) -> str:
    """Return a number without an exponent."""
    return f"{finite(number):.6f}".rstrip("0").rstrip(".")


def transformed(
    corners: tuple[tuple[float, float], ...], matrix: Matrix
) -> tuple[tuple[float, float], ...]:
    """Return the corners as the matrix moves them."""
    a, b, c, d, e, f = matrix
    return tuple((a * x + c * y + e, b * x + d * y + f) for x, y in corners)


def matrix_in(text: str) -> Matrix:
    """Return the matrix of a `transform`."""
    matrix = IDENTITY
    if _STEP.sub("", text).strip() not in ("", "none"):
        raise NotDrawable("transform")
    for name, arguments in _STEP.findall(text):
        numbers = [finite(float(number)) for number in NUMBER.findall(arguments)]
        matrix = product(matrix, _step(name, numbers))
    return matrix


def matrix_text(matrix: Matrix) -> str:
    """Return a matrix as a `transform`."""
    return f"matrix({','.join(map(number_text, matrix))})"


def _step(name: str, numbers: list[float]) -> Matrix:
    match name, numbers:
        case "matrix", [a, b, c, d, e, f]:
            return a, b, c, d, e, f
        case "translate", [x, *rest] if len(rest) <= 1:
            return 1, 0, 0, 1, x, rest[0] if rest else 0
        case "scale", [x, *rest] if len(rest) <= 1:
            return x, 0, 0, rest[0] if rest else x, 0, 0
        case "rotate", [angle]:
            sine, cosine = math.sin(math.radians(angle)), math.cos(math.radians(angle))
            return cosine, sine, -sine, cosine, 0, 0
        case "rotate", [angle, x, y]:
            around = product((1, 0, 0, 1, x, y), _step("rotate", [angle]))
            return product(around, (1, 0, 0, 1, -x, -y))
        case "skewX", [angle]:
            return 1, 0, math.tan(math.radians(angle)), 1, 0, 0
        case "skewY", [angle]:
            return 1, math.tan(math.radians(angle)), 0, 1, 0, 0
    raise NotDrawable("transform")


def product(outer: Matrix, inner: Matrix) -> Matrix:
    """Return the matrix that applies `inner` first and then `outer`."""
    a, b, c, d, e, f = outer
    p, q, r, s, t, u = inner
    return (
        a * p + c * q,
        b * p + d * q,
        a * r + c * s,
        b * r + d * s,
        a * t + c * u + e,
        b * t + d * u + f,
    )


def inverse(matrix: Matrix) -> Matrix:
    """Return the matrix that undoes this one. Raise NotDrawable if none can."""
    a, b, c, d, e, f = matrix
    size = a * d - b * c
    if not size:
        raise NotDrawable("transform")
    return d / size, -b / size, -c / size, a / size, (c * f - d * e) / size, (b * e - a * f) / size
