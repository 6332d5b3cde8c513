"""Find names sent over the wire: JSON responses, the kiosk protocol, form fields."""

import re
from collections.abc import Iterator
from uuid import uuid4

from flask import current_app
from wtforms.form import BaseForm

from campaign.extensions import write
from campaign.kiosk import pairing, routes
from campaign.kiosk.records import parsing
from campaign.process.clock import utcnow
from tests.factories.kiosks import Tablet, make_table, make_tablet, signature
from tests.factories.signatures import AMALIA, JSON, sign_and_hatch
from tests.house.stored_names.sources import files, literal_keys, modules, texts_given

TAG = re.compile(r"<(?:input|select|textarea|button)\b[^>]*?\bname=\"([^\"{]+)\"", re.DOTALL)
# These names are not the product's: languages, the petition here, numbers.
LANGUAGES = ("en", "es", "fr")
OWN = re.compile(r"en|es|fr|home|\d+")
QUESTION = {
    "name": "role",
    "type": "choice",
    "label": {"en": "Role"},
    "required": False,
    "choices": {"en": ["Farmer", "Teacher"]},
}


def fill() -> Tablet:
    """Put a counted signature, a table and its tablet into an empty database. Return the tablet."""
    event, petition = make_table(questions=[QUESTION])
    write(pairing.set_pin, event_id=event.id, pin="204060", now=utcnow())
    sign_and_hatch(petition, name_display="full")
    return make_tablet(current_app.test_client(), event)


def api() -> set[str]:
    """Return the API's URLs with their parameters, and the properties of each schema.

    Schemas may be renamed.
    """
    document = current_app.test_client().get("/api/v1/openapi.json").json
    found = set()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method in ("get", "post"):
                names = sorted(
                    item["name"] for item in operation.get("parameters", ()) if "name" in item
                )
                found.add(" ".join((method.upper(), path, *names)))
    return found | {f"properties {' '.join(names)}" for names in _properties(document)}


def kiosk_protocol(tablet: Tablet) -> set[str]:
    """Return the keys of what tablets receive and send, and the error codes."""
    synced = tablet.sync(tablet.seal(), tablet.seal("unknown"), {"id": str(uuid4())}).json
    answers = {
        "campaign.json": tablet.campaign().json,
        "sync": synced,
        "numbers": tablet.post("/kiosk/numbers", {"ids": []}).json,
        "assets.json": tablet.client.get("/kiosk/assets.json").json,
    }
    names = {f"{name}: {path}" for name, answer in answers.items() for path in _paths(answer)}
    errors = texts_given((routes.RequestRefused,), 1, "error_code") | {
        getattr(var, "error_code", None) for var in vars(pairing).values()
    }
    names |= {f"error {word}" for word in errors if isinstance(word, str)}
    names |= {f"status {item['status']}" for item in synced["receipts"]}
    return names | {f"sent {name}" for name in (*literal_keys(parsing), *signature())}


def public_json(petition_slug: str = "home", cause_slug: str = "valley") -> set[str]:
    """Return the keys of what pages poll, and of the sign form's response to scripts."""
    client = current_app.test_client()
    answers = {
        "pulse": client.get(f"/causes/{cause_slug}/pulse.json").json,
        "butterflies": client.get(f"/causes/{cause_slug}/butterflies/0.json").json,
        "ledger": client.get(f"/petitions/{petition_slug}/ledger.json").json,
        "oembed": client.get(
            "/oembed", query_string={"url": f"http://localhost/en/petitions/{petition_slug}"}
        ).json,
        "signed": client.post(
            f"/en/petitions/{petition_slug}/signatures",
            data={**AMALIA, "name_display": "counted"},
            headers=JSON,
        ).json,
        "invalid": client.post(
            f"/en/petitions/{petition_slug}/signatures", data={}, headers=JSON
        ).json,
    }
    return {f"{name}: {path}" for name, answer in answers.items() for path in _paths(answer)}


def form_fields() -> set[str]:
    """Return the fields of each form class, one line a class. Classes may be renamed."""
    found = set()
    for module, _tree in modules():
        for var in vars(module).values():
            if (
                isinstance(var, type)
                and issubclass(var, BaseForm)
                and var.__module__.startswith("campaign")
            ):
                # Forms in several languages have no fields for any language before they are asked.
                form = var.in_languages(LANGUAGES) if hasattr(var, "fields_in") else var
                names = sorted(
                    field.name or name
                    for name in dir(form)
                    if hasattr(field := getattr(form, name, None), "_formfield")
                )
                found.add(" ".join(names))
    return found - {""}


def template_fields() -> set[str]:
    """Return the names of fields that templates write themselves."""
    return {name for text in files("templates", ".html") for name in TAG.findall(text)}


def _paths(value, path="") -> Iterator[str]:
    """Yield the path of each key. `*` is a name that is not ours, `[]` each item of a list."""
    if isinstance(value, dict):
        for name, item in value.items():
            inner = f"{path}.{'*' if OWN.fullmatch(name) else name}".lstrip(".")
            yield inner
            yield from _paths(item, inner)
    elif isinstance(value, list):
        for item in value:
            yield from _paths(item, f"{path}[]")


def _properties(value) -> Iterator[list[str]]:
    if isinstance(value, dict):
        if isinstance(value.get("properties"), dict):
            yield sorted(value["properties"])
        for item in value.values():
            yield from _properties(item)
    elif isinstance(value, list):
        for item in value:
            yield from _properties(item)
