"""Tests of the pages of figures, signatures, queues, rules and retention, and of what they log."""

import re
from datetime import timedelta

import pytest

from campaign.accounts.audit import entries
from campaign.organize.moderation import rules as rule_pages
from campaign.organize.overview import petition_tasks
from campaign.organize.people.audit_labels import ACTIONS
from campaign.process.clock import utcnow
from campaign.signatures.moderation import rules
from campaign.signatures.moderation.rule_preview import RulePreview
from campaign.signatures.queries import differences
from tests.factories.causes import make_cause
from tests.factories.paper import begin, bring, csv_of
from tests.factories.petitions import make_petition
from tests.factories.signatures import (
    AMALIA,
    ODILE,
    change,
    hatch_now,
    row,
    rows,
    sign,
    sign_and_hatch,
)
from tests.page_parts import (
    alerts,
    figures,
    is_empty,
    links,
    sends_to,
    text_at,
    tree,
    values,
    wrong_fields,
)

CORRECTION = re.compile(r'name="version" type="hidden" value="([0-9a-f]+)"')
OWNED = {"owner", "admin"}
REVIEWERS = {"reviewer", *OWNED}
SEERS = {"exporter", *REVIEWERS}
PLACES = {
    "/organize/numbers/petitions/home": {"editor", *SEERS},
    "/organize/numbers/causes/valley": {"editor", *SEERS},
    "/organize/numbers/petitions/home/days.csv": {"editor", *SEERS},
    "/organize/signatures/": SEERS,
    "/organize/held/": REVIEWERS,
    "/organize/comments/": REVIEWERS,
    "/organize/corrections/": REVIEWERS,
    "/organize/comments/?tab=shown": REVIEWERS,
    "/organize/bulk/": REVIEWERS,
    "/organize/bulk/new?on=held": REVIEWERS,
    "/organize/rules/": REVIEWERS,
    "/organize/rules/new": REVIEWERS,
    "/organize/retention/": OWNED,
    "/organize/retention/home": OWNED,
}


@pytest.fixture
def petition(app):
    return make_petition(goal=100)


@pytest.mark.parametrize("role", ["owner", "editor", "exporter", "reviewer", "tabler", "admin"])
def test_each_review_page_opens_for_the_roles_in_the_table(desk_of, petition, role):
    desk = desk_of(role, None if role == "admin" else petition.cause_id)
    opened = {path for path in PLACES if desk.get(path).status_code == 200}
    assert opened == {path for path, roles in PLACES.items() if role in roles}


def test_signatures_of_another_cause_are_not_found(desk_of, petition):
    signature = sign_and_hatch(petition)
    desk = desk_of("owner", make_cause("elsewhere").id)
    assert desk.get(f"/organize/signatures/{signature}").status_code == 404
    assert desk.get("/organize/numbers/petitions/home").status_code == 404
    assert "Amalia" not in desk.get("/organize/signatures/").text
    for verb in ("correct", "withdraw", "reject", "let-through", "comment", "take-back", "merge/1"):
        assert (
            desk.post(f"/organize/signatures/{signature}/{verb}", {"reason": "x"}).status_code
            == 404
        )
    assert (
        desk.post(
            "/organize/held/", {"do": "reject.shown", "shown": signature, "reason": "x"}
        ).status_code
        == 303
    )
    assert row(signature).state == "counted"


def test_figures_show_the_tally_and_can_be_downloaded(desk_of, petition):
    for place in range(6):
        sign_and_hatch(petition, ODILE, email=f"o{place}@kwan.example")
    sign_and_hatch(petition, {**AMALIA, "country": "MX", "postal_code": "06000"})
    sign(petition, AMALIA, email="waits@rosales.example")
    desk = desk_of("editor", petition.cause_id)
    for chosen in ("hours", "month", "all", "nonsense"):
        page = desk.get(f"/organize/numbers/petitions/home?range={chosen}")
        assert page.status_code == 200
        assert '<dd data-count="petition:home">7</dd>' in page.text
        assert values(page, "data-ledger") == ["agrees"]
    assert "Amalia" not in page.text
    # The one Mexican signature is merged with the next larger cell, as a single one is too few.
    table = desk.get("/organize/numbers/petitions/home/countries.csv")
    _heading, *rows = table.data.decode("utf-8-sig").splitlines()
    assert [row.rpartition(",")[2] for row in rows] == ["7"]
    for name in ("states", "days", "hours", "ledger", "regions", "evidence", "languages", "mail"):
        assert desk.get(f"/organize/numbers/causes/valley/{name}.csv").status_code == 200
    assert desk.get("/organize/numbers/causes/valley/people.csv").status_code == 404


