"""Comparing wordings honestly: shares with their uncertainty, and a word on whether a difference means anything."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from campaign.sharing.queries import Outcome, outcomes, texts_of
from campaign.sharing.significance import chance_of_difference, pairs, wilson

# Who looks every day sees many differences that chance made: stricter than the usual twentieth.
CHANCE = 0.01
MIN_REFERRERS = 10


@dataclass(frozen=True)
class Row:
    """A wording's Outcome, the share of those handed it who brought anybody, and the interval in which that share lies."""

    outcome: Outcome
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Comparison:
    """The wordings of one language since all of them were handed out side by side.

    `verdict` is `alone` where there is nothing to compare, `early` while too few have brought anybody, `same` where chance
    alone may make such a difference, or `better`: then `best` does better than each of the others.
    """

    lang: str
    since: datetime
    rows: tuple[Row, ...]
    verdict: str
    best: Row | None = None


def comparisons(petition_id):
    """Return a Comparison for each language in which the petition has wordings."""
    return [
        _compare(lang, list(texts))
        for lang, texts in groupby(texts_of(petition_id), key=lambda text: text.lang)
    ]


def verdict_of(found):
    """Return (verdict, the best Outcome or None) for the Outcomes of wordings that were handed out side by side."""
    if len(found) < 2:
        return "alone", None
    if sum(each.bringers for each in found) < MIN_REFERRERS:
        return "early", None
    best, *others = sorted(found, key=lambda each: -_share(each))
    # Among many pairs one differs by chance sooner: each is asked for so much more (Bonferroni).
    allowed = CHANCE / pairs(len(found))
    is_better = all(
        chance_of_difference(best.bringers, best.dealt, other.bringers, other.dealt) < allowed
        for other in others
    )
    return ("better", best) if is_better else ("same", None)


def _compare(lang, texts):
    since = max(text.created_at for text in texts)
    rows = {outcome.text.id: _row(outcome) for outcome in outcomes(texts, since)}
    verdict, best = verdict_of([row.outcome for row in rows.values()])
    return Comparison(
        lang, since, tuple(rows.values()), verdict, rows[best.text.id] if best else None
    )


def _row(outcome):
    return Row(outcome, _share(outcome), *wilson(outcome.bringers, outcome.dealt))


def _share(outcome):
    return outcome.bringers / outcome.dealt if outcome.dealt else 0.0
