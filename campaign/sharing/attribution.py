"""How a signer came to the petition: by a supporter's link (`?by=`), and with a campaign's code (`?source=`)."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs

from campaign.sharing.referral_codes import signature_id_of

SOURCE = re.compile(r"[a-z0-9][a-z0-9._~-]{0,39}")
MAX_URL_LENGTH, MAX_PARAMETERS = 2000, 20


@dataclass(frozen=True, slots=True)
class Arrival:
    """The code of the link and that of the campaign as they were sent; what is none of either is empty."""

    by: str = ""
    source: str = ""

    def columns(self):
        """Return what is kept of it with a signature."""
        return {"brought_by": signature_id_of(self.by) if self.by else None, "source": self.source}


def arrival(form, referrer):
    """Return the Arrival that a sent form tells, or, as scripts fill it in, the address of the page that it was on."""
    told = _told(form.get)
    if told != Arrival() or not referrer or "?" not in referrer:
        return told
    query = referrer[:MAX_URL_LENGTH].partition("?")[2].partition("#")[0]
    asked = parse_qs(query) if query.count("&") < MAX_PARAMETERS else {}
    return _told(lambda name, default: asked.get(name, [default])[0])


def clean_source(text):
    """Return a campaign's code in small letters, or nothing where it is none: letters, digits and `. _ ~ -`, 40 at most."""
    code = text.strip().lower()
    return code if SOURCE.fullmatch(code) else ""


def _told(get):
    by = get("by", "")
    return Arrival(by if signature_id_of(by) else "", clean_source(get("source", "")))
