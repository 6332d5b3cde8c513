"""Tests of the commands that create organizations and causes."""

from campaign.causes.queries import cause_by_slug, cause_in_any_state
from campaign.organisations.queries import host_organisation, organisation_by_slug


def test_first_organization_is_the_host_and_owns_a_cause(run):
    assert run("organisations", "create", "keepers", "--name", "River Keepers").exit_code == 0
    created = run(
        *("causes", "create", "clean-river", "--organisation", "keepers"),
        *("--title", "A clean river", "--lang", "es"),
    )
    assert created.exit_code == 0, created.output
    cause = cause_by_slug("clean-river")
    assert cause.organisation_id == host_organisation().id
    assert (cause.text("es").title, cause.text("es").lang) == ("A clean river", "es")
    assert run("organisations", "list").output.split("\t") == ["keepers", "River Keepers", "host\n"]


def test_draft_cause_is_not_public(run):
    run("organisations", "create", "keepers", "--name", "River Keepers")
    run("causes", "create", "later", "--organisation", "keepers", "--title", "Later", "--draft")
    assert cause_by_slug("later") is None
    assert cause_in_any_state("later").state == "draft"


def test_bad_input_is_explained_and_creates_nothing(run):
    run("organisations", "create", "keepers", "--name", "River Keepers")
    for arguments in (
        ("organisations", "create", "Two Words", "--name", "Name"),
        ("organisations", "create", "keepers", "--name", "Another"),
        ("organisations", "create", "other", "--name", "Name", "--lang", "xx"),
        ("causes", "create", "river", "--organisation", "nobody", "--title", "Title"),
        ("causes", "create", "river", "--organisation", "keepers", "--title", "T", "--lang", "xx"),
    ):
        result = run(*arguments)
        assert result.exit_code != 0
        assert result.output
    assert organisation_by_slug("other") is None
    assert cause_in_any_state("river") is None


def test_slug_of_another_cause_is_refused(run):
    run("organisations", "create", "keepers", "--name", "River Keepers")
    create = ("causes", "create", "river", "--organisation", "keepers", "--title", "River")
    assert [run(*create).exit_code for _ in range(2)] == [0, 1]
