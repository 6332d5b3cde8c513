"""Attribution: how a signer came to the petition.

They may have followed a supporter's link (`?by=`), or one with a campaign's code (`?source=`).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs

from campaign.sharing.referral_codes import signature_id_of

SOURCE = re.compile(r"[a-z0-9][a-z0-9._~-]{0,39}")
MAX_URL_LENGTH, MAX_PARAMETERS = 2000, 20


@dataclass(frozen=True, slots=True)
class Arrival:
    """The supporter's code and the campaign's code as they were sent. Invalid codes are empty."""

    by: str = ""
    source: str = ""

    @property
    def signature_id(self) -> int | None:
        """Return the id of the signature whose link was followed, or None."""
        return signature_id_of(self.by) if self.by else None


def arrival(form: Mapping[str, str], referrer: str | None) -> Arrival:
    """Return the Arrival from the submitted form, or else from the referring page's URL.

    Scripts fill in the form. Without them, only the URL of the page has the codes.
    """
    sent = _arrival_from(form.get)
    if sent != Arrival() or not referrer or "?" not in referrer:
        return sent
    query = referrer[:MAX_URL_LENGTH].partition("?")[2].partition("#")[0]
    parameters = parse_qs(query) if query.count("&") < MAX_PARAMETERS else {}
    return _arrival_from(lambda name, default: parameters.get(name, [default])[0])


def clean_source(text: str) -> str:
    """Return a campaign's code in lower case, or "" if it is invalid.

    A code has at most 40 letters, digits and `. _ ~ -`.
    """
    code = text.strip().lower()
    return code if SOURCE.fullmatch(code) else ""


def _arrival_from(get: Callable[[str, str], str]) -> Arrival:
    by = get("by", "")
    return Arrival(by if signature_id_of(by) else "", clean_source(get("source", "")))
