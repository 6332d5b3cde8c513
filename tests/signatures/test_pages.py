"""Tests of what the public sees of signatures: names as chosen, no contact details."""

import pytest
from lxml.html import fromstring

from tests.factories.petitions import make_petition
from tests.factories.signatures import (
    AMALIA,
    JSON,
    ODILE,
    change,
    confirm,
    hatch_now,
    post_signature,
    restore,
    row,
    rows,
    sign,
    sign_and_hatch,
    withdraw,
)

LANGUAGES = ("en", "es", "fr")
PUBLIC = (
    *(
        f"/{lang}/{page}"
        for lang in LANGUAGES
        for page in ("", "causes/valley", "petitions/home", "petitions/home/thanks")
    ),
    "/en/privacy",
    "/causes/valley/pulse.json",
    "/petitions/home/ledger.json",
    "/robots.txt",
)
SECRETS = {
    "given_name": "Xaviera",
    "family_name": "Quillfeather",
    "email": "xq.secret.box@quillfeather.example",
    "country": "CA",
    "postal_code": "K1R 0N8",
    "comment": "unmistakable sentence",
    "answers-why": "unmistakable answer",
}
FRAGMENTS = (
    "secret.box",
    "quillfeather.example",
    "K1R",
    "0N8",
    "203.0.113.201",
    "unmistakable answer",
)


@pytest.fixture
def petition(app):
    return make_petition(
        questions=[{"name": "why", "type": "text", "label": {"en": "Why?"}, "required": False}]
    )


def public_answers(client):
    """Return the text of every public response, with its headers."""
    answers = [client.get(path) for path in PUBLIC]
    assert {answer.status_code for answer in answers} == {200}
    return [f"{answer.headers}{answer.text}" for answer in answers]


def page(client, lang="en"):
    return client.get(f"/{lang}/petitions/home").text


@pytest.mark.parametrize("display", ["full", "initials", "counted"])
def test_no_public_response_contains_an_address_a_postal_code_or_an_answer(
    client, petition, display
):
    form_data = {**SECRETS, "name_display": display}
    post_signature(client, petition, form_data, address="203.0.113.201")
    signature_id = rows()[0].id
    for step in (
        lambda: None,
        lambda: confirm(signature_id),
        hatch_now,
        lambda: withdraw(signature_id),
    ):
        step()
        for text in public_answers(client):
            assert not [fragment for fragment in FRAGMENTS if fragment.lower() in text.lower()]
    assert row(signature_id).answers == {"why": "unmistakable answer"}


@pytest.mark.parametrize(
    ("display", "shown", "hidden"),
    [
        ("full", ["Xaviera Quillfeather"], []),
        ("initials", ["X. Q."], ["Xaviera", "Quillfeather"]),
        ("counted", [], ["Xaviera", "Quillfeather", "X. Q."]),
    ],
)
def test_name_is_shown_as_its_supporter_chose_and_nowhere_else(
    client, petition, display, shown, hidden
):
    post_signature(client, petition, {**SECRETS, "name_display": display})
    confirm(rows()[0].id)
    hatch_now()
    answers = public_answers(client)
    assert all(any(name in text for text in answers) for name in shown)
    assert not any(name in text for text in answers for name in hidden)
    for text in answers:
        if '"count"' in text:
            assert "Quillfeather" not in text


def test_names_appear_after_hatching_and_disappear_after_withdrawal(client, petition):
    signature_id = sign(petition, ODILE, name_display="full")
    assert "Odile Kwan" not in page(client)
    confirm(signature_id)
    assert "Odile Kwan" not in page(client)
    hatch_now()
    assert "Odile Kwan" in page(client)
    withdraw(signature_id)
    assert "Odile Kwan" not in page(client)
    restore(signature_id)
    hatch_now()
    assert "Odile Kwan" in page(client)


def test_held_name_is_not_shown(client, petition):
    signature_id = sign_and_hatch(petition, ODILE, name_display="full")
    change(signature_id, state="held", held_reason="reviewed")
    assert "Odile" not in page(client)


