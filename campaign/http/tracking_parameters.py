"""Query parameters that only say where a visitor came from: they never change a page.

They are a supporter's share link, a campaign's code, or what other sites append to links. No public
page may depend on them, so that a link with any of them is served from the same cached page.
"""

TRACKING_PARAMETERS = frozenset(
    {"by", "source", "fbclid", "gclid", "dclid", "msclkid", "mc_cid", "mc_eid", "igshid", "twclid"}
)
MARKETING = "utm_"


def is_tracking_parameter(name: str) -> bool:
    """Return whether a query parameter only says where a visitor came from."""
    return name in TRACKING_PARAMETERS or name.startswith(MARKETING)
