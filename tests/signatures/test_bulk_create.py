"""Tests of signatures from tables and paper: one per person, confirmed by a witness or by email."""

from datetime import timedelta

import pytest

from campaign.extensions import write
from campaign.process.clock import utcnow
from campaign.signatures import tokens
from campaign.signatures.bulk_create import BATCH, collect_all, collected, duplicates_among
from campaign.signatures.queries import differences
from tests.factories.petitions import make_petition, terms_of
from tests.factories.signatures import AMALIA, ODILE, TEO, confirm, hatch_now, owed, row, rows, sign
from tests.together import together

pytestmark = pytest.mark.both_databases

NOON = utcnow().replace(microsecond=0) - timedelta(hours=3)


def take_down(petition, words, *, evidence="paper", **more):
    """Return the Collected of one supporter's form, without an address where `words` say so."""
    words = dict(words)
    email = words.pop("email")
    options = {name: more.pop(name) for name in ("confirmed", "held_reason") if name in more}
    return collected(
        terms=terms_of(petition),
        lang="es",
        now=utcnow(),
        signed_at=NOON,
        evidence=evidence,
        email=email,
        email_digest=email and tokens.email_digest(email),
        person_digest=tokens.person_digest(
            words["given_name"], words["family_name"], words["postal_code"]
        ),
        **options,
        **words,
        **more,
    )


def without_address(words):
    return {**words, "email": None}


def collect(*batch):
    return write(collect_all, list(batch))


def outcomes(fates):
    return [fate.outcome for fate in fates]


def test_witnessed_signature_is_counted_with_its_evidence_and_time(petition):
    [fate] = collect(
        take_down(petition, without_address(AMALIA), evidence="in_person", name_display="full")
    )
    signature = row(fate.id)
    assert (signature.state, signature.evidence, signature.lang) == ("confirmed", "in_person", "es")
    assert signature.created_at == signature.confirmed_at == NOON
    assert (signature.email, signature.mail_count, owed()) == (None, 0, [])
    hatch_now()
    assert (row(fate.id).state, row(fate.id).number) == ("counted", 1)


def test_supporter_who_must_confirm_gets_an_email_in_the_same_transaction(petition):
    [fate] = collect(take_down(petition, ODILE, evidence="in_person", confirmed=False))
    signature = row(fate.id)
    assert (signature.state, signature.confirmed_at, signature.mail_count) == ("pending", None, 1)
    assert signature.created_at > NOON
    assert owed() == [("signature_confirmation", fate.id, "es")]


def test_supporter_without_an_address_cannot_be_asked_to_confirm(petition):
    with pytest.raises(ValueError, match="address"):
        take_down(petition, without_address(ODILE), confirmed=False)


def test_held_signature_stays_held_with_its_reason(petition):
    [fate] = collect(take_down(petition, AMALIA, held_reason="rule"))
    assert (row(fate.id).state, row(fate.id).held_reason) == ("held", "rule")
    hatch_now()
    assert row(fate.id).number is None


@pytest.mark.parametrize("words", [AMALIA, without_address(AMALIA)])
def test_repeated_person_is_written_once_before_or_within_the_batch(petition, words):
    batch = [take_down(petition, words), take_down(petition, words), take_down(petition, ODILE)]
    assert duplicates_among(batch) == [False, True, False]
    assert outcomes(collect(*batch)) == ["new", "duplicate", "new"]
    assert duplicates_among(batch) == [True, True, True]
    assert outcomes(collect(*batch)) == ["duplicate"] * 3
    assert len(rows()) == 2


@pytest.mark.parametrize("words", [AMALIA, without_address(AMALIA)])
def test_unconfirmed_online_signature_is_confirmed_by_a_witness(petition, words):
    online = sign(petition, AMALIA)
    batch = [take_down(petition, {**words, "country": "CA"}), take_down(petition, words)]
    assert duplicates_among(batch) == [False, True]
    taken, again = collect(*batch)
    assert (taken.id, taken.outcome, again.outcome) == (online, "new", "duplicate")
    signature = row(online)
    assert (signature.state, signature.evidence, signature.country) == ("confirmed", "paper", "CA")
    assert (signature.email, signature.confirmed_at) == ("amalia@rosales.example", NOON)
    assert len(rows()) == 1
    # The confirmation email on its way to them no longer changes anything.
    assert confirm(online) == online
    hatch_now()
    assert differences() == []


