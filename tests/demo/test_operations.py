"""Tests of `flask demo load`: Butterflies for Mexico, ready to be signed."""

import re

from campaign.demo import operations as demonstration
from campaign.demo.content import load_cause
from campaign.demo.operations import is_empty, load_demonstration
from campaign.extensions import db
from campaign.petitions.queries import petition_by_slug, published_petitions
from campaign.process.clock import utcnow
from campaign.sharing.comparison import comparisons
from campaign.signatures.queries import differences
from campaign.targets.queries import profiles_by_ids
from tests.factories.letters import letters
from tests.factories.signatures import ODILE, post_signature, rows
from tests.together import together

SLUG = "butterflies-for-mexico"
LETTER = "open-the-register"


def test_empty_site_becomes_the_demonstration(run, client, few_signers):
    assert is_empty()
    done = run("demo", "load")
    assert (done.exit_code, re.findall(r"\d+", done.stdout)) == (0, ["3", "27"])
    assert SLUG in done.stdout
    assert not is_empty()
    assert [row.number for row in rows()] == list(range(1, 32))
    assert differences() == []
    pulse = client.get(f"/causes/{SLUG}/pulse.json").json
    assert (pulse["count"], set(pulse["petitions"].values())) == (31, {9})
    assert pulse["actions"] == {LETTER: 4}


def test_sample_letters_are_written_to_the_invented_target(run, few_signers):
    run("demo", "load")
    written = letters()
    assert {letter.lang for letter in written} == {"en", "es", "fr"}
    assert {(letter.delivery_method, letter.state, letter.reason) for letter in written} == {
        ("individual", "waiting", "")
    }
    [profile] = profiles_by_ids({letter.profile_id for letter in written}).values()
    assert profile.usable_address.endswith(".example")
    assert all(letter.personal_percent > 0 for letter in written)


def test_share_texts_are_compared_per_language_and_some_signers_have_a_code(run, few_signers):
    run("demo", "load")
    found = comparisons(petition_by_slug("find-the-43").id)
    assert [(item.lang, len(item.rows)) for item in found] == [("en", 2), ("es", 2), ("fr", 2)]
    assert all(
        row.outcome.assigned >= row.outcome.shared >= row.outcome.referrers
        for item in found
        for row in item.rows
    )
    assert sum(row.outcome.assigned for item in found for row in item.rows) == 9
    came = [(item.referrer_id, item.id) for item in rows() if item.referrer_id]
    assert all(bringer < signer for bringer, signer in came)
    assert {item.source for item in rows()} <= {"", "table-slips", "partner-letter"}


def test_loading_twice_changes_nothing(run, few_signers):
    run("demo", "load")
    before = [(row.id, row.state, row.number) for row in rows()]
    done = run("demo", "load")
    assert done.exit_code == 0
    assert SLUG in done.output
    assert [(row.id, row.state, row.number) for row in rows()] == before


def test_every_demonstration_page_opens_in_each_language_and_can_be_signed(
    run, client, few_signers
):
    run("demo", "load")
    slugs = [petition.slug for petition in published_petitions()]
    db.session.rollback()
    for lang in ("en", "es", "fr"):
        assert client.get(f"/{lang}/").status_code == 200
        assert client.get(f"/{lang}/causes/{SLUG}").status_code == 200
        for event in (
            "table",
            "talk",
            "vigil",
            "round-table-2017",
            "university-talk-2017",
            "evening-talk-2016",
        ):
            assert client.get(f"/{lang}/events/{event}").status_code == 200
        for slug in slugs:
            page = client.get(f"/{lang}/petitions/{slug}", follow_redirects=True)
            assert page.status_code == 200
            part = "actions/{}/responses" if slug == LETTER else "petitions/{}/signatures"
            assert f'action="/{lang}/{part.format(slug)}"' in page.text
    for slug in set(slugs) - {LETTER}:
        assert post_signature(client, petition_by_slug(slug), ODILE).status_code == 303


def test_interrupted_load_leaves_nothing_and_can_be_repeated(run, few_signers, monkeypatch):
    invent, calls = demonstration.invented_rows, []

    def fail_at_the_last(*arguments, **options):
        calls.append(arguments)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return invent(*arguments, **options)

    monkeypatch.setattr(demonstration, "invented_rows", fail_at_the_last)
    assert run("demo", "load").exit_code == 1
    assert is_empty()
    assert run("demo", "load").exit_code == 0
    assert len(rows()) == 31


def test_demonstration_petitions_are_open_on_any_day(few_signers):
    demo = load_cause(demonstration.CAMPAIGNS / demonstration.DEFAULT_NAME, utcnow().date())
    assert all(petition.opens_at < utcnow() for petition in demo.petitions)


def test_second_server_loading_at_the_same_time_changes_nothing(app, few_signers):
    results = together(app, [load_demonstration] * 2)
    assert sorted("already" in result for result in results) == [False, True]
