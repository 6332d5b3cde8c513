"""Invented supporters and their signatures, for demonstrations and benchmarks."""

import tomllib
import unicodedata
from bisect import bisect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import accumulate, islice
from math import ceil, cos, exp, tau
from pathlib import Path
from random import Random
from typing import Any, NamedTuple, TypeVar, cast

from sqlalchemy import CursorResult

from campaign.db.upsert import insert
from campaign.extensions import db
from campaign.petitions.models import Petition
from campaign.signatures import tokens
from campaign.signatures.models import Signature

Key = TypeVar("Key")

DATA = Path(__file__).parent / "data"
# RFC 2606 reserves these domains, so email to them reaches nobody.
DOMAINS = ("example.org", "example.com", "example.net")
LANGUAGE_MIX = {"en": 0.44, "fr": 0.24, "es": 0.32}
NAME_DISPLAYS = ("full",) * 7 + ("initials",) * 5 + ("counted",) * 8
COMMENTED = 0.08
SUBSCRIBED = 0.3
SPAN = timedelta(days=45)

CODES_PER_PLACE = 400
SHARES = 1000
LOCAL_PART_LENGTH = 24
# Letters that Unicode decomposition leaves unchanged.
LOWERCASE = str.maketrans({"ð": "d", "þ": "th", "ł": "l", "ø": "o", "æ": "ae", "ß": "ss"})
CODE_CHARACTERS = {"#": "0123456789", "@": "ABEGHJLNPRSTWXYZ"}


class InventedSigner(NamedTuple):
    """A supporter who does not exist, with the fields of the signing form.

    They signed `age_seconds` ago. `family_name`, `postal_code` and `comment` may be empty.
    """

    given_name: str
    family_name: str
    email: str
    country: str
    postal_code: str
    comment: str
    name_display: str
    subscribe: bool
    lang: str
    age_seconds: int


@dataclass(frozen=True, slots=True, eq=False)
class Circle:
    """People who share a set of names. `given` pairs each name with its local part of an address.

    Places are pairs of a country and some of its postal codes, repeated by weight.
    """

    languages: Mapping[str, float]
    given: tuple[tuple[str, str], ...]
    family: tuple[str, ...]
    places: tuple[tuple[str, tuple[str, ...]], ...]
    comments: str | None


def invent(
    n: int,
    *,
    seed: int,
    petition_required: Iterable[str] = (),
    language_mix: Mapping[str, float] = LANGUAGE_MIX,
    span: timedelta = SPAN,
    comments: Mapping[str, Sequence[str]] | None = None,
) -> Iterator[InventedSigner]:
    """Return `n` invented signers of a petition that opened `span` ago, earliest first.

    The same arguments give the same signers. Addresses are unique, also between seeds that differ
    modulo 4096. Fields named in `petition_required` are filled for everyone, a postal code only
    where the country has them. `comments` maps a language to what signers may add. None stands for
    comments that suit any petition. Raise ValueError for a language that no invented people speak.
    """
    required = frozenset(petition_required)
    circles = {lang: _speakers(lang, "family_name" in required) for lang in language_mix}
    commented = 1.0 if "comment" in required else COMMENTED
    return _draw(
        n, seed, _in_shares(language_mix), circles, commented, span, comments or _comments()
    )


def _draw(
    n: int,
    seed: int,
    languages: Sequence[str],
    circles: Mapping[str, Sequence[Circle]],
    commented: float,
    span: timedelta,
    comments: Mapping[str, Sequence[str]],
) -> Iterator[InventedSigner]:
    rng = Random(seed)
    random = rng.random
    tag = f"{seed % 4096:03x}"
    # Multiplying a fraction is several times faster than Random.choice, and speed matters here.
    for number, age in enumerate(_ages(n, span.total_seconds(), rng), 1):
        lang = languages[int(random() * len(languages))]
        circle = circles[lang][int(random() * len(circles[lang]))]
        given_name, local = circle.given[int(random() * len(circle.given))]
        country, codes = circle.places[int(random() * len(circle.places))]
        choices = comments[circle.comments or lang] if random() < commented else ("",)
        yield InventedSigner(
            given_name,
            circle.family[int(random() * len(circle.family))],
            f"{local}.{tag}{number:x}@{DOMAINS[int(random() * len(DOMAINS))]}",
            country,
            codes[int(random() * len(codes))],
            choices[int(random() * len(choices))],
            NAME_DISPLAYS[int(random() * len(NAME_DISPLAYS))],
            random() < SUBSCRIBED,
            lang,
            age,
        )


