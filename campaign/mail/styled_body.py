"""Style the Markdown that organizers write, for email clients."""

from markupsafe import Markup


def styled_body(html: str) -> Markup:
    """Return the HTML of a text with inline styles: visible links, spaced paragraphs."""
    styled = str(html).replace(
        "<a href", '<a style="color:#17110D;text-decoration:underline" class="ink" href'
    )
    styled = styled.replace("<p>", '<p style="margin:0 0 18px">')
    return Markup(styled)  # noqa: S704 - the Markdown renderer has cleaned it
