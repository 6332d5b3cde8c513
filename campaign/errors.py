"""The base class of errors that operations raise. The web shows a designed page for each."""


class CampaignError(Exception):
    """A fact about the campaign that stops an operation, such as a closed petition.

    `status` is the HTTP status of the page that tells people about it. `retry_seconds` is when to
    try again, None if that would not help.
    """

    status = 400
    retry_seconds: int | None = None


class LinkExpired(CampaignError):
    """The link in the email has expired."""

    status = 410


class EditConflict(CampaignError):
    """Someone else has changed what a form changes since the form was shown."""

    status = 409
