"""Join the scripts of a page into one file: each ES module unchanged, run when first needed.

A phone far from the server pays for each request and each level of imports. This way newcomers
still edit small files and need no build step.
"""

import json
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.[^"]+)";$', re.MULTILINE)
EXPORT = re.compile(
    r"^export (default )?((?:async )?function\*? |class |const )(\w+)", re.MULTILINE
)
LEFT = re.compile(r"^(?:import|export)\b.*$", re.MULTILINE)
LATER = re.compile(r"\bimport\((?=[`\"'])")
ASKED = re.compile(r"\bimport\([\"'](\.[^\"']+)[\"']\)")
COMMENT = re.compile(r"^\s*(?://.*|/\*\*[^*]*(?:\*(?!/)[^*]*)*\*/)\n", re.MULTILINE)
SHARED = ("modules", "lib", "parts")
# The kiosk app is not joined: it is fetched once and then kept on the tablet.
APART = ("kiosk",)

# One registry per page, shared when a subject's file joins the site's. `later` replaces import()
# for module names.
HEAD = """const page = globalThis.volanteModules || (globalThis.volanteModules = { made: new Map(), makers: new Map(), files: {} });
const need = (name) => page.made.get(name) ?? page.made.set(name, page.makers.get(name)()).get(name);
const later = async (name) => {
  const path = new URL(name, "volante:/").pathname.slice(1);
  if (!page.makers.has(path)) await import(page.files[path]);
  return need(path);
};
"""


class UnknownForm(ValueError):
    """A module uses an import or export form that joining does not support; names file and line."""


def joined(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield (name, text) of the joined files under `folder`: `site.js`, and one per subject.

    A subject is a folder beside `modules`, `lib` and `parts`. An entry module that needs a module
    of `montage/` goes into `montage.js`, with all that it needs. So does a module of `montage/`
    that a shared module imports dynamically. What a subject's own module imports dynamically is a
    separate file, and so is a worker with all that it needs.
    """
    paths = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*.js"))}
    modules = {name: path.read_text() for name, path in paths.items() if _folder(name) not in APART}
    needs = {
        name: [_path(name, found[2]) for found in IMPORT.finditer(text)]
        for name, text in modules.items()
    }
    files, homes = {}, {}
    for entry in sorted(name for name in modules if name.startswith("modules/")):
        reached = _reached(entry, needs)
        homes[entry] = home = next(
            (_folder(name) for name in reached if _folder(name) not in SHARED), "site"
        )
        files.setdefault(home, {}).update(dict.fromkeys(reached))
    for name, asked in _asked(modules):
        homes[asked] = home = (
            _folder(asked)
            if _folder(name) in SHARED
            else asked.removesuffix(".js").replace("/", "-")
        )
        files.setdefault(home, {}).update(dict.fromkeys(_reached(asked, needs)))
    everywhere = files.pop("site", {})
    elsewhere = {name: f"./{home}.js" for name, home in homes.items() if home != "site"}
    yield "site.js", _text(everywhere, modules, elsewhere, main="main.js")
    for home, names in files.items():
        known = everywhere | files.get(home.split("-")[0], {}) if "-" in home else everywhere
        yield f"{home}.js", _text([name for name in names if name not in known], modules)
    for worker in sorted(name for name in modules if name.endswith("-worker.js") and needs[name]):
        yield (
            worker,
            _text(
                [name for name in _reached(worker, needs) if name != worker], modules, main=worker
            ),
        )


def _folder(name):
    return name.split("/")[0]


def _asked(modules: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield (name, dynamically imported module) of all modules, those of the subjects last."""
    for name in sorted(modules, key=lambda name: (_folder(name) not in SHARED, name)):
        for found in ASKED.finditer(modules[name]):
            yield name, _path(name, found[1])


def _reached(entry: str, needs: Mapping[str, list[str]]) -> list[str]:
    """Return all modules that `entry` needs, itself included, in the order they are needed."""
    found = {}
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = None
            waiting += needs[name]
    return list(found)


def _text(
    names: Iterable[str],
    modules: Mapping[str, str],
    elsewhere: Mapping[str, str] | None = None,
    main: str = "",
) -> str:
    files = f"Object.assign(page.files, {json.dumps(elsewhere)});\n" if elsewhere else ""
    makers = "".join(
        f'page.makers.set("{name}", () => {{\n{_maker(name, modules[name])}}});\n'
        for name in sorted(names)
    )
    return HEAD + files + makers + (_plain(main, modules[main]) if main else "")


def _maker(name: str, text: str) -> str:
    exported = [(found[3], found[1]) for found in EXPORT.finditer(text)]
    body = _plain(name, EXPORT.sub(r"\2\3", text))
    members = ", ".join(f"default: {word}" if default else word for word, default in exported)
    return f"{body}return {{ {members} }};\n"


def _plain(name: str, text: str) -> str:
    """Return the module's text without comments and without syntax that needs a module file."""
    text = IMPORT.sub(
        lambda found: f'const {{ {_members(found[1])} }} = need("{_path(name, found[2])}");', text
    )
    if wrong := LEFT.search(text):
        raise UnknownForm(f"{name}: {wrong[0]}")
    text = ASKED.sub(lambda found: f'later("{_path(name, found[1])}")', text)
    text = text.replace("import.meta.url", f'new URL("{name}", import.meta.url)')
    return COMMENT.sub("", LATER.sub("later(", text))


def _members(names: str) -> str:
    """Return imported names as a destructuring pattern: `a as b` becomes `a: b`."""
    return ", ".join(
        name.strip().replace(" as ", ": ") for name in names.split(",") if name.strip()
    )


def _path(name: str, wanted: str) -> str:
    """Return the path, from the scripts' folder, of what module `name` imports as `wanted`."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), wanted))
