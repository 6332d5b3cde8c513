"""Facts that an operation can refuse with; the web turns each into a designed page."""


class CampaignError(Exception):
    """A named fact about the campaign that stops an operation; `status` is the HTTP status a page answers with."""

    status = 400
