"""Tests of handing over one message."""

from time import sleep

import pytest

from campaign.mail.smtp.replies import Delivered, Refused, TryLater, Unreachable
from campaign.mail.smtp.transport import Envelope, FolderTransport, transport_from
from tests.mail.mail_server import mail_server, silent_server
from tests.ports import free_port


def envelope(recipient="amalia@correo.mx", email_id=1):
    data = f"To: {recipient}\r\n\r\nHola\r\n.\r\n".encode()
    return Envelope(email_id, "names@volante.example", recipient, not recipient.isascii(), data)


@pytest.fixture(params=[False, True], ids=["one command", "several commands"])
def script(script, request):
    script.takes_several_commands = request.param
    return script


@pytest.fixture
def transport(server_url):
    transport = transport_from(server_url, None, timeout=5)
    yield transport
    transport.close()


def test_message_arrives_whole(script, transport):
    assert transport.send(envelope()) == Delivered()
    assert script.received == [("amalia@correo.mx", envelope().data)]


def test_many_messages_share_one_connection(script, transport):
    assert {type(transport.send(envelope(email_id=number))) for number in range(5)} == {Delivered}
    assert script.connections == 1


def test_server_that_hangs_up_between_messages_is_reconnected(script, transport):
    script.hangs_up_after_message = True
    for number in range(3):
        assert transport.send(envelope(email_id=number)) == Delivered()
        sleep(0.05)
    assert len(script.received) == 3
    assert script.connections == 3


def test_server_that_takes_one_message_per_connection_is_reconnected(script, transport):
    assert transport.send(envelope()) == Delivered()
    script.to_sender = ["421 too many messages", "250 OK"]
    assert transport.send(envelope()) == Delivered()
    assert script.connections == 2


def test_refused_recipient_does_not_block_the_next(script, transport):
    script.to["wrong@correo.mx"] = ["550 5.1.1 no such user"]
    assert transport.send(envelope("wrong@correo.mx")) == Refused("550 5.1.1")
    assert transport.send(envelope()) == Delivered()
    assert script.recipients == ["amalia@correo.mx"]
    assert script.connections == 1


def test_server_that_ends_a_used_connection_at_a_recipient_gets_the_message_once(script, transport):
    assert transport.send(envelope()) == Delivered()
    script.to["other@correo.mx"] = ["421 too many messages", "250 OK"]
    answer = transport.send(envelope("other@correo.mx"))
    assert answer == TryLater("421")
    assert transport.send(envelope("other@correo.mx")) == Delivered()
    assert script.recipients == ["amalia@correo.mx", "other@correo.mx"]


def test_dots_at_line_starts_arrive_as_they_are(script, transport):
    data = b".\r\n..\r\n.a\r\n\r\n.\r\nb\r\n"
    assert transport.send(Envelope(1, "names@volante.example", "a@correo.mx", False, data))
    assert script.received == [("a@correo.mx", data)]


def test_busy_mailbox_is_tried_later(script, transport):
    script.to["amalia@correo.mx"] = ["451 4.7.1 greylisted"]
    assert transport.send(envelope()) == TryLater("451 4.7.1")


def test_refusal_after_the_text_is_read_like_one_before_it(script, transport):
    script.to_data = "550 5.1.1 no such user after all"
    assert transport.send(envelope()) == Refused("550 5.1.1")
    script.to_data = "554 5.7.1 we do not like this text"
    assert transport.send(envelope()) == TryLater("554 5.7.1")


def test_refused_sender_does_not_fail_the_message(script, transport):
    script.to_sender = ["550 5.7.1 not from here"]
    assert isinstance(transport.send(envelope()), Unreachable)
    script.to_sender = ["250 OK"]
    assert transport.send(envelope()) == Delivered()


def test_refused_login_does_not_fail_the_message(script):
    with mail_server(script, refuse_login=True) as url:
        answer = transport_from(url, None, timeout=5).send(envelope())
    assert isinstance(answer, Unreachable)
    assert "535" in answer.reason
    assert "secret" not in answer.reason
    assert script.attempts == []


def test_nothing_is_sent_unencrypted_where_encryption_is_required(script):
    with mail_server(script) as url:
        answer = transport_from(url.replace("none", "starttls"), None, timeout=5).send(envelope())
    assert isinstance(answer, Unreachable)
    assert script.attempts == []


def test_international_local_part_is_delivered(script, transport):
    assert transport.send(envelope("ñandú@correo.mx")) == Delivered()
    assert script.recipients == ["ñandú@correo.mx"]


def test_closed_port_is_unreachable():
    answer = transport_from(f"smtp://127.0.0.1:{free_port()}", None, timeout=5).send(envelope())
    assert isinstance(answer, Unreachable)


def test_silent_server_is_unreachable_after_the_timeout():
    with silent_server() as url:
        answer = transport_from(url, None, timeout=0.2).send(envelope())
    assert answer == Unreachable("the mail server did not answer in time")


def test_server_that_goes_silent_at_a_message_is_failing_and_the_message_waits(script):
    script.data_seconds = 1.0
    with mail_server(script) as url:
        answer = transport_from(url, None, data_timeout=0.2).send(envelope())
    assert answer == TryLater("the mail server did not answer in time", server_unavailable=True)


def test_without_a_server_whole_messages_are_written_into_a_folder(tmp_path):
    transport = transport_from("", tmp_path / "var" / "mail")
    assert isinstance(transport, FolderTransport)
    assert transport.send(envelope(email_id=17)) == Delivered()
    [path] = (tmp_path / "var" / "mail").iterdir()
    assert path.name.endswith("-17.eml")
    assert path.read_bytes() == envelope().data


def test_unwritable_folder_is_unreachable(tmp_path):
    (tmp_path / "mail").write_text("in the way")
    assert isinstance(FolderTransport(tmp_path / "mail").send(envelope()), Unreachable)