def test_empty_petition_says_so(desk_of, petition):
    desk = desk_of("owner", petition.cause_id)
    for page in (
        "numbers/petitions/home",
        "signatures/",
        "held/",
        "comments/",
        "rules/",
        "signatures/?words=zora",
    ):
        assert is_empty(desk.get(f"/organize/{page}")), page


def test_viewing_people_is_logged_without_the_search(desk_of, petition):
    signature = sign_and_hatch(petition)
    desk = desk_of("reviewer", petition.cause_id)
    assert "Amalia Rosales" in desk.get("/organize/signatures/?words=amalia&petition=home").text
    desk.get(f"/organize/signatures/{signature}")
    [viewed, listed] = entries(action="signatures")
    assert (viewed.subject_kind, viewed.subject_id) == ("signature", signature)
    assert (listed.subject_id, listed.details) == (
        petition.id,
        {"by": ["petition", "words"], "shown": 1},
    )


def test_refused_form_that_shows_a_person_is_logged_too(desk_of, petition):
    signature = sign_and_hatch(petition)
    desk = desk_of("owner", petition.cause_id)
    for verb in ("withdraw", "reject", "correct"):
        assert (
            "Amalia" in desk.post(f"/organize/signatures/{signature}/{verb}", {"reason": ""}).text
        )
    assert "Amalia" in desk.get(f"/organize/erasures/{signature}").text
    assert [(entry.subject_id, entry.details) for entry in entries(action="signatures.see")] == [
        (signature, {"shown": 1})
    ] * 4


def test_possible_duplicate_shown_beside_a_signature_is_logged_too(desk_of, petition):
    first = sign_and_hatch(petition)
    second = sign_and_hatch(petition, email="amalia.again@rosales.example")
    desk = desk_of("reviewer", petition.cause_id)
    assert f"/organize/signatures/{second}" in desk.get(f"/organize/signatures/{first}").text
    assert {entry.subject_id for entry in entries(action="signatures.see")} == {first, second}


def test_owners_see_in_the_log_each_list_that_showed_people_of_their_cause(desk_of, petition):
    other = make_petition("hill", cause_id=make_cause("hill").id)
    make_petition("second", cause_id=petition.cause_id)
    for item in (petition, other):
        sign_and_hatch(item, comment="A word")
        sign(item, ODILE, held_reason="hidden_field")
    admin = desk_of()
    for path in ("signatures/", "held/", "comments/"):
        assert admin.get(f"/organize/{path}").status_code == 200
    for cause_id in (petition.cause_id, other.cause_id):
        seen = entries(cause_ids=[cause_id], action="signatures.see")
        assert [(item.details["by"], item.details["shown"]) for item in seen] == [
            (["comments"], 1),
            (["held"], 1),
            ([], 2),
        ]


def test_late_decision_changes_nothing_and_is_not_in_the_log(desk_of, petition):
    first, second = (sign_and_hatch(petition, ODILE, email=f"o{n}@kwan.example") for n in range(2))
    desk = desk_of("reviewer", petition.cause_id)
    reject = f"/organize/signatures/{first}/reject"
    assert alerts(desk.post(reject, {"reason": "A program"}, follow_redirects=True)) == ["success"]
    assert alerts(desk.post(reject, {"reason": "Me too"}, follow_redirects=True)) == ["waiting"]
    desk.post("/organize/held/", {"do": "reject.shown", "shown": [first, second], "reason": "Both"})
    desk.post("/organize/held/", {"do": "reject.shown", "shown": [first, second], "reason": "Both"})
    logged = [(entry.reason, entry.details) for entry in entries(action="signatures.reject")]
    assert logged == [("Both", {"signatures": [second]}), ("A program", {"signatures": [first]})]


def test_exporter_sees_signatures_but_is_offered_no_change(desk_of, petition):
    signature = sign_and_hatch(petition, comment="For my brother")
    page = desk_of("exporter", petition.cause_id).get(f"/organize/signatures/{signature}")
    assert "For my brother" in page.text
    offered = [*sends_to(page), *links(page)]
    assert [
        path
        for path in offered
        if path.startswith((f"/organize/signatures/{signature}/", "/organize/erasures/"))
    ] == []
    assert "can" not in values(page, "id")


