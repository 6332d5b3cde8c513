"""Email addresses: parse what people type, compare mailboxes, and mask shown addresses."""

import re
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from unicodedata import normalize

import idna
from email_validator import EmailNotValidError, ValidatedEmail, validate_email
from email_validator.rfc_constants import EMAIL_MAX_LENGTH, LOCAL_PART_MAX_LENGTH

_SPACE = re.compile(r"\s")
# A local part so plain that the library need not check it.
_PLAIN_LOCAL = re.compile(r"[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*")


class Address(NamedTuple):
    """An email address that can exist.

    `typed` is the text without its wrapping. `normalized` is the address to send to, with `local`
    in NFC and `domain` in lower-case ASCII (IDNA).
    """

    typed: str
    normalized: str
    local: str
    domain: str


class AddressRefused(ValueError):
    """A text that is not an email address.

    `code` says why, so that the form can choose a message: "no_at" (also for an empty text),
    "several", "too_long", "spaces", "no_domain_ending", "domain" or "local".
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


# Invisible characters that come along when an address is copied from another program.
_ZERO_WIDTH = [0xAD, 0x61C, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F)]
_REMOVED = dict.fromkeys([*_ZERO_WIDTH, *range(0x2060, 0x206A)])
# Chinese and Japanese keyboards type full-width forms, and an ideographic full stop for the dot.
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_TRANSLATIONS = _REMOVED | _FULL_WIDTH | {0x3002: ".", 0xFF61: ".", 0xFE6B: "@"}
_SCHEME = "mailto:"


def parse_address(text: str) -> Address:
    """Return the Address in `text`, without asking the network. Raises AddressRefused."""
    typed = _unwrapped(text)
    _refuse_common_slips(typed)
    local, _, domain = typed.partition("@")
    try:
        if _PLAIN_LOCAL.fullmatch(local) and domain.isascii():
            domain = _ascii_domain_as_validated(domain)
        else:
            validated = _validated(typed)
            local, domain = validated.local_part, validated.ascii_domain
    except EmailNotValidError as error:
        raise AddressRefused(_faulty_part(typed)) from error
    return Address(typed, f"{local}@{domain}", local, domain)


@lru_cache(maxsize=4096)
def _ascii_domain_as_validated(domain: str) -> str:
    """Return an ASCII domain as the library normalizes it.

    The cache helps because most people use one of a few email providers.
    """
    return _validated(f"a@{domain}").ascii_domain


def _unwrapped(text: str) -> str:
    """Return the address from `Amalia <amalia@correo.mx>`, `mailto:…` or a sentence's end."""
    text = text.strip()
    if not text.isascii():
        text = text.translate(_TRANSLATIONS).strip()
    if text.endswith(">"):
        text = text.rpartition("<")[2]
    if text[: len(_SCHEME)].lower() == _SCHEME:
        text = text[len(_SCHEME) :]
    return text.rstrip(">.,;: \t").lstrip("< \t")


def _refuse_common_slips(typed: str) -> None:
    local, _, domain = typed.partition("@")
    slips = {
        "no_at": "@" not in typed,
        "several": "@" in domain,
        "too_long": len(typed) > EMAIL_MAX_LENGTH or len(local) > LOCAL_PART_MAX_LENGTH,
        "spaces": bool(_SPACE.search(typed)),
        "no_domain_ending": "." not in domain.strip("."),
    }
    for code, applies in slips.items():
        if applies:
            raise AddressRefused(code)


def _faulty_part(typed: str) -> str:
    try:
        _validated("a@" + typed.partition("@")[2])
    except EmailNotValidError:
        return "domain"
    return "too_long" if len(typed.encode(errors="replace")) > EMAIL_MAX_LENGTH else "local"


def _validated(typed: str) -> ValidatedEmail:
    # `test_environment` accepts domains in .test, which RFC 6761 reserves for testing. Without
    # deliverability checks, it changes nothing else.
    return validate_email(
        typed, check_deliverability=False, allow_smtputf8=True, test_environment=True
    )


class _Provider(NamedTuple):
    main: str
    tag: str
    ignored: dict[int, int | None]
    subdomains: bool


def _load_providers() -> Iterator[tuple[str, _Provider]]:
    path = Path(__file__).with_name("data") / "mail_domains.toml"
    for provider in tomllib.loads(path.read_text("utf-8"))["house"]:
        ignored = str.maketrans("", "", provider.get("ignored", ""))
        tag, subdomains = provider.get("tag", ""), provider.get("subdomains", False)
        for domain in provider["domains"]:
            yield domain, _Provider(provider.get("main", domain), tag, ignored, subdomains)


_PROVIDERS = dict(_load_providers())


def canonical(address: str) -> str:
    """Return one spelling for all spellings of a mailbox, to compare. Never send email to it.

    `data/mail_domains.toml` lists what each email provider ignores. For other domains, only case
    is folded. Raises AddressRefused if the domain cannot be written in ASCII.
    """
    local, _, domain = address.strip().rpartition("@")
    local, domain = _folded(local), _ascii_domain(domain)
    provider = _PROVIDERS.get(domain)
    if provider is None:
        name, _, parent = domain.partition(".")
        provider = _PROVIDERS.get(parent)
        if provider is None or not provider.subdomains:
            return f"{local}@{domain}"
        local = name
    if provider.tag:
        # If the local part begins with the tag character, nothing would be left: keep it whole.
        local = local.partition(provider.tag)[0] or local
    return f"{local.translate(provider.ignored) or local}@{provider.main}"


def _folded(local: str) -> str:
    if local.isascii():
        return local.lower()
    # Canonical caseless matching, as Unicode defines it (section 3.13, D145).
    return normalize("NFC", normalize("NFD", local).casefold())


def _ascii_domain(domain: str) -> str:
    if domain.isascii():
        return domain.lower()
    try:
        return idna.encode(domain, uts46=True).decode()
    except idna.IDNAError as error:
        raise AddressRefused("domain") from error


def is_same_address(one: str | None, other: str | None) -> bool:
    """Return whether two addresses are the same except for upper and lower case."""
    return bool(one and other and one.lower() == other.lower())


def mask(address: str) -> str:
    """Return "a•••@correo.mx", which its owner can recognize on a screen or in a log."""
    local, at, domain = address.rpartition("@")
    shown = local[0] if len(local) > 1 else ""
    return f"{shown}•••@{domain}" if at else "•••"
