"""Tests of the second demonstration: another organization, colour, shape and order of languages."""

import re

from campaign.causes.queries import cause_by_slug
from campaign.organisations.identity import identities
from campaign.site.settings import site_settings

# Whatever belongs to the first demonstration.
FIRST = re.compile(
    r"mexic|méxic|mexiq|iguala|ayotzinapa|monarch|monarca|forty-three|papillons pour le",
    re.IGNORECASE,
)


def test_second_demonstration_has_nothing_of_the_first(run, client, few_signers):
    result = run("demo", "load", "river")
    assert result.exit_code == 0, result.output
    assert site_settings().languages == ("es", "en", "fr")
    host = identities().host
    assert (host.slug, host.accent, host.pattern) == ("river-keepers", "#0b5f7a", "plain")
    assert host.logo and host.mark
    assert cause_by_slug("clear-river").shape == "drop"
    assert client.get("/").headers["Location"].endswith("/es/")
    for path in (
        *("/es/", "/en/", "/fr/", "/es/causes/clear-river", "/fr/petitions/let-it-run"),
        *("/es/events/", "/es/imprint", "/es/site.webmanifest", "/es/causes/clear-river/feed.atom"),
    ):
        page = client.get(path)
        assert page.status_code == 200, path
        # Lists of countries, and the countries of signers.
        text = re.sub(r"<option[^>]*>[^<]*</option>|<span dir=\"auto\">[^<]*</span>", "", page.text)
        found = FIRST.search(text)
        assert not found, (path, text[max(found.start() - 90, 0) : found.end() + 40])