def test_correction_needs_a_reason_and_is_refused_after_another_change(desk_of, petition):
    signature = sign_and_hatch(petition)
    desk = desk_of("reviewer", petition.cause_id)
    path = f"/organize/signatures/{signature}"
    seen = CORRECTION.search(desk.get(path).text)[1]
    form_data = {**AMALIA, "given_name": "Amália", "name_display": "full", "version": seen}
    answer = desk.post(f"{path}/correct", form_data)
    assert answer.status_code == 422
    assert 'value="Amália"' in answer.text
    assert (
        desk.post(f"{path}/correct", {**form_data, "reason": "She wrote to us"}).status_code == 303
    )
    assert row(signature).given_name == "Amália"
    answer = desk.post(f"{path}/correct", {**form_data, "given_name": "Amélie", "reason": "Again"})
    assert answer.status_code == 409
    assert (alerts(answer)[-1], wrong_fields(answer)) == ("danger", {})
    assert 'value="Amélie"' in answer.text
    [entry] = entries(action="signatures.correct")
    assert entry.reason == "She wrote to us"


def test_correction_that_merges_two_people_without_addresses_is_explained(desk_of, petition):
    bring(begin(petition, csv_of("Bo,Quetz,,MX,06600", "Bob,Quetz,,MX,06600")))
    _first, second = rows()
    desk = desk_of("reviewer", petition.cause_id)
    path = f"/organize/signatures/{second.id}"
    seen = CORRECTION.search(desk.get(path).text)[1]
    form_data = {
        "given_name": "Bo",
        "family_name": "Quetz",
        "postal_code": "06600",
        "country": second.country,
        "name_display": "full",
    }
    answer = desk.post(f"{path}/correct", {**form_data, "version": seen, "reason": "A slip"})
    assert answer.status_code == 409
    assert alerts(answer) == ["danger"]
    assert row(second.id).given_name == "Bob"


def test_serious_actions_ask_for_a_reason_and_keep_the_ledger_right(desk_of, petition):
    signature = sign_and_hatch(petition)
    desk = desk_of("reviewer", petition.cause_id)
    path = f"/organize/signatures/{signature}"
    assert desk.post(f"{path}/reject", {}).status_code == 422
    for verb, state in (
        ("reject", "held"),
        ("let-through", "counted"),
        ("withdraw", "withdrawn"),
        ("take-back", "counted"),
    ):
        assert desk.post(f"{path}/{verb}", {"reason": "because"}).status_code == 303
        hatch_now()
        assert row(signature).state == state
        assert differences() == []
    assert (
        alerts(desk.post(f"{path}/take-back", {"reason": "x"}, follow_redirects=True))[-1]
        == "waiting"
    )


def test_queue_shows_reasons_and_decides_on_exactly_the_rows_shown(desk_of, petition):
    ids = [
        sign(petition, ODILE, email=f"o{place}@kwan.example", held_reason="hidden_field")
        for place in range(3)
    ]
    desk = desk_of("reviewer", petition.cause_id)
    page = desk.get("/organize/held/").text
    assert values(page, "data-reason") == ["hidden_field"] * 3
    late = sign(petition, ODILE, email="late@kwan.example", held_reason="no_proof")
    ids_shown = re.findall(r'name="shown" value="(\d+)"', page)
    assert ids_shown == [str(item) for item in ids]
    assert (
        desk.post("/organize/held/", {"do": "reject.shown", "shown": ids_shown}).status_code == 422
    )
    assert (
        desk.post(
            "/organize/held/",
            {
                "do": "reject.ticked",
                "ticked": ids_shown[:1],
                "shown": ids_shown,
                "reason": "a machine",
            },
        ).status_code
        == 303
    )
    assert (
        desk.post("/organize/held/", {"do": "let_through.shown", "shown": ids_shown}).status_code
        == 303
    )
    assert [row(item).state for item in ids] == ["held", "pending", "pending"]
    assert row(late).state == "held"
    assert (
        desk.post("/organize/held/", {"do": "let_through.shown", "shown": "9" * 30}).status_code
        == 303
    )
    assert {entry.details["signatures"][0] for entry in entries(action="signatures.reject")} == {
        ids[0]
    }


