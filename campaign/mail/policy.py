"""How headers become bytes, where the standard library would garble them."""

from email.header import Header
from email.policy import EmailPolicy

LINE_LENGTH = 76


class MailPolicy(EmailPolicy):
    """The standard rules for SMTP, with some headers of our own making.

    The library folds a long web address into encoded words, in which no receiver looks for one, and where it
    splits accented words over lines it loses the space between them. So addresses stay whole, and accented subjects
    and names are encoded from end to end (RFC 2047).
    """

    def fold_binary(self, name, value):
        """Return the header as the bytes of its lines."""
        own = self._own_form(name, value)
        return f"{name}: {own}\r\n".encode() if own else super().fold_binary(name, value)

    def _own_form(self, name, value):
        if name in ("List-Id", "List-Unsubscribe", "Message-ID"):
            return value
        if name == "Subject" and not value.isascii():
            return _encoded(name, value)
        addresses = getattr(value, "addresses", ())
        if len(addresses) == 1 and not addresses[0].display_name.isascii():
            return f"{_encoded(name, addresses[0].display_name)}\r\n <{addresses[0].addr_spec}>"
        return None


def _encoded(name, words):
    header = Header(words, "utf-8", maxlinelen=LINE_LENGTH, header_name=name)
    return header.encode(linesep="\r\n")


PLAIN = MailPolicy(linesep="\r\n", max_line_length=LINE_LENGTH)
WITH_UTF8 = PLAIN.clone(utf8=True)
