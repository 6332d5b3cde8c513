"""Who may ask for what: a new route fails here until it says so."""

PUBLIC = {
    "GET /",
    "GET /<lang>/",
    "GET /<lang>/causes/<slug>",
    "GET /<lang>/causes/<slug>/montage",
    "GET /<lang>/petitions/<slug>",
    "GET /<lang>/petitions/<slug>/signatures",
    "POST /<lang>/petitions/<slug>/signatures",
    "GET /<lang>/petitions/<slug>/thanks",
    "GET /<lang>/privacy",
    "GET /causes/<slug>/butterflies/<int:k>.json",
    "GET /causes/<slug>/montage.png",
    "GET /causes/<slug>/numbers.json",
    "GET /causes/<slug>/pulse.json",
    "GET /montage/<tag>/<name>.bin",
    "GET /montage/<tag>/sprites-<level>.png",
    "GET /petitions/<slug>/ledger.json",
    "GET /petitions/<slug>/proof",
    "GET /favicon.ico",
    "GET /healthz",
    "GET /readyz",
    "GET /robots.txt",
    "GET /static/<version>/<path:path>",
}
# Whoever holds the link of a mail.
BY_TOKEN = {
    "GET /<lang>/signatures/confirm/<token>",
    "POST /<lang>/signatures/confirm/<token>",
    "GET /<lang>/signatures/hatched/<receipt>",
    "GET /<lang>/signatures/mine/<token>",
    "GET /<lang>/signatures/mine/<token>/download.json",
    "GET /<lang>/signatures/mine/<token>/<int:signature_id>/correct",
    "POST /<lang>/signatures/mine/<token>/<int:signature_id>/correct",
    "POST /<lang>/signatures/mine/<token>/<int:signature_id>/restore",
    "POST /<lang>/signatures/mine/<token>/<int:signature_id>/withdraw",
}
# Only where mail is written to a folder, never in production.
DEVELOPERS = {"GET /dev/mail", "GET /dev/mail/<name>", "GET /dev/mail/<name>/html"}


def test_every_route_says_who_may_use_it(app):
    routes = {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert routes == PUBLIC | BY_TOKEN | DEVELOPERS
