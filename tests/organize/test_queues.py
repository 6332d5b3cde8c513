"""Tests of the pages of a queue.

A decision stays on the page, keeps selection and text, and shows again what was skipped.
"""

import re

import pytest

from tests.factories.signatures import AMALIA, ODILE, row, sign, sign_and_hatch
from tests.page_parts import alerts, values

pytestmark = pytest.mark.both_databases

PAGE = 20


def hold(petition, count):
    return [
        sign(petition, ODILE, email=f"o{place}@kwan.example", held_reason="hidden_field")
        for place in range(count)
    ]


def row_ids_on(page):
    return [int(match) for match in re.findall(r'name="shown" value="(\d+)"', page)]


def test_missing_reason_on_the_second_page_keeps_page_and_selection(desk_of, petition):
    ids = hold(petition, PAGE + 2)
    desk = desk_of("reviewer", petition.cause_id)
    last = ids[PAGE - 1]
    assert f"after={last}" in desk.get("/organize/held/").text
    second = desk.get(f"/organize/held/?after={last}").text
    assert row_ids_on(second) == ids[PAGE:]
    answer = desk.post("/organize/held/", {"do": "reject.ticked", "ticked": ids[-1], "after": last})
    assert answer.status_code == 422
    assert row_ids_on(answer.text) == ids[PAGE:]
    assert f'value="{ids[-1]}" data-key="x" aria-labelledby="name-{ids[-1]}" checked' in answer.text
    done = desk.post(
        "/organize/held/",
        {"do": "let_through.ticked", "ticked": ids[-1], "after": last},
        follow_redirects=True,
    )
    assert row_ids_on(done.text) == ids[PAGE:-1]


def test_skipped_rows_come_again_after_the_last_page(desk_of, petition):
    ids = hold(petition, PAGE + 1)
    desk = desk_of("reviewer", petition.cause_id)
    form_data = {"do": "let_through.shown", "shown": ids[-1], "after": ids[PAGE - 1]}
    assert (
        row_ids_on(desk.post("/organize/held/", form_data, follow_redirects=True).text)
        == ids[:PAGE]
    )


def test_signature_rejected_by_another_is_not_approved_with_the_rest_of_a_page(desk_of, petition):
    ids = hold(petition, 2)
    desk = desk_of("reviewer", petition.cause_id)
    desk.post("/organize/held/", {"do": "reject.ticked", "ticked": ids[0], "reason": "A program"})
    desk.post("/organize/held/", {"do": "let_through.shown", "shown": ids})
    assert [row(item).state for item in ids] == ["held", "pending"]
    late = desk.post(
        "/organize/held/", {"do": "let_through.shown", "shown": ids}, follow_redirects=True
    )
    assert alerts(late)[-1] == "waiting"
    desk.post(f"/organize/signatures/{ids[0]}/let-through", {"reason": "It was her after all"})
    assert row(ids[0]).state == "pending"


def test_comments_keep_their_page_too(desk_of, petition):
    ids = [
        sign_and_hatch(petition, ODILE, email=f"o{n}@kwan.example", comment=f"Thought {n}")
        for n in range(PAGE + 2)
    ]
    desk = desk_of("reviewer", petition.cause_id)
    page = desk.get(f"/organize/comments/?after={ids[PAGE - 1]}").text
    fields = dict(re.findall(r'name="(version-\d+)" value="(\w+)"', page)) | {
        "shown": row_ids_on(page),
        "after": ids[PAGE - 1],
    }
    left = desk.post(
        "/organize/comments/", {**fields, f"decision-{ids[-1]}": "show"}, follow_redirects=True
    ).text
    assert row_ids_on(left) == ids[PAGE:-1]


def test_missing_reason_is_explained_at_its_field(desk_of, petition):
    signature = sign_and_hatch(petition)
    path = f"/organize/signatures/{signature}/withdraw"
    page = desk_of("reviewer", petition.cause_id).post(path, {}).text
    assert 'href="#why"' in page
    opened = re.search(r'<details class="disclosure" open>.*?</details>', page, re.DOTALL).group()
    assert f'action="{path}"' in opened
    assert 'id="why-error"' in opened


def test_review_says_why_a_comment_stays_private(desk_of, petition):
    desk = desk_of("reviewer", petition.cause_id)
    hidden = sign_and_hatch(petition, AMALIA, name_display="counted", comment="For my brother")
    shown = sign_and_hatch(petition, ODILE, name_display="initials", comment="For my sister")
    pages = ["comments/", *(f"signatures/{signature_id}" for signature_id in (hidden, shown))]
    assert [len(values(desk.get(f"/organize/{page}"), "data-stays-private")) for page in pages] == [
        1,
        1,
        0,
    ]