def test_comment_is_shown_only_after_approval_and_beside_a_name(client, petition):
    signature_id = sign_and_hatch(
        petition, ODILE, name_display="initials", comment="unmistakable sentence"
    )
    assert "unmistakable sentence" not in page(client)
    change(signature_id, comment_shown=True)
    assert "unmistakable sentence" in page(client)
    change(signature_id, name_display="counted")
    assert "unmistakable sentence" not in page(client)


def test_markup_in_names_and_comments_is_shown_and_never_run(client, petition):
    evil = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'
    signature_id = sign_and_hatch(
        petition, given_name=evil, family_name="<b>", comment=evil, name_display="full"
    )
    change(signature_id, comment_shown=True)
    html = page(client)
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 2


def test_markup_typed_into_a_refused_form_is_not_run(client, petition):
    evil = '"><script>alert(1)</script></textarea>'
    answer = post_signature(
        client, petition, {"given_name": evil, "email": evil, "comment": evil, "country": evil}
    )
    assert answer.status_code == 422
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_title_of_a_refused_form_begins_with_the_error(client, petition, lang):
    """A screen reader reads the title first. The title for sharing stays as it was."""
    refused, shown = (
        fromstring(answer.data)
        for answer in (
            post_signature(client, petition, {"email": "amalia"}, lang=lang),
            client.get(f"/{lang}/petitions/home"),
        )
    )
    before, title, after = refused.findtext(".//title").partition(shown.findtext(".//title"))
    assert before and title and not after
    assert refused.xpath("//meta[@property='og:title']/@content") == shown.xpath(
        "//meta[@property='og:title']/@content"
    )
    assert refused.xpath("//*[@autofocus]")
    assert not shown.xpath("//*[@autofocus]")


def test_markup_in_the_url_is_not_run(client, petition):
    for path in (
        "/en/petitions/<script>alert(1)</script>",
        "/en/petitions/home?<script>alert(1)</script>",
    ):
        assert "<script>alert" not in client.get(path).text


def test_right_to_left_names_and_comments_do_not_reverse_other_text(client, petition):
    signature_id = sign(petition, {**AMALIA, "given_name": "x"})
    post_signature(
        client,
        petition,
        {
            **ODILE,
            "given_name": "عائشة",
            "family_name": "\u202eevil",
            "comment": "سلام \u202ereversed",
            "name_display": "full",
        },
    )
    [typed] = [row for row in rows() if row.id != signature_id]
    confirm(typed.id)
    change(typed.id, comment_shown=True)
    hatch_now()
    html = page(client)
    assert '<h3 class="signer-name"><bdi>عائشة evil</bdi></h3>' in html
    assert '<blockquote class="signer-text" dir="auto">' in html
    assert "\u202e" not in html


def test_newest_twelve_are_shown_and_the_others_counted(client, petition):
    for place in range(19):
        # Five, as fewer are not mentioned: the number would single them out.
        display = "counted" if 13 <= place <= 17 else "full"
        sign_and_hatch(
            petition,
            ODILE,
            email=f"o{place}@kwan.example",
            given_name=f"Odile{place:02}",
            name_display=display,
        )
    html = page(client)
    assert [place for place in range(19) if f"Odile{place:02}" in html] == [
        2,
        3,
        4,
        5,
        6,
        7,
        8,
        9,
        10,
        11,
        12,
        18,
    ]
    assert html.index("Odile18") < html.index("Odile02")
    assert 'data-counted-only="5"' in html


@pytest.mark.once_on_postgresql
@pytest.mark.parametrize("path", PUBLIC)
def test_public_responses_are_the_same_for_everyone_and_set_no_cookie(client, petition, path):
    anonymous = client.get(path)
    dressed = client.get(
        path, headers={"Cookie": "session=abc", "User-Agent": "x", "Accept-Language": "fr"}
    )
    assert "public" in anonymous.headers["Cache-Control"]
    assert "Set-Cookie" not in anonymous.headers
    assert "Cookie" not in anonymous.headers.get("Vary", "")
    if not path.endswith("pulse.json"):
        assert anonymous.data == dressed.data


def test_requesting_json_does_not_change_a_public_page(client, petition):
    assert (
        client.get("/en/petitions/home", headers=JSON).data == client.get("/en/petitions/home").data
    )
