"""What an inbox shows of an email, and what its headers say."""

# They name the site and the recipient, or the page that stops these emails. No inbox shows it.
NECESSARY = {"from", "to", "message-id", "list-unsubscribe"}


def preview_of(email):
    """Return the hidden text that an inbox shows beside the subject."""
    html = email.get_body(("html",)).get_content()
    return html.partition("mso-hide:all")[2].partition("</div>")[0]


def seen_without_opening(email):
    """Return the preview and all headers, except those that are necessary, in lower case."""
    headers = [f"{name}: {value}" for name, value in email.items() if name.lower() not in NECESSARY]
    return "\n".join([preview_of(email), *headers]).lower()
