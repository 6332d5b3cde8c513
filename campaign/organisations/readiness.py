"""Find what an organisation has not filled in yet, for its checklist and before it publishes."""

from collections.abc import Callable, Mapping

from campaign.organisations.identity import Identity, IdentityImage

# Without these, a supporter does not learn who is responsible for a signature.
LEGAL_DETAILS = ("legal_name", "postal_address", "country", "email")
# Parts of the checklist, in the order of the set-up, and whether an organisation has them.
PARTS: Mapping[str, Callable[[Identity], bool]] = {
    "identity": lambda identity: any(text.name for text in identity.texts.values()),
    "look": lambda identity: bool(_image(identity)),
    "legal": lambda identity: not missing_legal_details(identity),
    "sender": lambda identity: bool(identity.sender_name),
}


def missing_legal_details(identity: Identity) -> list[str]:
    """Return which of LEGAL_DETAILS are empty."""
    return [name for name in LEGAL_DETAILS if not getattr(identity, name).strip()]


def missing_parts(identity: Identity) -> list[str]:
    """Return which of PARTS an organisation lacks."""
    return [name for name, is_there in PARTS.items() if not is_there(identity)]


def _image(identity: Identity) -> IdentityImage | None:
    return identity.logo or identity.mark