def _ages(n: int, span: float, rng: Random) -> Iterator[int]:
    """Return `n` ages in seconds, falling from `span` to 0: a burst, days and nights, a long tail.

    The present counts as an hour when people are awake. One moment is drawn from each n-th part of
    the curve, so the ages are in order without sorting.
    """
    hours = max(1, ceil(span / 3600))
    days = [rng.lognormvariate(0, 0.3) for _ in range(hours // 24 + 1)]
    curve = list(accumulate(_interest(hour, hours) * days[hour // 24] for hour in range(hours)))
    hour = 0
    for i in range(n):
        moment = (i + rng.random()) / n * curve[-1]
        if moment > curve[hour]:
            hour = bisect(curve, moment, hour + 1, hours - 1)
        before = curve[hour - 1] if hour else 0.0
        since_opening = hour + (moment - before) / (curve[hour] - before)
        yield max(0, int(span * (1 - since_opening / hours)))


def _interest(hour: int, hours: int) -> float:
    """Return how many sign in the given hour after the opening, in arbitrary units."""
    launch, tail = 5 * exp(-hour / 30), 1 / (1 + hour / 120)
    return (launch + tail + 0.2) * (1 + 0.85 * cos(tau * (hours - hour) / 24))


def _speakers(lang: str, with_family: bool) -> list[Circle]:
    weights = {
        circle: circle.languages[lang]
        for circle in _circles()
        if lang in circle.languages and (circle.family != ("",) or not with_family)
    }
    if not weights:
        raise ValueError(f"no invented people speak {lang!r}")
    return _in_shares(weights)


def _in_shares(weights: Mapping[Key, float]) -> list[Key]:
    """Return each key as many times as its share of the whole, in thousandths."""
    total = sum(weights.values())
    return [key for key, weight in weights.items() for _ in range(round(SHARES * weight / total))]


@cache
def _circles() -> tuple[Circle, ...]:
    places = {name: _place(name, table) for name, table in _data("places").items()}
    return tuple(_circle(table, places) for table in _data("names")["circles"])


@cache
def _comments() -> dict[str, tuple[str, ...]]:
    return {lang: tuple(texts) for lang, texts in _data("comments").items()}


def _circle(table: dict[str, Any], places: dict[str, tuple[str, tuple[str, ...]]]) -> Circle:
    given = table["given"]
    family = table.get("family", [""])
    if table.get("double_family"):
        family = [f"{first} {second}" for first in family for second in family if first != second]
    local = table.get("local") or [_local_part(name) for name in given]
    return Circle(
        languages=table["languages"],
        given=tuple(zip(given, local, strict=True)),
        family=tuple(family),
        places=tuple(
            places[name] for name, weight in table["places"].items() for _ in range(weight)
        ),
        comments=table.get("comments"),
    )


def _place(name: str, table: dict[str, Any]) -> tuple[str, tuple[str, ...]]:
    if not table["codes"]:
        return table["country"], ("",)
    rng = Random(name)
    patterns = rng.choices(table["codes"], k=CODES_PER_PLACE)
    codes = (
        "".join(rng.choice(CODE_CHARACTERS.get(character, character)) for character in code)
        for code in patterns
    )
    return table["country"], tuple(codes)


def _local_part(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name.lower().translate(LOWERCASE))
    characters = "".join(
        character
        for character in decomposed.replace(" ", "-")
        if character == "-" or "a" <= character <= "z"
    )
    return characters[:LOCAL_PART_LENGTH].strip("-")


def _data(name: str) -> dict[str, Any]:
    return tomllib.loads((DATA / f"{name}.toml").read_text(encoding="utf-8"))


BATCH_SIZE = 2000
MAX_AGE = timedelta(days=45)


def invented_rows(
    petition: Petition, version_id: int, n: int, *, seed: int, now: datetime, **options: Any
) -> Iterator[list[dict[str, Any]]]:
    """Yield lists of up to BATCH_SIZE rows for `add_rows`.

    They are confirmed signatures, spread over the time that the petition has been open. `options`
    are those of `invent`.
    """
    span = min(MAX_AGE, max(timedelta(hours=1), now - (petition.opens_at or petition.created_at)))
    signers = invent(n, seed=seed, petition_required=petition.required_fields, span=span, **options)
    while batch := list(islice(signers, BATCH_SIZE)):
        yield [_row(petition, version_id, signer, now) for signer in batch]


def add_rows(rows: list[dict[str, Any]]) -> int:
    """Insert the rows without signers that the petition already has. Return how many it added."""
    statement = insert(Signature.__table__).on_conflict_do_nothing()
    result = db.session.execute(statement, rows, execution_options={"preserve_rowcount": True})
    return cast(CursorResult[Any], result).rowcount


def _row(
    petition: Petition, version_id: int, signer: InventedSigner, now: datetime
) -> dict[str, Any]:
    signed_at = now - timedelta(seconds=signer.age_seconds)
    columns = signer._asdict()
    del columns["age_seconds"]
    return {
        **columns,
        "petition_id": petition.id,
        "cause_id": petition.cause_id,
        "version_id": version_id,
        "state": "confirmed",
        "evidence": "email",
        "email_digest": tokens.email_digest(signer.email),
        "person_digest": tokens.person_digest(
            signer.given_name, signer.family_name, signer.postal_code
        ),
        # Invented comments need no review.
        "comment_shown": bool(signer.comment),
        "created_at": signed_at,
        "mailed_at": signed_at,
        "confirmed_at": signed_at,
    }
