"""Tests of `flask petitions`: create, close, list."""

from datetime import timedelta

import pytest

from campaign.actions.letters.editing import letter_settings
from campaign.embeds.operations import change_embedding
from campaign.embeds.queries import embedding_of
from campaign.extensions import db, write
from campaign.petitions.life_cycles import cause_life_cycle, petition_life_cycle
from campaign.petitions.queries import petition_by_slug, petition_counts, petition_in_any_state
from campaign.process.clock import utcnow
from campaign.sharing.operations import change_texts
from campaign.sharing.queries import texts_of
from tests.factories.causes import make_cause
from tests.factories.letter_actions import make_letter_action
from tests.factories.petitions import make_petition
from tests.factories.signatures import AMALIA, confirm, post_signature, sign, sign_and_hatch


@pytest.fixture
def text_file(tmp_path):
    path = tmp_path / "letter.md"
    path.write_text("Señoras y señores,\n\n*pedimos* lo mismo.\n", encoding="utf-8")
    return path


def create(run, text_file, slug="law", **changes):
    options = {
        "cause": "valley",
        "title": "Una ley",
        "text": text_file,
        "target": "El Senado",
        **changes,
    }
    arguments = [argument for name, value in options.items() for argument in (f"--{name}", value)]
    return run("petitions", "create", slug, *arguments)


def test_created_petition_is_open_and_shown_at_its_url(run, client, app, text_file):
    make_cause()
    done = create(run, text_file, lang="es", goal=43, summary="En breve")
    assert done.exit_code == 0
    assert done.output.split()[-1] == "http://localhost/es/petitions/law"
    page = client.get("/es/petitions/law")
    assert page.status_code == 200
    for text in ("Una ley", "El Senado", "<em>pedimos</em> lo mismo.", "43"):
        assert text in page.text
    assert post_signature(client, petition_by_slug("law"), AMALIA).status_code == 303


def test_petition_has_several_targets_and_two_signers_per_address(run, app, text_file):
    make_cause()
    done = run(
        "petitions", "create", "law", "--cause", "valley", "--title", "A law", "--text", text_file,
        "--target", "The Senate", "--target", "The House", "--two-per-address",
    )  # fmt: skip
    assert done.exit_code == 0
    petition = petition_by_slug("law")
    assert [target.name("en") for target in petition.targets] == ["The Senate", "The House"]
    assert petition.two_per_address
    db.session.rollback()


@pytest.mark.parametrize("slug", ["A Law", "law/1", "ley-ñ", "law-", "law--1", "x" * 81, "", "a?b"])
def test_invalid_slug_is_refused(run, app, text_file, slug):
    make_cause()
    done = create(run, text_file, slug)
    assert done.exit_code == 2
    assert "law-of-2026" in done.output


def test_unknown_cause_taken_slug_and_missing_text_are_refused(run, text_file, tmp_path):
    make_petition("law")
    unknown, taken = create(run, text_file, "other", cause="nowhere"), create(run, text_file)
    assert (unknown.exit_code, taken.exit_code) == (1, 1)
    assert "'nowhere'" in unknown.output and "'law'" in taken.output
    assert create(run, tmp_path / "nothing.md", "other").exit_code == 2


def test_slug_of_a_draft_is_taken_too(run, app, text_file):
    make_petition("law", state="draft")
    assert create(run, text_file).exit_code == 1


def test_closed_petition_refuses_new_signatures_and_keeps_pending_ones(run, client, app):
    petition = make_petition()
    waiting = sign(petition)
    done = run("petitions", "close", "home")
    assert done.exit_code == 0
    assert "home" in done.output
    assert post_signature(client, petition, AMALIA).status_code == 410
    assert confirm(waiting) == waiting


@pytest.mark.parametrize("slug", ["nowhere", "draft"])
def test_closing_an_unpublished_petition_is_refused(run, app, slug):
    make_petition("draft", state="draft")
    done = run("petitions", "close", slug)
    assert done.exit_code == 1
    assert f"'{slug}'" in done.output


