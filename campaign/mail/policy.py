"""Write the headers as bytes that the standard library would garble."""

from email.header import Header
from email.policy import EmailPolicy
from typing import Any, cast

LINE_LENGTH = 76


class MailPolicy(EmailPolicy):
    """The standard policy for SMTP, except for a few headers that we encode ourselves.

    The library folds a long URL into encoded words, where no receiver looks for one. When it splits
    accented words over lines, it loses the space between them, and when it splits a name with a
    comma, it loses the quotes, so that one address becomes two. So URLs stay whole, and accented
    subjects and names, and long names, are encoded entirely (RFC 2047).
    """

    def fold_binary(self, name: str, value: Any) -> bytes:
        """Return the header as bytes, folded into lines."""
        line = self._own_form(name, value)
        return f"{name}: {line}\r\n".encode() if line else super().fold_binary(name, value)

    def _own_form(self, name: str, value: Any) -> str | None:
        if name in ("List-Id", "List-Unsubscribe", "Message-ID"):
            return cast(str, value)
        if name == "Subject" and not value.isascii():
            return _encoded(name, value)
        addresses: tuple[Any, ...] = getattr(value, "addresses", ())
        if len(addresses) == 1 and _must_encode(addresses[0].display_name):
            return f"{_encoded(name, addresses[0].display_name)}\r\n <{addresses[0].addr_spec}>"
        return None


def _must_encode(name: str) -> bool:
    return not name.isascii() or len(name) > LINE_LENGTH // 2


def _encoded(name: str, text: str) -> str:
    header = Header(text, "utf-8", maxlinelen=LINE_LENGTH, header_name=name)
    return header.encode(linesep="\r\n")


PLAIN = MailPolicy(linesep="\r\n", max_line_length=LINE_LENGTH)
WITH_UTF8 = PLAIN.clone(utf8=True)
