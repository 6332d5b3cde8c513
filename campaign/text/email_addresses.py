"""Mail addresses: read as typed, compared as the mailbox they lead to, masked where shown."""

import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from unicodedata import normalize

import idna
from email_validator import EmailNotValidError, validate_email
from email_validator.rfc_constants import EMAIL_MAX_LENGTH, LOCAL_PART_MAX_LENGTH

_SPACE = re.compile(r"\s")
# A part before the @ about which no library need be asked.
_PLAIN_LOCAL = re.compile(r"[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*")


class Address(NamedTuple):
    """A mail address that can exist.

    `typed` is the text without its wrapping, `normalized` what goes on the envelope: `local` in
    NFC, `domain` in lower-case ASCII (IDNA).
    """

    typed: str
    normalized: str
    local: str
    domain: str


class AddressRefused(ValueError):
    """A text that is no mail address.

    `code` says why, for a form to word it: "no_at" (so does a blank), "several", "too_long",
    "spaces", "no_domain_ending", "domain" or "local".
    """

    def __init__(self, code):
        super().__init__(code)
        self.code = code


# What copying from other programs brings along without anybody seeing it.
_MARKS = [0xAD, 0x61C, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F)]
_UNSEEN = dict.fromkeys([*_MARKS, *range(0x2060, 0x206A)])
# Keyboards for Chinese and Japanese type full-width forms, and their own full stop for the dot.
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_AS_MEANT = _UNSEEN | _FULL_WIDTH | {0x3002: ".", 0xFF61: ".", 0xFE6B: "@"}
_SCHEME = "mailto:"


def parse_address(text):
    """Return the Address that `text` means, without asking the network. Raises AddressRefused."""
    typed = _unwrapped(text)
    _refuse_common_slips(typed)
    local, _, domain = typed.partition("@")
    try:
        if _PLAIN_LOCAL.fullmatch(local) and domain.isascii():
            domain = _ascii_domain_as_validated(domain)
        else:
            found = _validated(typed)
            local, domain = found.local_part, found.ascii_domain
    except EmailNotValidError as error:
        raise AddressRefused(_faulty_part(typed)) from error
    return Address(typed, f"{local}@{domain}", local, domain)


@lru_cache(maxsize=4096)
def _ascii_domain_as_validated(domain):
    """Return the domain of ASCII letters as the library has it; most people have their address at one of a few houses."""
    return _validated(f"a@{domain}").ascii_domain


def _unwrapped(text):
    """Return the address out of `Amalia <amalia@correo.mx>`, `mailto:…` or a sentence's end."""
    text = text.strip()
    if not text.isascii():
        text = text.translate(_AS_MEANT).strip()
    if text.endswith(">"):
        text = text.rpartition("<")[2]
    if text[: len(_SCHEME)].lower() == _SCHEME:
        text = text[len(_SCHEME) :]
    return text.rstrip(">.,;: \t").lstrip("< \t")


def _refuse_common_slips(typed):
    local, _, domain = typed.partition("@")
    slips = {
        "no_at": "@" not in typed,
        "several": "@" in domain,
        "too_long": len(typed) > EMAIL_MAX_LENGTH or len(local) > LOCAL_PART_MAX_LENGTH,
        "spaces": bool(_SPACE.search(typed)),
        "no_domain_ending": "." not in domain.strip("."),
    }
    for code, is_so in slips.items():
        if is_so:
            raise AddressRefused(code)


def _faulty_part(typed):
    try:
        _validated("a@" + typed.partition("@")[2])
    except EmailNotValidError:
        return "domain"
    return "too_long" if len(typed.encode(errors="replace")) > EMAIL_MAX_LENGTH else "local"


def _validated(typed):
    # The "test environment" lets names in .test pass, which RFC 6761 sets aside for such use, and
    # without deliverability checks changes nothing else.
    return validate_email(
        typed, check_deliverability=False, allow_smtputf8=True, test_environment=True
    )


class _House(NamedTuple):
    main: str
    tag: str
    ignored: dict
    subdomains: bool


def _houses():
    path = Path(__file__).with_name("data") / "mail_domains.toml"
    for house in tomllib.loads(path.read_text("utf-8"))["house"]:
        ignored = str.maketrans("", "", house.get("ignored", ""))
        tag, subdomains = house.get("tag", ""), house.get("subdomains", False)
        for domain in house["domains"]:
            yield domain, _House(house.get("main", domain), tag, ignored, subdomains)


_HOUSES = dict(_houses())


def canonical(address):
    """Return the spelling that stands for all spellings of a mailbox; never send mail to it.

    What a mail house ignores is data, in `data/mail_domains.toml`; elsewhere only case is folded.
    Raises AddressRefused where the domain cannot be written in ASCII.
    """
    local, _, domain = address.strip().rpartition("@")
    local, domain = _folded(local), _ascii_domain(domain)
    house = _HOUSES.get(domain)
    if house is None:
        name, _, parent = domain.partition(".")
        house = _HOUSES.get(parent)
        if house is None or not house.subdomains:
            return f"{local}@{domain}"
        local = name
    if house.tag:
        # A local part that begins with the sign has no name before it: the whole is kept.
        local = local.partition(house.tag)[0] or local
    return f"{local.translate(house.ignored) or local}@{house.main}"


def _folded(local):
    if local.isascii():
        return local.lower()
    # Canonical caseless matching: Unicode, section 3.13, D145.
    return normalize("NFC", normalize("NFD", local).casefold())


def _ascii_domain(domain):
    if domain.isascii():
        return domain.lower()
    try:
        return idna.encode(domain, uts46=True).decode()
    except idna.IDNAError as error:
        raise AddressRefused("domain") from error


def is_same_address(one, other):
    """Return whether two addresses are written the same, but for upper and lower case."""
    return bool(one and other) and one.lower() == other.lower()


def mask(address):
    """Return "a•••@correo.mx": enough for its owner to recognise it, on a screen or in a log."""
    local, at, domain = address.rpartition("@")
    shown = local[0] if len(local) > 1 else ""
    return f"{shown}•••@{domain}" if at else "•••"