def test_list_shows_count_goal_and_state(run, app):
    petition = make_petition(goal=1000)
    make_petition("law", cause_id=petition.cause_id, state="closed")
    make_petition("draft", cause_id=petition.cause_id, state="draft")
    sign_and_hatch(petition)
    header, home, law = run("petitions", "list").output.splitlines()
    assert header.split() == ["petition", "kind", "count", "goal", "state"]
    assert home.split() == ["home", "petition", "1", "1000", "open"]
    assert law.split() == ["law", "petition", "0", "0", "closed"]


def test_letter_is_published_cloned_and_closed_as_a_petition_is(run, app):
    make_letter_action(state="draft")
    done = run("petitions", "publish", "letters")
    assert done.exit_code == 0 and "/en/actions/letters" in done.output
    assert run("petitions", "clone", "letters", "again").exit_code == 0
    assert letter_settings(petition_in_any_state("again").id).delivery_method == "individual"
    assert run("petitions", "close", "letters").exit_code == 0
    _header, line = run("petitions", "list").output.splitlines()
    assert line.split() == ["letters", "letter", "0", "0", "closed"]


def test_letter_without_a_subject_is_not_published(run, app):
    make_letter_action(is_ready=False)
    done = run("petitions", "publish", "letters")
    assert done.exit_code == 1 and "subject (en)" in done.output


@pytest.mark.parametrize("end", [cause_life_cycle.close, cause_life_cycle.archive])
def test_petition_cannot_open_in_an_ended_cause(run, app, text_file, end):
    petition = make_petition()
    make_petition("draft", cause_id=petition.cause_id, state="draft")
    write(petition_life_cycle.close, row_id=petition.id, now=utcnow())
    write(end, row_id=petition.cause_id, now=utcnow())
    for done in (
        run("petitions", "reopen", "home"),
        run("petitions", "publish", "draft"),
        create(run, text_file),
    ):
        assert done.exit_code == 1
    assert (petition_by_slug("home").state, petition_by_slug("draft"), petition_by_slug("law")) == (
        "closed",
        None,
        None,
    )
    assert (
        run(
            "petitions",
            "create",
            "law",
            "--cause",
            "valley",
            "--title",
            "x",
            "--text",
            text_file,
            "--target",
            "x",
            "--draft",
        ).exit_code
        == 0
    )
    db.session.rollback()


def test_clone_has_everything_but_dates_and_signatures(run):
    petition = make_petition(
        goal=500,
        retention_days=30,
        delivered_names="full",
        delivered_details=["country", "day"],
        closes_at=utcnow() + timedelta(days=9),
        is_quiet=True,
    )
    write(change_texts, petition_id=petition.id, texts={"en": ["Sign with me"]}, now=utcnow())
    write(
        change_embedding, petition_id=petition.id, allowed="listed", origins=["https://a.example"]
    )
    sign_and_hatch(petition)
    other = make_cause("other")
    assert run("petitions", "clone", "home", "next", "--cause", "other").exit_code == 0
    made = petition_in_any_state("next")
    assert (made.state, made.closes_at, made.opened_at) == ("draft", None, None)
    assert (made.cause_id, made.goal, made.retention_days, made.is_quiet) == (
        other.id,
        500,
        30,
        True,
    )
    version = made.current_version
    assert (version.delivered_names, version.delivered_details) == ("full", ["country", "day"])
    assert [text.body for text in texts_of(made.id)] == ["Sign with me"]
    assert embedding_of(made.id).origins == ["https://a.example"]
    assert petition_counts([made.id]).get(made.id, 0) == 0


def test_clone_refuses_bad_input_and_creates_nothing(run):
    make_petition()
    run("organisations", "create", "keepers", "--name", "Keepers")
    run("causes", "create", "river", "--organisation", "keepers", "--title", "River")
    for arguments in (
        ("home", "next", "--cause", "river"),
        ("home", "next", "--cause", "nowhere"),
        ("nowhere", "next"),
        ("home", "Two Words"),
        ("home", "home"),
    ):
        result = run("petitions", "clone", *arguments)
        assert result.exit_code != 0
        assert result.output
    assert petition_in_any_state("next") is None