def test_choosing_a_petition_keeps_the_tab_and_the_search(desk_of, petition):
    make_petition("river", cause_id=petition.cause_id)
    desk = desk_of("reviewer", petition.cause_id)
    page = tree(desk.get("/organize/comments/?tab=shown&words=river"))
    [form] = [
        form
        for form in page.find_class("petition-choice")
        if form.xpath(".//select[@name='petition']")
    ]
    assert {"tab": "shown", "words": "river"}.items() <= dict(form.form_values()).items()


def test_comments_are_approved_one_by_one_or_all_that_were_shown(client, desk_of, petition):
    ids = [
        sign_and_hatch(
            petition, ODILE, email=f"o{n}@kwan.example", comment=f"Thought {n}", name_display="full"
        )
        for n in range(3)
    ]
    desk = desk_of("reviewer", petition.cause_id)
    page = desk.get("/organize/comments/").text
    fields = dict(re.findall(r'name="(version-\d+)" value="(\w+)"', page)) | {
        "shown": [str(item) for item in ids]
    }
    decisions = {f"decision-{ids[0]}": "show", f"decision-{ids[1]}": "hide"}
    assert desk.post("/organize/comments/", {**fields, **decisions}).status_code == 303
    public = client.get("/en/petitions/home").text
    assert ("Thought 0" in public, "Thought 1" in public, "Thought 2" in public) == (
        True,
        False,
        False,
    )
    change(ids[2], comment="Thought changed")
    answer = desk.post("/organize/comments/", {**fields, "all": "show"}, follow_redirects=True)
    assert "waiting" in alerts(answer)
    assert "Thought changed" in answer.text
    assert "Thought changed" not in client.get("/en/petitions/home").text


RULES = [
    ("network", "203.0.113.0/24", "203.0.113.0/24"),
    ("network", "10.0.0.0/8", None),
    ("network", "house", None),
    ("mail_domain", "@Bad.EXAMPLE", "bad.example"),
    ("mail_domain", "bad", None),
    ("country", "fr\nMéxico", "FR\nMX"),
    ("country", "FRA", None),
    ("rate", "20", "20"),
    ("rate", "many", None),
    ("rate", "1000000", None),
    ("words", "casino\ncasino\n\n", "casino"),
    ("words", "of", None),
    ("words", " ", None),
]


@pytest.mark.parametrize(("kind", "typed", "stored"), RULES)
def test_rule_is_stored_canonically_or_refused_at_its_field(desk_of, petition, kind, typed, stored):
    desk = desk_of("reviewer", petition.cause_id)
    answer = desk.post("/organize/rules/new", {"kind": kind, "pattern": typed, "where": "home"})
    if stored is None:
        assert answer.status_code == 422
        assert 'id="pattern-error"' in answer.text
        assert rules.rules_of(None) == []
    else:
        assert answer.status_code == 303
        assert [rule.pattern for rule in rules.rules_of(None)] == [stored]
        assert desk.get(answer.location).status_code == 200
        assert desk.get("/organize/rules/").status_code == 200


def test_rule_is_previewed_enabled_for_past_signatures_and_undone(desk_of, petition):
    sign_and_hatch(petition)
    sign_and_hatch(petition, {**ODILE, "country": "MX", "postal_code": "06000"})
    desk = desk_of("reviewer", petition.cause_id)
    here = desk.post(
        "/organize/rules/new",
        {"kind": "country", "pattern": "MX", "where": f"cause:{petition.cause_id}"},
    ).location
    page = desk.get(here).text
    assert figures(text_at(page, "//h2[@id='trial']")) == [1]
    assert "Odile Kwan" in page
    assert "Amalia" not in page
    desk.post(f"{here}/on", {"past": "y"})
    hatch_now()
    assert [row.state for row in rows()] == ["counted", "held"]
    assert values(desk.get("/organize/held/"), "data-reason") == [f"rule:{here.rsplit('/', 1)[1]}"]
    desk.post(f"{here}/off")
    off = desk.get(here)
    assert (
        figures(text_at(off, "//h2[@id='undo']")),
        figures(text_at(off, "//h2[@id='trial']")),
    ) == ([1], [])
    desk.post(f"{here}/release")
    hatch_now()
    assert [row.state for row in rows()] == ["counted", "counted"]
    assert desk.post(f"{here}/drop").location == here
    assert differences() == []


