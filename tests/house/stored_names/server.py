"""Find the server's names that operators and browsers know.

These are URLs, commands, settings, cookies, headers and metrics.
"""

import ast
import inspect
import re
from tempfile import TemporaryDirectory
from typing import get_args

import click
import flask
from flask import current_app
from prometheus_client.parser import text_string_to_metric_families

import config
from campaign.files.storage import Folder
from campaign.monitoring import metrics
from campaign.organize.core import identity
from tests.house.stored_names.sources import ROOT, constants, files, nodes, resolved, texts_of

HEADER = re.compile(r"X-[A-Za-z-]+|[A-Z][A-Za-z]*(?:-[A-Z][A-Za-z]+)+|RateLimit")
IN_VAR = re.compile(r"VAR_DIR[\"']\](?:\))?(?:, |\}/| / )\"?([\w.]+)|\bvar / [\"']([\w.]+)[\"']")
QUOTED = re.compile(r"[\"']([A-Z][A-Za-z-]+)[\"']")
# These parts of a request are read by name.
READ = {"form", "args", "values", "files"}


def addresses() -> set[str]:
    """Return each rule with its methods. Endpoints may be renamed."""
    rules = current_app.url_map.iter_rules()
    return {f"{rule.rule} {' '.join(sorted(rule.methods - {'HEAD', 'OPTIONS'}))}" for rule in rules}


def commands() -> set[str]:
    """Return each of our `flask` commands, with its arguments and options."""
    return set(_commands(current_app.cli, ()))


def settings() -> set[str]:
    """Return the names that are read from the environment."""
    names = set()

    class Environment(dict):
        def get(self, name, default=None):
            names.add(name)
            return super().get(name, default)

        def __getitem__(self, name):
            names.add(name)
            return super().__getitem__(name)

        def __contains__(self, name):
            names.add(name)
            return super().__contains__(name)

    production = {
        "VOLANTE_ENV": "production",
        "SECRET_KEY": "0123456789abcdef" * 3,
        "PUBLIC_URL": "https://sign.example.org",
    }
    with TemporaryDirectory() as var:
        config.load(Environment(VAR_DIR=var))
        config.load(Environment(VAR_DIR=var, DATABASE_URL="postgresql://db/volante", **production))
    return names


def cookies() -> set[str]:
    """Return the names of our cookies, and the name of Flask's own in each part of the site."""
    ours = {identity.SESSION_COOKIE, identity.DEVICE_COOKIE}
    app, names = current_app, set()
    for secure in (False, True):
        before, app.config["SESSION_COOKIE_SECURE"] = app.config["SESSION_COOKIE_SECURE"], secure
        for door in ("/organize/", "/kiosk/"):
            with app.test_request_context(door):
                names.add(app.session_interface.get_cookie_name(app))
        app.config["SESSION_COOKIE_SECURE"] = before
    return ours | names


def session_keys() -> set[str]:
    """Return the keys stored in the signed session cookie."""
    found = set()
    for module, node in nodes():
        found |= _key_of(module, node, flask.session)
    return found


def request_names() -> set[str]:
    """Return form fields and query parameters that are read from a request directly."""
    found = set()
    for module, node in nodes():
        for part in READ:
            found |= {f"{part} {name}" for name in _key_of(module, node, flask.request, part)}
    return found


def headers() -> set[str]:
    """Return the headers that are read, set or explained anywhere, in Python and in the browser."""
    in_scripts = (name for text in files("static/js", ".js") for name in QUOTED.findall(text))
    # Names only in capitals belong to calendar files, or are date patterns.
    return {
        name
        for name in (*constants(), *in_scripts)
        if HEADER.fullmatch(name) and not name.isupper()
    }


def files_in_var() -> set[str]:
    """Return the contents of VAR_DIR, which an upgraded installation already has."""
    texts = [(ROOT / "config.py").read_text(), *files("campaign", ".py")]
    named = {name for text in texts for pair in IN_VAR.findall(text) for name in pair if name}
    return {*named, *get_args(Folder)} - {"FILE", "folder"}


def figures() -> set[str]:
    """Return the metrics of `/metrics`, with their labels."""
    metrics.note_request("web.root", "2", 0.1)
    metrics.note_job("export", "done")
    shown = current_app.test_client().get("/metrics").text
    families = [
        family
        for family in text_string_to_metric_families(shown)
        if family.name.startswith("volante_")
    ]
    # A backup, a worker and a standby are missing here, so their metrics have no values.
    found = {
        (family.name, label)
        for family in families
        for label in {"", *(label for sample in family.samples for label in sample.labels)}
    }
    labels = {
        metric: sorted(label for name, label in found if name == metric and label)
        for metric, _ in found
    }
    return {" ".join((metric, *names)) for metric, names in labels.items()}


def _commands(group, path):
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from _commands(command, (*path, name))
        elif inspect.unwrap(command.callback).__module__.startswith("campaign"):
            yield " ".join((*path, name, *map(_parameter, command.params)))


def _parameter(parameter):
    name = (
        parameter.human_readable_name
        if isinstance(parameter, click.Argument)
        else "/".join((*parameter.opts, *parameter.secondary_opts))
    )
    choices = parameter.type.choices if isinstance(parameter.type, click.Choice) else ()
    return f"{name}={'|'.join(map(str, choices))}" if choices else name


def _key_of(module, node, thing, part=None):
    """Return the names by which a node reads or writes `thing` (or its attribute `part`)."""
    if isinstance(node, ast.Subscript):
        owner, key = node.value, node.slice
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
        owner, key = node.func.value, node.args[0]
        if node.func.attr not in ("get", "getlist", "pop", "setdefault"):
            return set()
    else:
        return set()
    if part is not None:
        if not isinstance(owner, ast.Attribute) or owner.attr != part:
            return set()
        owner = owner.value
    return (
        texts_of(module, key)
        if isinstance(owner, ast.Name) and resolved(module, owner) is thing
        else set()
    )
