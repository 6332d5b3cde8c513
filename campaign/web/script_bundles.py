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
MODULE_SYNTAX = re.compile(r"^(?:import|export)\b.*$", re.MULTILINE)
# The path of these is computed, as in main.js.
IMPORT_CALL = re.compile(r"\bimport\((?=`)")
DYNAMIC_IMPORT = re.compile(r"\bimport\([\"'](\.[^\"']+)[\"']\)")
COMMENT = re.compile(r"^\s*(?://.*|/\*\*[^*]*(?:\*(?!/)[^*]*)*\*/)\n", re.MULTILINE)
SHARED = ("modules", "lib", "parts")
# The kiosk app is not joined: it is fetched once and then kept on the tablet.
NOT_BUNDLED = ("kiosk",)

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


class UnsupportedSyntax(ValueError):
    """A module imports or exports in a way that joining does not support: names file and line."""


def joined(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield (name, text) of the joined files under `folder`: `site.js`, and one per subject.

    A subject is a folder beside `modules`, `lib` and `parts`. An entry module that needs a module
    of `montage/` goes into `montage.js`, with all that it needs. So does a module of `montage/`
    that a shared module imports dynamically. What a subject's own module imports dynamically is a
    separate file, and so is a worker with all that it needs. Vendored scripts are not joined.
    """
    paths = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*.js"))}
    modules = {
        name: path.read_text() for name, path in paths.items() if _folder(name) not in NOT_BUNDLED
    }
    needs = {
        name: [_path(name, match[2]) for match in IMPORT.finditer(text)]
        for name, text in modules.items()
    }
    files: dict[str, dict[str, None]] = {}
    homes: dict[str, str] = {}
    for entry in sorted(name for name in modules if name.startswith("modules/")):
        dependencies = _dependencies(entry, needs)
        homes[entry] = home = next(
            (_folder(name) for name in dependencies if _folder(name) not in SHARED), "site"
        )
        files.setdefault(home, {}).update(dict.fromkeys(dependencies))
    for name, imported in _dynamic_imports(modules):
        homes[imported] = home = (
            _folder(imported)
            if _folder(name) in SHARED
            else imported.removesuffix(".js").replace("/", "-")
        )
        files.setdefault(home, {}).update(dict.fromkeys(_dependencies(imported, needs)))
    everywhere = files.pop("site", {})
    elsewhere = {name: f"./{home}.js" for name, home in homes.items() if home != "site"}
    yield "site.js", _text(everywhere, modules, elsewhere, main="main.js")
    for home, names in files.items():
        loaded = everywhere | files.get(home.split("-")[0], {}) if "-" in home else everywhere
        yield f"{home}.js", _text([name for name in names if name not in loaded], modules)
    for worker in sorted(name for name in modules if name.endswith("-worker.js") and needs[name]):
        yield (
            worker,
            _text(
                [name for name in _dependencies(worker, needs) if name != worker],
                modules,
                main=worker,
            ),
        )


def _folder(name: str) -> str:
    return name.split("/", maxsplit=1)[0]


def _dynamic_imports(modules: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield (name, dynamically imported module) of all modules, those of the subjects last.

    It leaves out vendored scripts.
    """
    for name in sorted(modules, key=lambda name: (_folder(name) not in SHARED, name)):
        for match in DYNAMIC_IMPORT.finditer(modules[name]):
            if _is_ours(imported := _path(name, match[1])):
                yield name, imported


def _dependencies(entry: str, needs: Mapping[str, list[str]]) -> list[str]:
    """Return all modules that `entry` needs, itself included, in the order they are needed."""
    dependencies: dict[str, None] = {}
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        if name not in dependencies:
            dependencies[name] = None
            waiting += needs[name]
    return list(dependencies)


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
    return HEAD + files + makers + (_without_module_syntax(main, modules[main]) if main else "")


def _maker(name: str, text: str) -> str:
    exported = [(match[3], match[1]) for match in EXPORT.finditer(text)]
    body = _without_module_syntax(name, EXPORT.sub(r"\2\3", text))
    members = ", ".join(f"default: {symbol}" if default else symbol for symbol, default in exported)
    return f"{body}return {{ {members} }};\n"


def _without_module_syntax(name: str, text: str) -> str:
    """Return the module's text without comments and without syntax that needs a module file."""
    text = IMPORT.sub(
        lambda match: f'const {{ {_members(match[1])} }} = need("{_path(name, match[2])}");', text
    )
    if unsupported := MODULE_SYNTAX.search(text):
        raise UnsupportedSyntax(f"{name}: {unsupported[0]}")
    text = DYNAMIC_IMPORT.sub(lambda match: _dynamic_import(_path(name, match[1])), text)
    text = text.replace("import.meta.url", f'new URL("{name}", import.meta.url)')
    return COMMENT.sub("", IMPORT_CALL.sub("later(", text))


def _members(names: str) -> str:
    """Return imported names as a destructuring pattern: `a as b` becomes `a: b`."""
    return ", ".join(
        name.strip().replace(" as ", ": ") for name in names.split(",") if name.strip()
    )


def _dynamic_import(path: str) -> str:
    return f'later("{path}")' if _is_ours(path) else f'import("{path}")'


def _is_ours(path: str) -> bool:
    """Return whether a path, from the scripts' folder, stays within it: `../vendor/` does not."""
    return not path.startswith("../")


def _path(name: str, specifier: str) -> str:
    """Return the path, from the scripts' folder, of what module `name` imports as `wanted`."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), specifier))
