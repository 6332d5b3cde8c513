"""What pages tell machines about themselves: JSON-LD in the words of schema.org."""

from flask import current_app, url_for

CONTEXT = "https://schema.org"


def of_site():
    """Return the site and whose it is."""
    home = current_app.config["PUBLIC_URL"]
    organization = {
        "@type": "Organization",
        "@id": f"{home}/#organization",
        "name": "Volante",
        "url": f"{home}/",
        "logo": home + url_for("assets.favicon"),
    }
    site = {
        "@type": "WebSite",
        "name": "Volante",
        "url": f"{home}/",
        "inLanguage": list(current_app.config["LANGUAGES"]),
    }
    return {
        "@context": CONTEXT,
        "@graph": [organization, {**site, "publisher": {"@id": organization["@id"]}}],
    }


def of_petition(petition, cause, lang):
    """Return a PetitionPage: a letter, whom it is for, by whom, and how many endorse it."""
    home = current_app.config["PUBLIC_URL"]
    letter = {
        "@context": CONTEXT,
        "@type": "CreativeWork",
        "genre": "petition",
        "name": petition.title,
        "abstract": petition.summary,
        "url": home + url_for("petitions.show", slug=petition.slug, lang=lang),
        "image": home + url_for("cards.petition", slug=petition.slug, lang=lang),
        "inLanguage": petition.lang,
        "isPartOf": {
            "@type": "CreativeWork",
            "name": cause.title,
            "url": home + url_for("causes.show", slug=cause.slug, lang=lang),
        },
        "interactionStatistic": _endorsed(petition.count),
    }
    if petition.organisation:
        letter["author"] = {"@type": "Organization", "name": petition.organisation}
    if petition.targets:
        letter["audience"] = [{"@type": "Audience", "name": target} for target in petition.targets]
    if petition.ends_at:
        letter["expires"] = petition.ends_at.isoformat(timespec="seconds")
    return letter


def of_cause(cause, petitions, lang):
    """Return a CausePage and its PetitionCards."""
    home = current_app.config["PUBLIC_URL"]
    return {
        "@context": CONTEXT,
        "@type": "CreativeWork",
        "genre": "campaign",
        "name": cause.title,
        "abstract": cause.summary,
        "url": home + url_for("causes.show", slug=cause.slug, lang=lang),
        "image": home + url_for("cards.cause", slug=cause.slug, lang=lang),
        "inLanguage": lang,
        "publisher": {
            "@type": "Organization",
            "@id": f"{home}/#organization",
            "name": "Volante",
            "url": f"{home}/",
        },
        "interactionStatistic": _endorsed(cause.count),
        "hasPart": [
            {
                "@type": "CreativeWork",
                "name": each.title,
                "url": home + url_for("petitions.show", slug=each.slug, lang=lang),
            }
            for each in petitions
        ],
    }


def _endorsed(count):
    return {
        "@type": "InteractionCounter",
        "interactionType": f"{CONTEXT}/EndorseAction",
        "userInteractionCount": count,
    }
