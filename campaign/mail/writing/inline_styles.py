"""Style the text of an organizer in an email, where mail programs know no style sheets."""

from markupsafe import Markup


def with_inline_styles(html: str) -> Markup:
    """Return the body with inline styles for email clients: visible links, spaced paragraphs."""
    styled = str(html).replace(
        "<a href", '<a style="color:#17110D;text-decoration:underline" class="ink" href'
    )
    styled = styled.replace("<p>", '<p style="margin:0 0 18px">')
    return Markup(styled)  # noqa: S704 - the Markdown renderer has cleaned it
