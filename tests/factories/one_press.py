"""Make one-press links to test with, and press their buttons."""

from campaign.petitions.queries import petition_by_id
from campaign.security.dated_tokens import last_day_after
from campaign.signatures.one_press.tokens import press_token
from tests.factories.signatures import confirm, row, sign
from tests.page_parts import values


def signer(petition, *person, **more):
    """Sign and confirm as a person does, and return the id of the signature."""
    signature_id = sign(petition, *person, **more)
    confirm(signature_id)
    return signature_id


def press_path(signature_id, petition, *, lang="en", days=7, source=""):
    """Return the path of the one-press link of this signature for a petition."""
    token = press_token(row(signature_id), petition.id, last_day_after(days))
    return f"/{lang}/signatures/next/{token}" + (f"?source={source}" if source else "")


def press(client, path, *, address="127.0.0.1", version=1, **fields):
    """Press the button of a one-press page that showed this version."""
    return client.post(
        path.partition("?")[0],
        data={"version": version, **fields},
        environ_overrides={"REMOTE_ADDR": address},
    )


def state_of(page):
    """Return the state that a one-press page shows."""
    return values(page, "data-state")[0]


def version_of(petition):
    return petition_by_id(petition.id).current_version.number
