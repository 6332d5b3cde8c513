"""What an address says of how somebody came, and nothing of what they are to see.

By a supporter's link, with a campaign's code, or with what other sites hang on addresses. No public page may differ by these, so
that a link passed on a thousand times finds the page that is there.
"""

TRACKING_PARAMETERS = frozenset(
    {"by", "source", "fbclid", "gclid", "dclid", "msclkid", "mc_cid", "mc_eid", "igshid", "twclid"}
)
MARKETING = "utm_"


def is_tracking_parameter(name):
    """Return whether a name in an address's query tells only how somebody came."""
    return name in TRACKING_PARAMETERS or name.startswith(MARKETING)
