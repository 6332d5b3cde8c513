"""Tests of assigning wordings, and of what the comparison may honestly claim."""

from collections import Counter
from datetime import timedelta
from random import Random

import pytest

from campaign.extensions import db, write
from campaign.process.clock import utcnow
from campaign.sharing.comparison import comparisons, verdict_of
from campaign.sharing.models import ShareText
from campaign.sharing.operations import assign_text, change_texts, note_share
from campaign.sharing.queries import Outcome, assigned_text, texts_of
from tests.factories.signatures import (
    AMALIA,
    ODILE,
    change,
    confirm,
    hatch_now,
    link,
    sign,
    sign_and_hatch,
    sign_many,
)

pytestmark = pytest.mark.both_databases

DAY = timedelta(days=1)


def offer(petition, *texts, lang="en", now=None):
    write(change_texts, petition_id=petition.id, texts={lang: texts}, now=now or utcnow())


def assign(petition, signature_id, *, now=None):
    write(
        assign_text,
        signature_id=signature_id,
        petition_id=petition.id,
        lang="en",
        now=now or utcnow(),
    )
    return assigned_text(signature_id)


def outcome(assigned, referrers):
    return Outcome(
        ShareText(body=f"{assigned} {referrers}"), assigned, assigned, referrers, referrers
    )


def test_supporter_keeps_the_assigned_wording(petition):
    offer(petition, "One", "Two")
    ids = sign_many(petition, 24)
    first = {item: assign(petition, item) for item in ids}
    assert set(first.values()) == {"One", "Two"}
    offer(petition, "One", "Two", "Three")
    assert {item: assign(petition, item) for item in ids} == first


def test_removed_wording_is_no_longer_assigned_and_another_keeps_its_results(petition):
    offer(petition, "One", "Two")
    before = {text.body: text.id for text in texts_of(petition.id)}
    offer(petition, "Two", "New")
    after = {text.body: text.id for text in texts_of(petition.id)}
    assert set(after) == {"Two", "New"}
    assert after["Two"] == before["Two"]


def test_language_without_wordings_assigns_none(petition):
    offer(petition, "Uno", lang="es")
    assert assign(petition, sign(petition)) is None


def test_results_of_wordings_are_counted_since_all_were_available(petition):
    start = utcnow() - 3 * DAY
    offer(petition, "One", now=start)
    early = sign(petition, email="early@kwan.example")
    assign(petition, early, now=start)
    offer(petition, "One", "Two", now=start + DAY)
    assigned = {item: assign(petition, item) for item in sign_many(petition, 12)}
    [bringer, quiet] = [
        next(item for item, text in assigned.items() if text == which) for which in ("One", "Two")
    ]
    for place in range(2):
        signature_id = sign_and_hatch(
            petition, {**AMALIA, "email": f"amalia.{place}@rosales.example"}, referrer_id=bringer
        )
        assigned[signature_id] = assigned_text(signature_id)
    sign(petition, {**AMALIA, "email": "waits@rosales.example"}, referrer_id=quiet)
    write(note_share, signature_id=quiet, now=utcnow())
    [comparison] = comparisons(petition.id)
    counts = Counter(assigned.values())
    outcomes = {row.outcome.text.body: row.outcome for row in comparison.rows}
    assert {text: entry.assigned for text, entry in outcomes.items()} == counts
    assert (outcomes["One"].referrers, outcomes["One"].referred, outcomes["One"].shared) == (
        1,
        2,
        0,
    )
    assert (outcomes["Two"].referrers, outcomes["Two"].referred, outcomes["Two"].shared) == (
        0,
        0,
        1,
    )
    assert (comparison.verdict, comparison.since) == ("early", start + DAY)


def test_supporter_using_their_own_link_counts_for_no_one(petition):
    offer(petition, "One")
    amalia = sign(petition, AMALIA)
    assign(petition, amalia)
    change(amalia, referrer_id=amalia)
    confirm(amalia)
    hatch_now()
    [comparison] = comparisons(petition.id)
    assert [(row.outcome.referrers, row.outcome.referred) for row in comparison.rows] == [(0, 0)]


@pytest.mark.parametrize(
    ("results", "verdict"),
    [
        ([], "alone"),
        ([outcome(500, 50)], "alone"),
        ([outcome(100, 9), outcome(100, 0)], "early"),
        ([outcome(1000, 55), outcome(1000, 45)], "same"),
        ([outcome(1000, 90), outcome(1000, 30)], "better"),
        # The best beats only one of the two others.
        ([outcome(1000, 90), outcome(1000, 85), outcome(1000, 10)], "same"),
        ([outcome(10, 10), outcome(0, 0)], "same"),
    ],
)
def test_verdict_claims_no_more_than_is_known(results, verdict):
    assert verdict_of(results)[0] == verdict


def test_best_is_named_in_any_position():
    best = outcome(1000, 90)
    assert verdict_of([outcome(1000, 30), best]) == ("better", best)


def test_chance_alone_is_hardly_ever_taken_for_a_difference():
    chance = Random(43)
    wrong = 0
    for _ in range(300):
        results = [outcome(300, sum(chance.random() < 0.1 for _ in range(300))) for _ in range(3)]
        wrong += verdict_of(results)[0] == "better"
    assert wrong <= 3


def test_text_is_assigned_by_confirming_and_looking_changes_nothing(client, petition):
    offer(petition, "Firma conmigo", lang="es")
    earlier = sign_and_hatch(petition)
    other = sign(petition, ODILE)
    assert client.post(link("confirm", other, "es")).status_code == 303
    assert "Firma conmigo" in client.get(link("hatched", other, "es")).text
    assert "Firma conmigo" not in client.get(link("hatched", earlier, "es")).text
    db.session.rollback()
    assert (assigned_text(earlier), assigned_text(other)) == (None, "Firma conmigo")
