"""Test whether a signature matches a rule.

The same test runs at signing and when a rule is tried on past signatures.
"""

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import NamedTuple

import idna

from campaign.signatures.rule_models import Rule
from campaign.text.names import name_key

# Digests of a network can only be looked up one by one. This limits how many IPv4 addresses, or /64
# blocks of IPv6, that may take.
MAX_ADDRESSES = 4096


class Facts(NamedTuple):
    """The facts that rules test. `network` is the IP address as text, or None if unknown."""

    given_name: str = ""
    family_name: str = ""
    comment: str = ""
    country: str = ""
    mail_domain: str = ""
    network: str | None = None


class Test:
    """A Rule prepared for testing many signatures."""

    def __init__(self, rule: Rule) -> None:
        self.id, self.reason, self.kind = rule.id, rule.reason, rule.kind
        self.cause_id, self.petition_id = rule.cause_id, rule.petition_id
        self._lines = rule.lines

    def concerns(self, cause_id: int, petition_id: int) -> bool:
        return self.cause_id == cause_id and self.petition_id in (None, petition_id)

    def holds(self, facts: Facts) -> bool:
        """Return whether signatures with these Facts are held.

        A rate concerns many signatures together, so it never matches here.
        """
        ask = {
            "words": self._has_word,
            "mail_domain": self._is_of_domain,
            "country": self._is_of_country,
            "network": self._is_in_network,
        }
        return self.kind in ask and ask[self.kind](facts)

    def _has_word(self, facts: Facts) -> bool:
        text = f"{_plain(facts.given_name)} {_plain(facts.family_name)} / {name_key(facts.comment or '', '')}"
        return self._words.search(text) is not None

    def _is_of_domain(self, facts: Facts) -> bool:
        return any(
            facts.mail_domain == line or facts.mail_domain.endswith(f".{line}")
            for line in self._lines
        )

    def _is_of_country(self, facts: Facts) -> bool:
        return facts.country in self._lines

    def _is_in_network(self, facts: Facts) -> bool:
        if facts.network is None:
            return False
        address = ip_address(facts.network)
        address = getattr(address, "ipv4_mapped", None) or address
        return any(address in network for network in self.networks)

    @cached_property
    def networks(self) -> list[IPv4Network | IPv6Network]:
        return [ip_network(line) for line in self._lines]

    @cached_property
    def _words(self) -> re.Pattern[str]:
        words = "|".join(re.escape(name_key(line, "")) for line in self._lines)
        return re.compile(rf"(?<!\w)(?:{words})(?!\w)")


@lru_cache(maxsize=20_000)
def _plain(name: str) -> str:
    """Return a name in the form in which words are compared.

    Cached, because hundreds of thousands of tested rows share a few thousand names.
    """
    return name_key(name, "")


def addresses_of(network: IPv4Network | IPv6Network) -> Iterator[str]:
    """Yield one address per possible digest in this network.

    That is every IPv4 address, or one for every /64 of IPv6.
    """
    if network.version == 4:
        yield from map(str, network)
        return
    for household in network.subnets(new_prefix=64) if network.prefixlen < 64 else [network]:
        yield str(household.network_address)


def many_addresses(network: IPv4Network | IPv6Network) -> int:
    """Return how many digests a network can have."""
    return 2 ** max(0, (32 if network.version == 4 else 64) - network.prefixlen)


def domain_of(address: str | None) -> str:
    """Return the domain of an email address as rules compare it: lower case, in ASCII."""
    domain = (address or "").rpartition("@")[2].strip().lower()
    if domain.isascii():
        return domain
    try:
        return idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        return domain
