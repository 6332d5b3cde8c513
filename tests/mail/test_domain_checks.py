"""Tests of the checks of a sender's domain in the DNS."""

import dns.exception
import dns.resolver
import pytest

from campaign.mail.domains import checks as domain_checks
from campaign.mail.domains.checks import LookupFailedError, check_domain, txt_records


def states(records, domain="keepers.example"):
    checks = check_domain(domain, lookup=lambda name: records.get(name, ()))
    return [check.state for check in checks]


def test_domain_with_all_records_passes():
    records = {
        "keepers.example": ["google-site-verification=x", "v=spf1 mx -all"],
        "mail._domainkey.keepers.example": ["v=DKIM1; k=rsa; p=MIGf"],
        "_dmarc.keepers.example": ["v=DMARC1; p=quarantine"],
    }
    assert states(records) == ["found", "found", "found"]
    assert check_domain("keepers.example", lookup=lambda name: records.get(name, ()))[0].record == (
        "v=spf1 mx -all"
    )


def test_empty_domain_lacks_records_but_may_have_a_key_under_another_selector():
    assert states({}) == ["missing", "unknown", "missing"]


@pytest.mark.parametrize(
    ("name", "texts", "position", "state"),
    [
        ("keepers.example", ["v=spf1 a -all", "v=spf1 mx -all"], 0, "invalid"),
        ("keepers.example", ["v=spf10 -all"], 0, "missing"),
        ("k1._domainkey.keepers.example", ["v=DKIM1; p="], 1, "unknown"),
        ("_dmarc.keepers.example", ["v=DMARC1"], 2, "invalid"),
        ("_dmarc.keepers.example", ["v=DMARC1; p=none", "v=DMARC1; p=reject"], 2, "invalid"),
    ],
)
def test_records_that_receivers_do_not_accept(name, texts, position, state):
    assert states({name: texts})[position] == state


def test_subdomain_has_the_policy_of_its_domain():
    records = {"_dmarc.keepers.example": ["v=DMARC1; p=none"]}
    assert states(records, "news.keepers.example")[2] == "found"


def test_domain_in_another_script_is_looked_up_in_its_ascii_form():
    records = {"xn--mnchen-3ya.example": ["v=spf1 -all"]}
    assert states(records, "münchen.example")[0] == "found"
    assert states(records, "not a domain")[0] == "missing"


def test_silent_name_servers_prove_nothing():
    def fail(name):
        raise LookupFailedError(name)

    assert [check.state for check in check_domain("keepers.example", lookup=fail)] == [
        "unknown",
        "unknown",
        "unknown",
    ]


@pytest.mark.parametrize(
    ("error", "records"),
    [(dns.resolver.NXDOMAIN(), ()), (dns.resolver.NoAnswer(), ()), (dns.exception.Timeout(), None)],
)
def test_name_without_records_differs_from_one_that_cannot_be_asked(monkeypatch, error, records):
    def resolve(*_arguments, **_options):
        raise error

    monkeypatch.setattr(domain_checks.dns.resolver, "resolve", resolve)
    if records is None:
        with pytest.raises(LookupFailedError):
            txt_records("keepers.example")
    else:
        assert txt_records("keepers.example") == records
