"""Check the mail server, and whether receivers will trust what it sends."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from campaign.extensions import db
from campaign.health.findings import Finding, ok, warning, wrong
from campaign.mail.composition import mail_from
from campaign.mail.domains.checks import DomainCheck, check_domain
from campaign.mail.smtp.server_url import server_from
from campaign.mail.smtp.transport import SmtpTransport
from campaign.organisations.queries import sender_addresses

ANSWER_SECONDS = 8.0
# A silent name server delays the check of each domain by some seconds.
MAX_DOMAINS = 20
NAMES = {"spf": "SPF", "dkim": "DKIM", "dmarc": "DMARC"}
FIXES = {
    "spf": "Add the TXT record that your email provider names, such as v=spf1 include:… -all."
    " There can be only one.",
    "dkim": "Add the TXT record of the key that your email provider names. If it has its own"
    " selector, send a test email and look for dkim=pass in its source.",
    "dmarc": "Add a TXT record at _dmarc.{domain}, such as v=DMARC1; p=none. There can be only one.",
}

CheckDomain = Callable[[str], Sequence[DomainCheck]]


def check_mail(
    settings: Mapping[str, Any], *, check: CheckDomain = check_domain
) -> Iterator[Finding]:
    """Check whether the mail server accepts a connection, and the DNS records of the senders."""
    if not settings["MAIL_URL"]:
        yield (wrong if settings["PRODUCTION"] else warning)(
            "mail",
            "emails are only written to files, so nobody can confirm a signature",
            "Set MAIL_URL, such as smtp://user:password@mail.example.org:587.",
        )
        return
    yield _check_server(settings["MAIL_URL"])
    domains = _sender_domains(settings)
    for domain in domains[:MAX_DOMAINS]:
        for record in check(domain):
            yield _finding(record, domain)
    if len(domains) > MAX_DOMAINS:
        yield warning(
            "mail",
            f"only {MAX_DOMAINS} of {len(domains)} sender domains were checked",
            "For the others, open the sender of each organization in the workspace. That page shows"
            " the DNS records.",
        )


def _sender_domains(settings: Mapping[str, Any]) -> list[str]:
    """Return the domains that emails come from: the site's, that of letters, the organisations'."""
    try:
        addresses = sender_addresses()
    except SQLAlchemyError:
        # The check of the database has said that already.
        db.session.rollback()
        addresses = ()
    own = (mail_from(settings).domain, settings["LETTERS_DOMAIN"])
    domains = (*own, *(address.rpartition("@")[2] for address in addresses))
    return [domain for domain in dict.fromkeys(map(str.lower, domains)) if domain]


def _check_server(url: str) -> Finding:
    server = server_from(url)
    where = f"{server.host}, port {server.port}"
    problem = SmtpTransport(server, timeout=ANSWER_SECONDS).check()
    if problem is None:
        return ok("mail", f"{where} accepts the connection")
    return wrong(
        "mail",
        f"{where}: {problem.reason}",
        "Check host, port, user and password in MAIL_URL. Many hosting companies block port 25 and"
        " some block 587: ask yours, or use port 2525 or 465 of your email provider. If the server is on"
        " a private network and knows no STARTTLS, add ?tls=none to MAIL_URL.",
    )


def _finding(record: DomainCheck, domain: str) -> Finding:
    name, fix = NAMES[record.kind], FIXES[record.kind].format(domain=domain)
    if record.state == "found":
        return ok(record.kind, f"{domain} has {name}: {record.record}")
    if record.state == "unknown":
        return warning(
            record.kind, f"{name} of {domain} was not found, or could not be checked", fix
        )
    text = (
        f"{domain} has an invalid {name}"
        if record.state == "invalid"
        else f"{domain} has no {name}"
    )
    # Large providers accept a small amount of email without DMARC, but none without SPF.
    is_wrong = record.state == "invalid" or record.kind == "spf"
    return (wrong if is_wrong else warning)(record.kind, text, fix)
