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
# The doors of the workspace, open to anybody.
DOORS = {
    "GET /organize/forgotten",
    "POST /organize/forgotten",
    "GET /organize/invitations/<token>",
    "POST /organize/invitations/<token>",
    "GET /organize/reset/<token>",
    "POST /organize/reset/<token>",
    "GET /organize/sign-in",
    "POST /organize/sign-in",
    "POST /organize/sign-in/out",
    "POST /organize/sign-in/passkey",
    "POST /organize/sign-in/passkey/options",
    "GET /organize/sign-in/second-step",
    "POST /organize/sign-in/second-step",
}
# Organizers, as far as their roles go: tests/organize/ walks these against the table of permissions.
ORGANIZERS = {
    "GET /organize/",
    "GET /organize/account",
    "POST /organize/account",
    "GET /organize/account/confirm",
    "POST /organize/account/confirm",
    "POST /organize/account/passkeys",
    "POST /organize/account/passkeys/<int:passkey_id>/remove",
    "POST /organize/account/passkeys/options",
    "GET /organize/account/password",
    "POST /organize/account/password",
    "GET /organize/account/second-factor",
    "GET /organize/account/second-factor/app",
    "POST /organize/account/second-factor/app",
    "POST /organize/account/second-factor/app/stop",
    "GET /organize/account/second-factor/codes",
    "POST /organize/account/second-factor/codes",
    "POST /organize/account/second-factor/codes/kept",
    "POST /organize/account/sessions/<int:session_id>/close",
    "POST /organize/account/sessions/close",
    "GET /organize/audit/",
    "GET /organize/people/",
    "GET /organize/people/<int:organizer_id>",
    "POST /organize/people/<int:organizer_id>/invite-again",
    "POST /organize/people/<int:organizer_id>/remove",
    "POST /organize/people/<int:organizer_id>/roles",
    "POST /organize/people/<int:organizer_id>/unlock",
    "GET /organize/people/invite",
    "POST /organize/people/invite",
    "POST /organize/people/roles/<int:grant_id>/take",
}


def test_every_route_says_who_may_use_it(app):
    routes = {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert routes == PUBLIC | BY_TOKEN | DEVELOPERS | DOORS | ORGANIZERS
