"""Check in the DNS whether receivers will trust email from a domain: SPF, DKIM and DMARC."""

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

import dns.exception
import dns.resolver
import idna

# How many seconds to wait for a silent name server, because pages wait for this.
MAX_SECONDS = 2.0
# A domain does not list the selectors of its DKIM keys. These are the usual ones.
DKIM_SELECTORS = (
    *("default", "mail", "dkim", "smtp", "email", "key1", "k1", "k2", "s1", "s2"),
    *("selector1", "selector2", "google", "mandrill", "mailjet", "pm", "fm1", "brevo"),
)

State = Literal["found", "missing", "invalid", "unknown"]
Lookup = Callable[[str], Sequence[str]]


class DomainCheck(NamedTuple):
    """Whether a domain has a record: "spf", "dkim" or "dmarc".

    `state` is "found", "missing", "invalid" or "unknown". Invalid are two records, or one that says
    nothing. Unknown means that the name servers did not answer, or that the DKIM key has an unusual
    selector. `record` is the text that was found, or empty.
    """

    kind: Literal["spf", "dkim", "dmarc"]
    state: State
    record: str = ""


class LookupFailedError(Exception):
    """The name servers did not answer in time."""


def check_domain(domain: str, *, lookup: Lookup | None = None) -> tuple[DomainCheck, ...]:
    """Return the checks of SPF, DKIM and DMARC for the domain of a sender's address.

    `lookup` returns the TXT records at a name, or raises LookupFailedError. By default it asks the
    resolver of this machine. An invalid domain has no records.
    """
    find = lookup or txt_records
    try:
        name = idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        return tuple(DomainCheck(kind, "missing") for kind in ("spf", "dkim", "dmarc"))
    return (_spf(name, find), _dkim(name, find), _dmarc(name, find))


def txt_records(name: str) -> Sequence[str]:
    """Return the TXT records at `name`, none if the name does not exist.

    Raise LookupFailedError.
    """
    try:
        answer = dns.resolver.resolve(name, "TXT", lifetime=MAX_SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return ()
    except (dns.exception.DNSException, OSError) as error:
        raise LookupFailedError(name) from error
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]


def _spf(domain: str, find: Lookup) -> DomainCheck:
    try:
        records = [text for text in find(domain) if text.lower().split(" ")[0] == "v=spf1"]
    except LookupFailedError:
        return DomainCheck("spf", "unknown")
    if not records:
        return DomainCheck("spf", "missing")
    # Receivers treat two records as an error (RFC 7208, 4.5).
    return DomainCheck("spf", "found" if len(records) == 1 else "invalid", records[0])


def _dkim(domain: str, find: Lookup) -> DomainCheck:
    for selector in DKIM_SELECTORS:
        try:
            records = find(f"{selector}._domainkey.{domain}")
        except LookupFailedError:
            return DomainCheck("dkim", "unknown")
        for text in records:
            # An empty key means that it was revoked (RFC 6376, 3.6.1).
            if _tags(text).get("p"):
                return DomainCheck("dkim", "found", text)
    return DomainCheck("dkim", "unknown")


def _dmarc(domain: str, find: Lookup) -> DomainCheck:
    labels = domain.split(".")
    try:
        # A subdomain without a record uses that of a domain above it.
        for start in range(len(labels) - 1):
            name = ".".join(labels[start:])
            records = [text for text in find(f"_dmarc.{name}") if _tags(text).get("v") == "DMARC1"]
            if records:
                is_valid = len(records) == 1 and "p" in _tags(records[0])
                return DomainCheck("dmarc", "found" if is_valid else "invalid", records[0])
    except LookupFailedError:
        return DomainCheck("dmarc", "unknown")
    return DomainCheck("dmarc", "missing")


def _tags(record: str) -> dict[str, str]:
    """Return the tags of a DKIM or DMARC record: `v=DMARC1; p=none` is {"v": "DMARC1", …}."""
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs if name.strip()}
