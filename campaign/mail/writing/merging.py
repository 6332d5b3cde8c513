"""Mail merge: render a template once for many recipients, and put in what differs between them.

Rendering takes some milliseconds, and putting in a few values takes a hundredth of that.
"""

import re
import secrets
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

from campaign.text.web_addresses import with_breaks

LINE_WIDTH = 72
# A private character, and a number that changes with each process, so that no text has it.
_TAG = f"\ue000{secrets.token_hex(8)}."
# What ends a placeholder: \ue002 for a web address that may break between its parts.
_PLACEHOLDER = re.compile(rf"{_TAG}(\w+)([\ue001\ue002])", re.ASCII)
_EMPTY_LINES = re.compile(r"\n{3,}")


def placeholder(name: str) -> str:
    """Return the text that stands for the personal value `name` in a template's output."""
    return f"{_TAG}{name}\ue001"


def breakable(address: str) -> Markup:
    """Mark up a web address, or its placeholder, so that a long one breaks between its parts."""
    return (
        Markup(address.replace("\ue001", "\ue002"))  # noqa: S704 - no part of it needs escaping
        if _PLACEHOLDER.fullmatch(address)
        else with_breaks(address)
    )


def with_values(text: str, values: Mapping[str, str]) -> str:
    """Return `text` with `values` in place of their placeholders."""
    return _PLACEHOLDER.sub(lambda match: values[match[1]], text)


@dataclass(frozen=True)
class MergeTemplate:
    """The output of a template with placeholders.

    `lines` are those of the plain text, each with whether it has placeholders. Those without are
    wrapped already.
    """

    subject: str
    lines: tuple[tuple[str, bool], ...]
    html: str

    @classmethod
    def of(cls, subject: str, text: str, html: str) -> "MergeTemplate":
        """Return the MergeTemplate of what a template has rendered with placeholders."""
        return cls(subject, tuple(_prepared(line) for line in text.splitlines()), html)

    def subject_for(self, values: Mapping[str, str]) -> str:
        """Return the subject for a recipient."""
        return with_values(self.subject, values)

    def text_for(self, values: Mapping[str, str]) -> str:
        """Return the plain text for a recipient, wrapped for mail clients that do not wrap.

        URLs stay whole, and one empty line stays between paragraphs.
        """
        lines = (
            _wrapped(with_values(line, values)) if is_personal else line
            for line, is_personal in self.lines
        )
        return _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip() + "\n"

    def html_for(self, values: Mapping[str, str]) -> str:
        """Return the HTML for a recipient."""
        escaped = {name: str(escape(value)) for name, value in values.items()}
        return _PLACEHOLDER.sub(
            lambda match: (
                escaped[match[1]] if match[2] == "\ue001" else str(with_breaks(values[match[1]]))
            ),
            self.html,
        )


def _prepared(line: str) -> tuple[str, bool]:
    is_personal = _TAG in line
    return (line if is_personal else _wrapped(line)), is_personal


def _wrapped(text: str) -> str:
    return "\n".join(_wrapped_line(line.strip()) for line in text.splitlines())


def _wrapped_line(line: str) -> str:
    # Most lines are short, or a URL. `textwrap` is slow, and would change nothing but tabs.
    if "\t" not in line and (len(line) <= LINE_WIDTH or " " not in line):
        return line
    return textwrap.fill(line, LINE_WIDTH, break_long_words=False, break_on_hyphens=False)
