"""Tests of building a correct message from text."""

from email import message_from_bytes, policy
from email.header import decode_header, make_header

import pytest

from campaign.mail.composition import Attachment, Sender, one_line, to_mime
from tests.mail.messages import SETTINGS, message


def parsed(settings=SETTINGS, **changes):
    """Return the message parsed as a recipient's program would."""
    return message_from_bytes(to_mime(message(**changes), settings).data, policy=policy.default)


def read(email, header):
    """Return a decoded header.

    The legacy parser keeps the spaces between encoded words right.
    """
    raw = message_from_bytes(email.as_bytes())[header]
    return str(make_header(decode_header(raw.replace("\n", ""))))


def test_message_is_marked_as_automatic():
    email = parsed(lang="es", sender=Sender(reply_to="team@volante.example"))
    assert email["From"] == "Volante <names@volante.example>"
    assert email["To"] == "amalia@correo.mx"
    assert email["Reply-To"] == "team@volante.example"
    assert email["Auto-Submitted"] == "auto-generated"
    assert email["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert email["Content-Language"] == "es"
    assert email["Date"].datetime.tzinfo is not None
    assert email["List-Unsubscribe"] is None


def test_no_header_reveals_the_kind_of_email():
    assert {name for name in parsed() if name.startswith("X-")} == {"X-Auto-Response-Suppress"}


def test_sender_can_be_an_address_alone():
    email = parsed(has_sender_name=False)
    assert email["From"] == "names@volante.example"


def test_sender_of_an_organisation_replaces_each_part_of_the_sites():
    sender = Sender("River Keepers", "post@keepers.example", "team@keepers.example")
    email = parsed(sender=sender)
    assert email["From"] == "River Keepers <post@keepers.example>"
    assert email["Reply-To"] == "team@keepers.example"
    assert parsed(sender=Sender("Keepers"))["From"] == "Keepers <names@volante.example>"
    assert parsed(sender=Sender(address="post@keepers.example"))["From"] == (
        "Volante <post@keepers.example>"
    )
    assert parsed()["Reply-To"] is None


def test_neutral_email_comes_from_the_site():
    email = parsed(sender=Sender("River Keepers", "post@keepers.example"), has_sender_name=False)
    assert email["From"] == "names@volante.example"


@pytest.mark.parametrize(
    "name",
    [
        "Keepers, Friends & Co.",
        'The "River" <evil@example.org>; Keepers',
        "Asociación de Guardianes del Río, A. C.",
        "حراس النهر",
        "Keepers of the long river, of its two banks, and of all the towns along it, " * 2,
        "Guardianes del río, de sus dos orillas y de todos los pueblos que hay en él, " * 2,
    ],
)
def test_sender_name_may_be_long_and_have_any_characters(name):
    data = to_mime(message(sender=Sender(name, "post@keepers.example")), SETTINGS).data
    assert max(len(line) for line in data.split(b"\r\n")) <= 78
    email = message_from_bytes(data, policy=policy.default)
    assert [address.addr_spec for address in email["From"].addresses] == ["post@keepers.example"]
    shown = read(email, "From").replace("\\", "").replace('"', "")
    assert shown == f"{name.strip()} <post@keepers.example>".replace('"', "")


@pytest.mark.parametrize(
    "name", ["Keepers\r\nBcc: all@example.org", "Keepers\u2028X", "\u202eKeepers"]
)
def test_sender_name_cannot_add_or_disguise_a_header(name):
    email = parsed(sender=Sender(name))
    assert email["Bcc"] is None
    [address] = email["From"].addresses
    assert address.addr_spec == "names@volante.example"
    assert not set("\r\n\u2028\u202e") & set(address.display_name)


@pytest.mark.parametrize("address", ["no address", "a@b\r\nBcc: c@d", "ñandú@keepers.example"])
def test_unusable_address_of_an_organisation_holds_no_email_back(address):
    email = parsed(sender=Sender("Keepers", address, address))
    assert email["From"] == "Keepers <names@volante.example>"
    assert email["Reply-To"] is None
    assert email["Bcc"] is None


def test_international_domain_of_an_organisation_is_encoded():
    email = parsed(sender=Sender(address="post@españa.example"))
    assert email["From"].addresses[0].addr_spec == "post@xn--espaa-rta.example"


def test_both_parts_arrive_unchanged():
    text = "Ñandú\n.\nFrom here on\n" + "á" * 300 + "\n"
    email = parsed(text=text, html=f"<p>{text}</p>")
    assert email.get_content_type() == "multipart/alternative"
    plain, html = (
        email.get_body([kind]).get_content().replace("\r\n", "\n") for kind in ("plain", "html")
    )
    assert plain == text
    assert html == f"<p>{text}</p>\n"


def test_lines_are_short_enough_for_any_mail_server():
    data = to_mime(message(text="ñ" * 2000, html="ñ" * 2000, subject="é" * 200), SETTINGS).data
    assert data.isascii()
    assert max(len(line) for line in data.split(b"\r\n")) <= 78
    assert b"\n" not in data.replace(b"\r\n", b"")


def test_message_id_is_the_same_at_every_attempt_and_unique_to_the_message():
    first, again, other = (parsed(message_key=key)["Message-ID"] for key in ("a:1", "a:1", "a:2"))
    assert first == again != other
    assert first.endswith("@sign.example.org>")


@pytest.mark.parametrize(
    "name", ["Amalia\r\nBcc: all@example.org", "Amalia\nTo: x@y.mx", "A\u2028B\x00\x85C"]
)
def test_name_cannot_add_a_header(name):
    email = parsed(to_name=name, subject=f"{name}, a message for you")
    assert email["Bcc"] is None
    assert len(email.get_all("To")) == 1
    assert [address.addr_spec for address in email["To"].addresses] == ["amalia@correo.mx"]


@pytest.mark.parametrize(
    "name",
    [
        "Rosales, Amalia",
        'Amalia "Lupe" <evil@example.org>',
        "María Guadalupe de la Concepción Fernández-Villaseñor y Ruiz de Alarcón, Élodie d’Été",
        "O’Brien Concepción Łukasz : y José Élodie <evil@example.org>; 李雷",
    ],
)
def test_names_and_subjects_survive_any_characters(name):
    email = parsed(to_name=name, subject=name)
    assert read(email, "Subject") == name
    assert [address.addr_spec for address in email["To"].addresses] == ["amalia@correo.mx"]
    assert read(email, "To").replace("\\", "").replace(
        '"', ""
    ) == f"{name} <amalia@correo.mx>".replace('"', "")


def test_international_domain_is_encoded_for_old_servers():
    data = to_mime(message(to="amalia@españa.mx"), SETTINGS).data
    assert b"amalia@xn--espaa-rta.mx" in data
    assert data.isascii()


def test_international_local_part_stays_as_it_is():
    data = to_mime(message(to="ñandú@españa.mx", to_name="Ñandú"), SETTINGS).data
    assert "<ñandú@xn--espaa-rta.mx>".encode() in data


@pytest.mark.parametrize(
    "address", ["amalia", "", "amalia@", "@correo.mx", "a b@correo.mx", "a@b\r\nBcc: c@d"]
)
def test_unencodable_address_is_an_error(address):
    with pytest.raises(ValueError, match="not a mail address"):
        to_mime(message(to=address), SETTINGS)


def test_sender_name_may_contain_a_comma():
    settings = {**SETTINGS, "MAIL_FROM": "Familias, con Volante <names@volante.example>"}
    [address] = parsed(settings)["From"].addresses
    assert (address.display_name, address.addr_spec) == (
        "Familias, con Volante",
        "names@volante.example",
    )


def test_long_unsubscribe_url_stays_whole():
    address = "https://sign.example.org/en/unsubscribe/" + "a" * 200
    data = to_mime(message(list_unsubscribe=address), SETTINGS).data
    assert f"List-Unsubscribe: <{address}>\r\n".encode() in data
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in data


def test_single_line_keeps_french_narrow_spaces():
    assert one_line("  Est-ce\n bien  vous\u202f? \u202e") == "Est-ce bien vous\u202f?"


def test_name_that_looks_encoded_is_shown_as_it_was_typed():
    name = "=?utf-8?q?admin?="
    email = parsed(to_name=name, subject=f"{name}, a message")
    assert read(email, "To") == f"{name} <amalia@correo.mx>"
    assert read(email, "Subject") == f"{name}, a message"


def test_attached_file_arrives_unchanged_beside_both_parts():
    data = "BEGIN:VCALENDAR\r\nSUMMARY:Té\r\nEND:VCALENDAR\r\n".encode()
    parameters = {"charset": "utf-8", "method": "REQUEST"}
    email = parsed(attachments=(Attachment("event.ics", "text", "calendar", data, parameters),))
    [file] = email.iter_attachments()
    assert email.get_content_type() == "multipart/mixed"
    assert (file.get_content_type(), file.get_filename()) == ("text/calendar", "event.ics")
    assert file.get_param("method") == "REQUEST"
    assert file.get_payload(decode=True) == data
    assert email.get_body(["plain"]).get_content().startswith("Look here")
    assert email.get_all("MIME-Version") == ["1.0"]
