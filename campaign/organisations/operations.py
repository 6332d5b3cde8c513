"""Create and change organisations."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from campaign.db.versioned import check_part
from campaign.extensions import db, load_for_update
from campaign.organisations.identity import forget_identities
from campaign.organisations.images import CleanImage
from campaign.organisations.models import Organisation, OrganisationImage, OrganisationText
from campaign.organisations.queries import host_organisation
from campaign.publishing.slug_history import SlugHistory

# The columns of each part, which has its own form. Texts belong to `identity` and `legal`.
PARTS = {
    "identity": ("website", "profiles"),
    "look": ("accent", "pattern"),
    "legal": (
        "legal_name",
        "legal_form",
        "register_number",
        "postal_address",
        "country",
        "telephone",
        "email",
        "data_protection_contact",
        "representative",
        "supervisory_authority",
    ),
    "sender": ("sender_name", "sender_address", "reply_to"),
}
DEFAULT_SLUG = "host"


slugs = SlugHistory(Organisation)


def create_organisation(
    *, slug: str, texts: dict[str, dict[str, str]], **columns: Any
) -> Organisation:
    """Create an organisation. The first one is the host.

    `texts` maps a language to columns of `OrganisationText`. `columns` are columns of
    `Organisation`. Raise SlugTaken.
    """
    slugs.refuse_taken(slug)
    organisation = Organisation(
        slug=slug,
        is_host=host_organisation() is None,
        texts=[OrganisationText(lang=lang, **text) for lang, text in texts.items()],
        **columns,
    )
    db.session.add(organisation)
    slugs.flush(slug)
    forget_identities()
    return organisation


def ensure_host() -> Organisation:
    """Return the host. If there is no organisation yet, create one without a name."""
    return host_organisation() or create_organisation(slug=DEFAULT_SLUG, texts={})


def change_organisation(
    *,
    organisation_id: int,
    part: str,
    version: int | None = None,
    texts: dict[str, dict[str, str]] | None = None,
    slug: str = "",
    images: Mapping[str, CleanImage] | None = None,
    **columns: Any,
) -> Organisation:
    """Change one part of an organisation: columns named in PARTS, and columns of its texts.

    A language that an organisation does not have yet is added if its text is not empty. With a new
    `slug`, the old address redirects. `images` are new ones by purpose. The others stay. `version`
    is that of the part that the form showed, None without a form. Raise EditConflict and
    SlugTaken.
    """
    organisation = load_for_update(Organisation, organisation_id)
    check_part(organisation, part, version)
    if slug and slug != organisation.slug:
        slugs.change(organisation, slug)
    for purpose, image in (images or {}).items():
        _set_image(organisation, purpose, image)
    for name, value in columns.items():
        if name not in PARTS[part]:
            raise ValueError(f"{name} is not in the part {part}")
        setattr(organisation, name, value)
    by_lang = {text.lang: text for text in organisation.texts}
    for lang, values in (texts or {}).items():
        if lang in by_lang:
            for name, value in values.items():
                setattr(by_lang[lang], name, value)
        elif any(values.values()):
            organisation.texts.append(OrganisationText(lang=lang, **{"name": "", **values}))
    db.session.flush()
    forget_identities()
    return organisation


def remove_image(*, organisation_id: int, purpose: str, version: int | None = None) -> Organisation:
    """Remove the logo or the mark, if there is one. Raise EditConflict.

    `version` is that of the part `look` that the form showed, None without a form.
    """
    organisation = load_for_update(Organisation, organisation_id)
    check_part(organisation, "look", version)
    organisation.images = [image for image in organisation.images if image.purpose != purpose]
    db.session.flush()
    forget_identities()
    return organisation


def _set_image(organisation: Organisation, purpose: str, image: CleanImage) -> None:
    row = next((row for row in organisation.images if row.purpose == purpose), None)
    if row is None:
        row = OrganisationImage(purpose=purpose)
        organisation.images.append(row)
    for column in fields(CleanImage):
        setattr(row, column.name, getattr(image, column.name))
