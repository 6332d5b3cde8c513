"""Tests of translations, compiled where they are used."""

import errno
import gettext
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from campaign.i18n.catalogs import compile_catalogs

HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\nPlural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'


@pytest.fixture
def folder(tmp_path):
    put(tmp_path, "es", 'msgid "Sign"\nmsgstr "Firmar"\n')
    return tmp_path


def put(folder, lang, messages, *, at=1_000_000):
    path = folder / lang / "LC_MESSAGES" / "messages.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEAD + messages, encoding="utf-8")
    os.utime(path, (at, at))
    return path


def says(folder, lang, msgid):
    return gettext.translation("messages", folder, [lang]).gettext(msgid)


def test_catalogue_is_compiled_for_each_language(folder):
    put(folder, "fr", 'msgid "Sign"\nmsgstr "Signer"\n')
    compile_catalogs(folder, folder)
    assert (says(folder, "es", "Sign"), says(folder, "fr", "Sign")) == ("Firmar", "Signer")


def test_changed_catalogue_is_compiled_again(folder):
    compile_catalogs(folder, folder)
    put(
        folder,
        "es",
        'msgid "Sign"\nmsgstr "Firma"\n',
        at=(folder / "es/LC_MESSAGES/messages.mo").stat().st_mtime + 1,
    )
    compile_catalogs(folder, folder)
    gettext._translations.clear()
    assert says(folder, "es", "Sign") == "Firma"


def test_unchanged_catalogue_is_left_alone(folder):
    compile_catalogs(folder, folder)
    compiled = folder / "es" / "LC_MESSAGES" / "messages.mo"
    compiled.write_bytes(b"as it was")
    compile_catalogs(folder, folder)
    assert compiled.read_bytes() == b"as it was"


def test_fuzzy_translation_is_not_used(folder):
    put(folder, "fr", '#, fuzzy\nmsgid "Sign"\nmsgstr "Panneau"\n')
    compile_catalogs(folder, folder)
    assert says(folder, "fr", "Sign") == "Sign"


def test_many_starting_at_once_leave_one_whole_catalogue(folder):
    with ThreadPoolExecutor(8) as crowd:
        list(crowd.map(lambda _: compile_catalogs(folder, folder), range(8)))
    assert says(folder, "es", "Sign") == "Firmar"
    assert sorted(path.name for path in (folder / "es" / "LC_MESSAGES").iterdir()) == [
        "messages.mo",
        "messages.po",
    ]


def test_nothing_happens_without_catalogues(tmp_path):
    assert compile_catalogs(tmp_path / "none", tmp_path / "spare") == tmp_path / "none"


def test_catalogue_is_compiled_elsewhere_if_its_folder_is_read_only(folder, tmp_path, monkeypatch):
    # Root may write anywhere, so the refusal is simulated.
    opened = Path.open

    def refuse(path, mode="r", **rest):
        if "w" in mode and path.is_relative_to(folder / "es"):
            raise PermissionError(errno.EROFS, "Read-only file system", str(path))
        return opened(path, mode, **rest)

    monkeypatch.setattr(Path, "open", refuse)
    spare = tmp_path / "spare"
    assert compile_catalogs(folder, spare) == spare
    assert says(spare, "es", "Sign") == "Firmar"
