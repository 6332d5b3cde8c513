"""Write the targets of an organisation as CSV or as Popolo JSON, which an import reads."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from campaign.extensions import db
from campaign.i18n.fallbacks import best_text
from campaign.targets.models import TargetProfile
from campaign.text.csv_writing import csv_file

# Column of a file → column of TargetProfile, which maps a language to a text.
TRANSLATED = {
    "name": "names",
    "honorific": "honorifics",
    "salutation": "salutations",
    "office": "offices",
    "body": "bodies",
    "area_name": "area_names",
}
FORMATS = ("csv", "popolo")
MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "popolo": "application/json"}
EXTENSIONS = {"csv": "csv", "popolo": "json"}
# In the cells that list several things.
SEPARATOR = "; "


def export_targets(
    *, organisation_id: int, kind: str, default_lang: str, for_excel: bool = False
) -> str:
    """Return the targets of an organisation that were not removed. `kind` is one of FORMATS.

    Popolo has one language. What it shows in it is in `default_lang`. CSV is for programs, or
    `for_excel`.
    """
    profiles = _profiles(organisation_id)
    return (
        csv_file(_rows(profiles), for_excel=for_excel)
        if kind == "csv"
        else json.dumps(_popolo(profiles, default_lang), ensure_ascii=False, indent=1) + "\n"
    )


def _profiles(organisation_id: int) -> Sequence[TargetProfile]:
    query = (
        select(TargetProfile)
        .where(TargetProfile.organisation_id == organisation_id, TargetProfile.removed_at.is_(None))
        .order_by(TargetProfile.search_text, TargetProfile.id)
        .options(selectinload(TargetProfile.emails))
    )
    return db.session.scalars(query).all()


def _rows(profiles: Sequence[TargetProfile]) -> Iterator[Sequence[str]]:
    columns = [
        (f"{name}_{lang}", attribute, lang)
        for name, attribute in TRANSLATED.items()
        for lang in _languages(profiles, attribute) or (["en"] if name == "name" else [])
    ]
    yield ["external_id", "kind", *(name for name, _attribute, _lang in columns), *_PLAIN]
    for profile in profiles:
        texts = (getattr(profile, attribute).get(lang, "") for _name, attribute, lang in columns)
        yield [profile.external_id, profile.target_kind, *texts, *_plain_cells(profile)]


_PLAIN = (
    *("party", "area", "languages", "time_zone", "emails", "email_statuses", "telephones"),
    *("contact_form", "postal_address", "source", "checked_on", "valid_from", "valid_until"),
)


def _plain_cells(profile: TargetProfile) -> Iterator[str]:
    emails = profile.listed_emails
    cells = {
        "languages": " ".join(profile.languages),
        "emails": SEPARATOR.join(email.address for email in emails),
        "email_statuses": SEPARATOR.join(email.status for email in emails),
        "telephones": telephones_text(profile.telephones),
    }
    for name in _PLAIN:
        value = cells[name] if name in cells else getattr(profile, name)
        yield "" if value is None else str(value)


def telephones_text(telephones: Iterable[dict[str, Any]], separator: str = SEPARATOR) -> str:
    """Return telephones as one text, such as "+52 55 5555 0100 (office); 0101"."""
    return separator.join(
        f"{item['number']} ({item['note']})" if item.get("note") else str(item["number"])
        for item in telephones
    )


def _languages(profiles: Iterable[TargetProfile], attribute: str) -> list[str]:
    return sorted({lang for profile in profiles for lang in getattr(profile, attribute)})


def _popolo(profiles: Sequence[TargetProfile], lang: str) -> dict[str, list[dict[str, Any]]]:
    document: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("persons", "organizations", "areas")
    }
    areas: dict[str, dict[str, Any]] = {}
    organizations: dict[tuple[str, str], dict[str, Any]] = {}
    for profile in profiles:
        if profile.area:
            name = best_text(profile.area_names, lang)
            areas.setdefault(profile.area, _filled({"id": profile.area, "name": name}))
        item = _common(profile, lang)
        if profile.target_kind == "body":
            document["organizations"].append({**item, **_filled({"area_id": profile.area})})
            continue
        body = _organization(organizations, best_text(profile.bodies, lang), "body")
        party = _organization(organizations, profile.party, "party")
        membership = _filled(
            {
                "role": best_text(profile.offices, lang),
                "organization_id": body,
                "on_behalf_of_id": party,
                "area_id": profile.area,
                "start_date": profile.valid_from and profile.valid_from.isoformat(),
                "end_date": profile.valid_until and profile.valid_until.isoformat(),
            }
        )
        document["persons"].append({**item, "memberships": [membership]})
    document["organizations"] += organizations.values()
    document["areas"] = list(areas.values())
    return document


def _organization(
    organizations: dict[tuple[str, str], dict[str, Any]], name: str, classification: str
) -> str:
    """Return the id of an organization without contact details, which is added if it is new."""
    if not name:
        return ""
    key = (classification, name)
    if key not in organizations:
        number = len(organizations) + 1
        organizations[key] = {
            "id": f"{classification}-{number}",
            "name": name,
            "classification": classification,
        }
    return str(organizations[key]["id"])


def _common(profile: TargetProfile, lang: str) -> dict[str, Any]:
    details = [
        *(
            {"type": "email", "value": email.address, "status": email.status}
            for email in profile.listed_emails
        ),
        *(
            _filled({"type": "voice", "value": item["number"], "note": item.get("note")})
            for item in profile.telephones
        ),
        *({"type": "url", "value": url} for url in (profile.contact_form,) if url),
        *({"type": "address", "value": text} for text in (profile.postal_address,) if text),
    ]
    item = _filled(
        {
            "id": profile.external_id,
            "name": best_text(profile.names, lang),
            "honorific_prefix": best_text(profile.honorifics, lang),
            "contact_details": details,
            "sources": [{"url": profile.source}] if profile.source else [],
            "languages": profile.languages,
            "time_zone": profile.time_zone,
            "checked_on": profile.checked_on and profile.checked_on.isoformat(),
        }
    )
    return {**item, "translations": _translations(profile)}


def _translations(profile: TargetProfile) -> dict[str, dict[str, str]]:
    """Return {language: {column: text}}, our own addition to Popolo."""
    translations: dict[str, dict[str, str]] = {}
    for name, attribute in TRANSLATED.items():
        for lang, text in getattr(profile, attribute).items():
            translations.setdefault(lang, {})[name] = text
    return translations


def _filled(item: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if value}
