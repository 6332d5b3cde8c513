"""Tests of what organizers set up for sharing and embedding a petition."""

import pytest

from campaign.accounts.audit import entries
from campaign.embeds.operations import change_embedding
from campaign.embeds.queries import embedding_of
from campaign.extensions import db, write
from campaign.sharing.queries import texts_of
from tests.factories.petitions import make_petition
from tests.factories.signatures import ODILE, sign_and_hatch
from tests.page_parts import text, tree, values, wrong_fields

HOME = "/organize/petitions/home"


@pytest.fixture
def petition(desk):
    return make_petition(cause_id=desk.cause.id)


def embedding_now(petition):
    db.session.rollback()
    return embedding_of(petition.id)


def wordings(petition):
    db.session.rollback()
    return [(text.lang, text.body) for text in texts_of(petition.id)]


def test_sites_are_accepted_as_pasted_and_stored_plainly(desk, petition):
    typed = "https://Example.org/page?x=1\n\n bücher.example \nhttp://localhost:8080\nexample.org"
    answer = desk.post(f"{HOME}/embedding", {"version": 1, "allowed": "listed", "origins": typed})
    assert (answer.status_code, answer.location) == (303, f"{HOME}/embedding")
    embedding = embedding_now(petition)
    assert embedding.allowed == "listed"
    assert embedding.origins == [
        "https://example.org",
        "https://xn--bcher-kva.example",
        "http://localhost:8080",
    ]
    [entry] = entries(action="petitions.edit")
    assert entry.details["part"] == "embedding"
    assert "https://example.org" in desk.get(f"{HOME}/embedding").text


@pytest.mark.parametrize(
    ("allowed", "origins", "field"),
    [
        ("listed", "", "origins"),
        ("listed", "not a site", "origins"),
        ("anybody", "*", "origins"),
        ("listed", "https://a.example; script-src *", "origins"),
        ("listed", "javascript:alert(1)", "origins"),
        ("listed", "https://user@a.example", "origins"),
        ("listed", "https://a.example:99999", "origins"),
        ("everybody", "", "allowed"),
        ("listed", "\n".join(f"https://a{place}.example" for place in range(51)), "origins"),
    ],
)
def test_invalid_site_is_explained_and_input_is_kept(desk, petition, allowed, origins, field):
    answer = desk.post(f"{HOME}/embedding", {"allowed": allowed, "origins": origins})
    assert answer.status_code == 422
    assert wrong_fields(answer).keys() == {field}
    assert embedding_now(petition).allowed == "anybody"
    assert origins.split("\n")[0] in answer.text


def test_embed_code_matches_the_choices_and_is_plain_text(desk, petition):
    page = desk.get(f"{HOME}/embedding?show=counter&theme=dark&lang=es").text
    assert (
        '&lt;volante-petition slug="home" show="counter" theme="dark" lang="es"&gt;'
        in page.replace("&#34;", '"')
    )
    assert 'src="/embed/petitions/home?show=counter&amp;theme=dark&amp;lang=es"' in page
    write(change_embedding, petition_id=petition.id, allowed="nobody", origins=[])
    assert "volante-petition" not in desk.get(f"{HOME}/embedding").text


def test_wordings_are_saved_by_language_and_an_empty_one_is_removed(desk, petition):
    form_data = {
        "version": 1,
        "texts_en-0": "Sign with me.",
        "texts_en-1": "  It takes\na minute. ",
        "texts_es-0": "Firma conmigo.",
        "texts_fr-0": "",
    }
    assert desk.post(f"{HOME}/sharing", form_data).status_code == 303
    assert wordings(petition) == [
        ("en", "Sign with me."),
        ("en", "It takes a minute."),
        ("es", "Firma conmigo."),
    ]
    assert values(desk.get(f"{HOME}/sharing"), "data-verdict") == ["early", "alone"]
    desk.post(
        f"{HOME}/sharing", {"version": 2, "texts_en-0": "", "texts_en-1": "It takes a minute."}
    )
    assert wordings(petition) == [("en", "It takes a minute.")]
    assert [entry.details["part"] for entry in entries(action="petitions.edit")] == [
        "sharing",
        "sharing",
    ]


def test_too_long_wording_is_explained_at_its_field(desk, petition):
    answer = desk.post(f"{HOME}/sharing", {"texts_en-0": "x" * 241})
    assert answer.status_code == 422
    assert 'id="texts_en-0-error"' in answer.text
    assert wordings(petition) == []


def test_sources_of_signatures_are_shown_without_small_figures(desk, petition):
    for place in range(5):
        sign_and_hatch(petition, {**ODILE, "email": f"o{place}@kwan.example"}, source="radio")
    for place in range(3):
        sign_and_hatch(petition, {**ODILE, "email": f"p{place}@kwan.example"}, source="pair")
    for place in range(2):
        sign_and_hatch(petition, {**ODILE, "email": f"q{place}@kwan.example"}, source="alone")
    table = desk.get("/organize/numbers/petitions/home/sources.csv").get_data(as_text=True)
    assert table.splitlines()[1:] == ["radio,5", "2 others,5"]
    page = desk.get("/organize/numbers/petitions/home").text
    assert "radio" in [text(item) for item in tree(page).find_class("share-name")]
    assert ">pair<" not in page
