"""Create organisations to test with."""

from campaign.extensions import db, write
from campaign.organisations.identity import forget_identities
from campaign.organisations.models import Organisation, OrganisationImage
from campaign.organisations.operations import create_organisation

DRAWING = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><path d="M0 0h40v40"/></svg>'
)


def make_organisation(slug="river-keepers", name="River Keepers", *, text=None, **columns):
    """Create an organisation, committed, with a `name` in English. The first one is the host.

    `text` are more columns of its English text.
    """
    texts = {"en": {"name": name, **(text or {})}}
    return write(create_organisation, slug=slug, texts=texts, **columns)


def add_image(
    organisation: Organisation,
    purpose: str,
    *,
    size=(40, 40),
    digest="0123456789abcdef",
    data=DRAWING,
):
    """Give an organisation a logo or a mark, committed. `data` is an SVG."""
    image = OrganisationImage(
        organisation_id=organisation.id,
        purpose=purpose,
        media_type="image/svg+xml",
        data=data,
        width=size[0],
        height=size[1],
        digest=digest,
    )
    db.session.add(image)
    db.session.commit()
    forget_identities()
