"""Tests of the public API: what it returns, to whom, and its errors."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import current_app
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator

from campaign.answers.documents import NewDocument
from campaign.answers.models import PDF
from campaign.extensions import write
from campaign.organisations.operations import create_organisation
from campaign.petitions.editing import change_petition_slug
from campaign.security.rate_limit_storage import limit_storage
from tests.conftest import make_app
from tests.factories.answers import make_answer
from tests.factories.causes import make_cause
from tests.factories.events import make_event
from tests.factories.letters import make_letter_action, target_ids
from tests.factories.petitions import make_petition
from tests.factories.signatures import AMALIA, ODILE, TEO, hatch_now, sign, sign_and_hatch, withdraw

API = "/api/v1"


@pytest.fixture
def described(client):
    return client.get(f"{API}/openapi.json").json


def validator_of(described, schema):
    """Return a validator for a response, from a schema of the API description."""
    return Draft202012Validator(
        {**schema, "components": described["components"]}, format_checker=FormatChecker()
    )


def test_api_description_is_valid_and_lists_every_url(described, app):
    OpenAPIV31SpecValidator(described).validate()
    there = {
        rule.rule.removeprefix(API).replace("<slug>", "{slug}")
        for rule in current_app.url_map.iter_rules()
        if rule.rule.startswith(API)
    }
    assert set(described["paths"]) == there


def test_every_url_answers_as_described(client, described):
    cause = make_cause()
    petition = make_petition(cause_id=cause.id, goal=100)
    make_event(cause_id=cause.id)
    letter = make_letter_action(cause_id=cause.id)
    for action in (petition, letter):
        make_answer(action, document=NewDocument(PDF, b"%PDF-1.4 %%EOF"))
    sign_and_hatch(petition, {**AMALIA, "name_display": "full"})
    sign_and_hatch(petition, {**ODILE, "name_display": "initials"})
    slugs = {"/causes": "valley", "/petitions": "home", "/actions": "river"}
    readable = {path: item for path, item in described["paths"].items() if "get" in item}
    for path, methods in readable.items():
        slug = next((slug for part, slug in slugs.items() if path.startswith(part)), "")
        answer = client.get(API + path.replace("{slug}", slug))
        schema = methods["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        validator_of(described, schema).validate(answer.json)
        assert answer.status_code == 200
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "public" in answer.headers["Cache-Control"]
        assert "Set-Cookie" not in answer.headers
        again = client.get(answer.request.path, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
        lists = [value for value in answer.json.values() if isinstance(value, list)]
        assert all(lists), path


def test_petition_is_returned_in_the_requested_language_or_its_own(client, petition):
    assert client.get(f"{API}/petitions/home?lang=es").json["title"] == "Que vuelvan"
    french = client.get(f"{API}/petitions/home?lang=fr").json
    assert (french["title"], french["lang"], french["languages"]) == (
        "Bring them home",
        "en",
        ["en", "es"],
    )
    assert french["body"] == "We, the undersigned, *ask*."


def test_only_shown_names_are_returned_and_no_other_personal_data(client, petition):
    shown = sign_and_hatch(
        petition, {**AMALIA, "name_display": "full", "comment": "Not read yet"}, source="radio"
    )
    sign_and_hatch(petition, {**TEO, "email": "teo@brandt.example", "name_display": "counted"})
    sign(petition, {**ODILE, "name_display": "full"})
    page = client.get(f"{API}/petitions/home/signatures")
    assert [item["name"] for item in page.json["signatures"]] == ["Amalia Rosales"]
    for private in ("Teo", "Brandt", "Odile", "@", "M5V", "127.0.0.1", "Not read yet", "radio"):
        assert private not in page.text
    assert client.get(f"{API}/petitions/home/tally").json == {
        "petition": "home",
        "count": 2,
        "goal": None,
        "to_go": None,
    }
    withdraw(shown)
    hatch_now()
    assert client.get(f"{API}/petitions/home/signatures").json["signatures"] == []


def test_list_can_be_read_to_its_end_page_by_page(client, petition):
    for place in range(5):
        sign_and_hatch(
            petition, {**ODILE, "email": f"odile.{place}@kwan.example", "name_display": "full"}
        )
    address, numbers = f"{API}/petitions/home/signatures?limit=2", []
    while address:
        page = client.get(address).json
        assert len(page["signatures"]) <= 2
        numbers += [item["number"] for item in page["signatures"]]
        parts = page["next"] and urlsplit(page["next"])
        address = parts and f"{parts.path}?{parts.query}"
    assert numbers == [1, 2, 3, 4, 5]


def test_lists_are_filtered_by_cause_and_state(client, petition):
    make_petition("over", cause_id=make_cause("other").id, state="closed")
    make_petition("draft", cause_id=petition.cause_id, state="draft")
    assert [item["slug"] for item in client.get(f"{API}/petitions").json["petitions"]] == [
        "home",
        "over",
    ]
    assert [
        item["slug"] for item in client.get(f"{API}/petitions?state=closed").json["petitions"]
    ] == ["over"]
    assert [
        item["slug"] for item in client.get(f"{API}/petitions?cause=valley").json["petitions"]
    ] == ["home"]
    assert client.get(f"{API}/petitions?cause=nothing").json == {"petitions": [], "next": None}
    assert client.get(f"{API}/events?cause=nothing").json == {"events": [], "next": None}
    first = client.get(f"{API}/causes?limit=1").json
    assert len(first["causes"]) == 1
    assert first["next"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/petitions/nothing", 404),
        ("/petitions/draft", 404),
        ("/causes/nothing", 404),
        ("/petitions/nothing/signatures", 404),
        ("/petitions/nothing/tally", 404),
        ("/nothing", 404),
        ("/petitions?lang=de", 400),
        ("/petitions?state=", 400),
        ("/petitions?limit=0", 400),
        ("/petitions?limit=101", 400),
        ("/petitions?limit=%D9%A1", 400),
        ("/petitions?cursor=-1", 400),
        ("/petitions?cursor=99999999999999999999", 400),
        ("/events?when=never", 400),
        ("/events?cause=%00", 400),
    ],
)
def test_error_is_a_problem_document(client, petition, path, status):
    make_petition("draft", cause_id=petition.cause_id, state="draft")
    answer = client.get(API + path)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert answer.json["status"] == status
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "no-store"


def test_public_api_is_read_only(client, petition):
    for method in ("put", "patch", "delete", "post"):
        answer = getattr(client, method)(f"{API}/petitions")
        assert (answer.status_code, answer.mimetype) == (405, "application/problem+json")
        assert "GET" in answer.headers["Allow"]


def test_cors_preflight_is_answered(client):
    answer = client.options(
        f"{API}/petitions",
        headers={"Origin": "https://a.example", "Access-Control-Request-Headers": "if-none-match"},
    )
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "If-None-Match" in answer.headers["Access-Control-Allow-Headers"]


def test_old_slug_redirects_to_the_current_one(client, petition):
    write(
        change_petition_slug,
        petition_id=petition.id,
        version=petition.version_of("settings"),
        slug="house",
    )
    answer = client.get(f"{API}/petitions/home?lang=es")
    assert (answer.status_code, answer.location) == (301, "/api/v1/petitions/house?lang=es")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    path=st.sampled_from(
        ("/causes", "/petitions", "/petitions/home/signatures", "/events", "/petitions/home")
    ),
    query=st.dictionaries(
        st.sampled_from(("lang", "limit", "cursor", "cause", "state", "when", "by", "x")),
        st.text(max_size=30),
        max_size=4,
    ),
)
def test_odd_query_never_fails(client, petition, path, query):
    answer = client.get(API + path, query_string=query)
    assert answer.status_code in (200, 400)
    json.loads(answer.data)


@pytest.fixture
def limited(app, tmp_path):
    """Return a client behind the edge, where each IP address may send two requests a minute."""
    limited = make_app(
        app.config["SQLALCHEMY_DATABASE_URI"], tmp_path, API_LIMIT="2 per minute", EDGE=True
    )
    limit_storage(limited.config).reset()
    return limited.test_client()


def ask(client, address, path="/causes", **headers):
    return client.get(API + path, environ_overrides={"REMOTE_ADDR": address}, headers=headers)


def test_rate_limit_tells_what_is_left_and_stops_at_zero(limited):
    left = [ask(limited, "203.0.113.7").headers["RateLimit"].split(";")[1] for _ in range(2)]
    assert left == ["r=1", "r=0"]
    stopped = ask(limited, "203.0.113.7", **{"X-Forwarded-For": "198.51.100.1"})
    assert (stopped.status_code, stopped.mimetype) == (429, "application/problem+json")
    assert 1 <= int(stopped.headers["Retry-After"]) <= 60
    assert stopped.headers["RateLimit-Policy"] == '"default";q=2;w=60'
    assert ask(limited, "203.0.113.8").status_code == 200
    assert limited.get("/en/", environ_overrides={"REMOTE_ADDR": "203.0.113.7"}).status_code == 200


def test_local_machine_is_not_rate_limited(limited):
    assert {ask(limited, "127.0.0.1").status_code for _ in range(4)} == {200}


def test_next_link_repeats_only_known_parameters(client, petition):
    make_petition("other", cause_id=petition.cause_id)
    told = client.get(
        f"{API}/petitions?limit=1&lang=es&source=x&by=y&utm_campaign=z&unknown=1"
    ).json["next"]
    assert set(parse_qs(urlsplit(told).query)) == {"limit", "lang", "cursor"}


def test_description_has_the_name_of_the_site(client):
    write(create_organisation, slug="heron", texts={"en": {"name": "Friends of the Heron"}})
    assert client.get(f"{API}/openapi.json").json["info"]["title"] == "Friends of the Heron"


def test_letters_are_listed_apart_from_petitions(client, petition):
    make_letter_action(cause_id=petition.cause_id, targets=2)
    petitions, actions = (
        client.get(f"{API}/{name}").json[name] for name in ("petitions", "actions")
    )
    assert [item["slug"] for item in petitions] == ["home"]
    assert [(item["slug"], item["kind"]) for item in actions] == [("river", "letter")]
    assert actions[0]["url"].endswith("/en/actions/river")
    cause = client.get(f"{API}/causes/valley").json
    assert [item["slug"] for item in cause["petitions"] + cause["actions"]] == ["home", "river"]


def test_letter_is_returned_with_all_that_its_form_asks(client, app):
    action = make_letter_action(targets=2)
    form = client.get(f"{API}/actions/river?lang=es").json["form"]
    assert [target["id"] for target in form["targets"]] == target_ids(action)
    assert form["prompts"][0] == {
        "name": "answer_1",
        "label": "¿Qué es el río para ti?",
        "required": False,
    }
    assert form["opening"] == "Le escribo por el río. Nadie ha dicho qué hay en su agua."


@pytest.mark.parametrize(
    "path",
    ["petitions/river", "petitions/river/tally", "petitions/river/signatures", "actions/home"],
)
def test_petitions_and_other_actions_have_separate_addresses(client, petition, path):
    make_letter_action(cause_id=petition.cause_id)
    assert client.get(f"{API}/{path}").status_code == 404