@pytest.mark.parametrize(
    ("online", "taken", "shown", "asked"),
    [
        ("counted", "full", "counted", "full"),
        ("counted", "initials", "counted", "initials"),
        ("initials", "full", "initials", "full"),
        ("full", "initials", "initials", ""),
        ("full", "counted", "counted", ""),
        ("full", "full", "full", ""),
    ],
)
def test_witness_makes_no_online_signature_more_public(petition, online, taken, shown, asked):
    signed = sign(petition, AMALIA, name_display=online, comment="Vivos", subscribe=False)
    collect(take_down(petition, AMALIA, name_display=taken, comment="Never said", subscribe=True))
    signature = row(signed)
    assert (signature.name_display, signature.name_display_asked) == (shown, asked)
    assert (signature.comment, signature.subscribe) == ("", False)


def test_choices_that_online_and_paper_share_are_kept(petition):
    signed = sign(petition, AMALIA, comment="Vivos", subscribe=True)
    collect(take_down(petition, AMALIA, comment="Vivos", subscribe=True))
    signature = row(signed)
    assert (signature.comment, signature.subscribe) == ("Vivos", True)


def test_witness_does_not_confirm_another_persons_signature(petition):
    online = sign(petition, AMALIA)
    assert outcomes(collect(take_down(petition, TEO))) == ["duplicate"]
    assert row(online).state == "pending"
    assert outcomes(
        collect(take_down(petition, AMALIA, evidence="in_person", confirmed=False))
    ) == ["duplicate"]


def test_online_supporter_is_recognized_on_paper_by_name_and_postal_code(petition):
    confirm(sign(petition, AMALIA))
    assert outcomes(collect(take_down(petition, without_address(AMALIA)))) == ["duplicate"]
    elsewhere = {**without_address(AMALIA), "postal_code": "H3Z 2Y7"}
    assert outcomes(collect(take_down(petition, elsewhere))) == ["new"]


def test_couple_shares_an_address_where_the_petition_allows_it(petition):
    shared_petition = make_petition(slug="shared", cause_id=petition.cause_id, two_per_address=True)
    third = {**TEO, "given_name": "Ida"}
    batch = [take_down(shared_petition, words) for words in (AMALIA, TEO, third, AMALIA)]
    assert duplicates_among(batch) == [False, False, True, True]
    assert outcomes(collect(*batch)) == ["new", "new", "duplicate", "duplicate"]
    assert [(each.given_name, each.seat) for each in rows()] == [("Amalia", 1), ("Teo", 2)]
    assert outcomes(collect(take_down(petition, AMALIA), take_down(petition, TEO))) == [
        "new",
        "duplicate",
    ]


def test_one_person_signs_many_petitions(petition):
    other = make_petition(slug="other", cause_id=petition.cause_id)
    batch = [take_down(each, without_address(AMALIA)) for each in (petition, other)]
    assert outcomes(collect(*batch)) == ["new", "new"]


def test_results_come_in_order_over_many_statements(petition):
    batch = [
        take_down(petition, {**without_address(ODILE), "given_name": f"Ño {place}"})
        for place in range(BATCH + 30)
    ]
    fates = collect(*batch)
    assert [
        row.given_name for row in sorted(rows(), key=lambda r: [f.id for f in fates].index(r.id))
    ] == [each.columns["given_name"] for each in batch]
    hatch_now()
    assert differences() == []


def test_same_batch_at_the_same_instant_is_written_once(app, petition):
    batch = [
        take_down(petition, {**AMALIA, "email": f"a{place}@rosales.example"}) for place in range(8)
    ]
    batch += [
        take_down(petition, {**without_address(ODILE), "given_name": f"O {place}"})
        for place in range(8)
    ]
    forwards, backwards = together(
        app, [lambda: collect(*batch), lambda: collect(*reversed(batch))]
    )
    assert sorted(outcomes(forwards) + outcomes(backwards)) == ["duplicate"] * 16 + ["new"] * 16
    assert len(rows()) == 16
