"""Which rule a signature falls under: one test, used at signing and when a rule is tried on past signatures."""

import re
from functools import cached_property, lru_cache
from ipaddress import ip_address, ip_network
from typing import NamedTuple

import idna

from campaign.text.names import name_key

# A network's fingerprints can only be looked for one by one: as many addresses, or households of IPv6, as that may take.
MAX_ADDRESSES = 4096


class Facts(NamedTuple):
    """What rules look at; `network` is the network address as text, or None where it is not known (any more)."""

    given_name: str = ""
    family_name: str = ""
    comment: str = ""
    country: str = ""
    mail_domain: str = ""
    network: str | None = None


class Test:
    """A Rule made ready to be asked many times."""

    def __init__(self, rule):
        self.id, self.reason, self.kind = rule.id, rule.reason, rule.kind
        self.cause_id, self.petition_id = rule.cause_id, rule.petition_id
        self._lines = rule.lines

    def concerns(self, cause_id, petition_id):
        return self.cause_id == cause_id and self.petition_id in (None, petition_id)

    def holds(self, facts):
        """Return whether signatures with these Facts are held. A rate is not a fact of one signature: it never holds here."""
        ask = {
            "words": self._has_word,
            "mail_domain": self._is_of_domain,
            "country": self._is_of_country,
            "network": self._is_in_network,
        }
        return self.kind in ask and ask[self.kind](facts)

    def _has_word(self, facts):
        text = f"{_plain(facts.given_name)} {_plain(facts.family_name)} / {name_key(facts.comment or '', '')}"
        return self._words.search(text) is not None

    def _is_of_domain(self, facts):
        return any(
            facts.mail_domain == line or facts.mail_domain.endswith(f".{line}")
            for line in self._lines
        )

    def _is_of_country(self, facts):
        return facts.country in self._lines

    def _is_in_network(self, facts):
        if facts.network is None:
            return False
        address = ip_address(facts.network)
        address = getattr(address, "ipv4_mapped", None) or address
        return any(address in network for network in self.networks)

    @cached_property
    def networks(self):
        return [ip_network(line) for line in self._lines]

    @cached_property
    def _words(self):
        words = "|".join(re.escape(name_key(line, "")) for line in self._lines)
        return re.compile(rf"(?<!\w)(?:{words})(?!\w)")


@lru_cache(maxsize=20_000)
def _plain(name):
    """A name as words are compared; on trial rows in their hundreds of thousands share some thousand names."""
    return name_key(name, "")


def addresses_of(network):
    """Yield one address for each fingerprint that signatures from this network may have: every IPv4, every /64 of IPv6."""
    if network.version == 4:
        yield from map(str, network)
        return
    for household in network.subnets(new_prefix=64) if network.prefixlen < 64 else [network]:
        yield str(household.network_address)


def many_addresses(network):
    """Return how many fingerprints a network has."""
    return 2 ** max(0, (32 if network.version == 4 else 64) - network.prefixlen)


def domain_of(address):
    """Return the domain of a mail address as a rule compares it: lower case, in ASCII."""
    domain = (address or "").rpartition("@")[2].strip().lower()
    if domain.isascii():
        return domain
    try:
        return idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        return domain
