"""List the names that no tool may rename, because something outside the code relies on them.

They are in rows, sent emails, browsers, tablets and other programs. They are gathered from the
running product and compared with `tests/vectors/stored_names.json`. After an intended change,
`python -m tests.house.stored_names --write` updates that file.
"""

import json
from pathlib import Path

from tests.house.stored_names import browser, keyed_values, server, spoken, stored

FILE = Path(__file__).parents[2] / "vectors" / "stored_names.json"
HOW_TO_UPDATE = "If each of these changes is meant, run: python -m tests.house.stored_names --write"


def gather() -> dict[str, list[str]]:
    """Return the names by group.

    It needs the application of the tests with an empty database, and fills it.
    """
    tablet = spoken.fill()
    groups = {
        "addresses": server.addresses(),
        "commands": server.commands(),
        "settings": server.settings(),
        "files in VAR_DIR": server.files_in_var(),
        "cookies": server.cookies(),
        "session keys": server.session_keys(),
        "names read from requests": server.request_names(),
        "headers": server.headers(),
        "metrics": server.figures(),
        "words that columns may hold": stored.states(),
        "words that columns hold by default": stored.defaults(),
        "reasons": stored.reasons(),
        "roles": stored.roles(),
        "audit actions": stored.audit_actions(),
        "audit subjects": stored.audit_subjects(),
        "email kinds": stored.mail_kinds(),
        "leases": stored.leases(),
        "kinds of job": stored.job_kinds(),
        "labels of digests and tokens": stored.labels(),
        "list of what ended": stored.ended(),
        "columns and choices of exports": stored.export_columns(),
        "versions of consent": stored.consent_versions(),
        "values that follow from SECRET_KEY": keyed_values.keyed_values(),
        "API": spoken.api(),
        "kiosk protocol": spoken.kiosk_protocol(tablet),
        "public JSON": spoken.public_json(),
        "form fields": spoken.form_fields(),
        "fields in templates": spoken.template_fields(),
        "kept in browsers": browser.kept_in_browsers(),
        "database of tablets": browser.tablet_database(),
        "events and messages of scripts": browser.events_and_messages(),
        "embedding": browser.embedding(),
    }
    return {group: sorted(names) for group, names in groups.items()}


def load() -> dict[str, list[str]]:
    return json.loads(FILE.read_text())


def save(names: dict[str, list[str]]) -> None:
    FILE.write_text(json.dumps(names, ensure_ascii=False, indent=1) + "\n")


def differences(before: dict[str, list[str]], after: dict[str, list[str]]) -> list[str]:
    """Return a line for each name that is gone (-) or new (+), under the heading of its group."""
    lines = []
    for group in [*before, *(after.keys() - before.keys())]:
        gone = sorted(set(before.get(group, ())) - set(after.get(group, ())))
        new = sorted(set(after.get(group, ())) - set(before.get(group, ())))
        if gone or new:
            lines += [
                f"{group}:",
                *(f"  - {name}" for name in gone),
                *(f"  + {name}" for name in new),
            ]
    return lines