def test_only_a_fresh_password_erases(desk_of, petition, monkeypatch):
    signature = sign_and_hatch(petition)
    desk = desk_of("owner", petition.cause_id)
    path = f"/organize/erasures/{signature}"
    assert path in sends_to(desk.get(path))
    assert desk.post(path, {"reason": ""}).status_code == 422
    monkeypatch.setattr(
        "campaign.organize.core.access.utcnow", lambda: utcnow() + timedelta(hours=1)
    )
    assert "confirm" in desk.post(path, {"reason": "She asked"}).location
    monkeypatch.undo()
    assert desk.post(path, {"reason": "She asked"}).status_code == 303
    assert row(signature).state == "erased" and row(signature).number == 1
    page = desk.get(f"/organize/signatures/{signature}")
    assert page.status_code == 200 and AMALIA["given_name"] not in page.text
    assert differences() == []


@pytest.mark.parametrize(
    ("form_data", "status", "days"),
    [
        ({"keeps": "days", "days": "90", "sure": "y"}, 303, 90),
        ({"keeps": "days", "days": "90"}, 422, None),
        ({"keeps": "days", "days": "soon", "sure": "y"}, 422, None),
        ({"keeps": "days", "days": "00365099", "sure": "y"}, 422, None),
        # Days entered without their option selected are asked about, not dropped.
        ({"keeps": "forever", "days": "90"}, 422, None),
        ({"keeps": "forever", "days": ""}, 303, None),
        ({}, 422, None),
    ],
)
def test_retention_is_set_with_confirmation(desk_of, petition, form_data, status, days):
    desk = desk_of("owner", petition.cause_id)
    assert desk.post("/organize/retention/home", {"version": 1, **form_data}).status_code == status
    [cell] = tree(desk.get("/organize/retention/")).xpath("//tbody/tr/td[1]")
    assert (90 in figures(cell.text_content())) == (days == 90)
    if days:
        assert (
            desk.post(
                "/organize/retention/home", {"version": 2, "keeps": "forever", "days": str(days)}
            ).status_code
            == 303
        )


def test_every_logged_action_here_has_a_label():
    for action in (
        "signatures.see",
        "comments.show",
        "rules.hold_past",
        "retention.erase",
        "signatures.merge",
    ):
        assert action in ACTIONS


def test_large_numbers_of_a_rule_and_of_the_queue_are_grouped(desk_of, petition, monkeypatch):
    desk = desk_of("owner", petition.cause_id)
    monkeypatch.setattr(petition_tasks, "held_by_reason", lambda _ids: {"rule:1": 1234})
    monkeypatch.setattr(petition_tasks, "count_unread_comments", lambda _ids: 2345)
    page = text_at(desk.get("/organize/"), "//section[@aria-labelledby='today']")
    assert "1,234" in page and "2,345" in page
    here = desk.post(
        "/organize/rules/new",
        {"kind": "country", "pattern": "MX", "where": f"cause:{petition.cause_id}"},
    ).location
    preview = RulePreview(ids=tuple(range(9000, 10234)), looked_at=150570, counted=1234, since=None)
    monkeypatch.setattr(rule_pages, "preview_rule", lambda _rule: preview)
    page = desk.get(here)
    assert "1,234" in text_at(page, "//h2[@id='trial']")
    looked_at = text_at(page, "//h2[@id='trial']/following-sibling::p[1]")
    assert "150,570" in looked_at and "1,234" in looked_at


def test_title_of_a_cause_stays_text_in_the_form_of_a_rule(desk_of):
    title = "</select><input type=hidden name=role value=admin><button formaction=/organize/people/invite>Go on</button>"
    cause = make_cause()
    make_petition(cause_id=cause.id)
    form_data = {
        "version": cause.version_of("text"),
        "title_en": title,
        "summary_en": "A butterfly for every name.",
        "palette": cause.palette,
    }
    assert (
        desk_of("editor", cause.id)
        .post(f"/organize/causes/{cause.slug}/words", form_data)
        .status_code
        == 303
    )
    page = desk_of().get("/organize/rules/new").text
    assert "formaction" in page
    assert "<button formaction" not in page
    assert "</select><input" not in page
