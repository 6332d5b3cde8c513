"""Tests of the developer's mailbox as a folder."""

from datetime import UTC, datetime

import pytest

from campaign.mail.composition import to_mime
from campaign.mail.folder import email_names, load_email, page_of
from tests.mail.messages import SETTINGS, message


def put(folder, number, *, second=0, **changes):
    name = f"20260923T1011{second:02}.000000-{number}.eml"
    (folder / name).write_bytes(to_mime(message(**changes), SETTINGS).data)
    return name


def test_missing_folder_is_empty(tmp_path):
    assert page_of(tmp_path / "mail", 1) == ([], False)


def test_newest_message_comes_first(tmp_path):
    put(tmp_path, 1, second=1, subject="Élodie, est-ce bien votre signature ?")
    put(tmp_path, 2, second=2)
    (tmp_path / "half.part").write_text("not yet")
    (tmp_path / "notes.eml").write_text("not ours")
    [newest, oldest], has_older = page_of(tmp_path, 1)
    assert newest.at == datetime(2026, 9, 23, 10, 11, 2, tzinfo=UTC)
    assert oldest.subject == "Élodie, est-ce bien votre signature ?"
    assert newest.to == "amalia@correo.mx"
    assert not has_older


def test_page_has_fifty_messages(tmp_path):
    for second in range(52):
        put(tmp_path, second, second=second)
    (first, more), (second, no_more) = page_of(tmp_path, 1), page_of(tmp_path, 2)
    assert (len(first), more, len(second), no_more) == (50, True, 2, False)
    assert [email.name for email in first + second] == email_names(tmp_path)


def test_message_is_found_with_both_its_texts(tmp_path):
    email = load_email(tmp_path, put(tmp_path, 7))
    assert "Look here" in email.text
    assert "<a href" in email.html
    assert email.from_ == "Volante <names@volante.example>"
    assert email.headers["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize(
    "name", ["../secret.eml", "/etc/passwd", "..", "", "20260923T101100.000000-1.eml\n", "x.eml"]
)
def test_no_name_escapes_the_folder(tmp_path, name):
    (tmp_path / "secret.eml").write_text("Subject: secret\n\n")
    (tmp_path / "mail").mkdir()
    assert load_email(tmp_path / "mail", name) is None
