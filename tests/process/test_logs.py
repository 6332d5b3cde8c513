"""Tests of the two forms of the log."""

import json
import logging

import pytest

from campaign.process.log_fields import log_fields, logged_with
from campaign.process.logs import MAX_CHARACTERS, JsonFormatter, PrivateFormatter
from config import SettingError, load


@pytest.fixture(autouse=True)
def no_request():
    """Forget the last request of this thread."""
    log_fields.set({})


def record(message, error=None):
    return logging.LogRecord(
        "campaign.test", logging.ERROR, "x", 1, message, None, error and (type(error), error, None)
    )


def test_json_has_one_line_for_an_entry_with_a_traceback():
    with logged_with(job="export", job_id=7):
        line = JsonFormatter().format(record("it\nbroke", ValueError("of amalia@rosales.example")))
    assert "\n" not in line
    entry = json.loads(line)
    assert entry.pop("time").endswith("Z")
    assert entry == {
        "level": "ERROR",
        "logger": "campaign.test",
        "message": "it\nbroke",
        "exception": "ValueError: of …@…",
        "job": "export",
        "job_id": 7,
    }


def test_text_names_the_job_and_indents_what_follows():
    formatter = PrivateFormatter("%(name)s%(fields)s: %(message)s")
    with logged_with(job="export", job_id=7):
        assert formatter.format(record("a\nb")) == "campaign.test job=export job_id=7: a\n  b"
    assert formatter.format(record("a")) == "campaign.test: a"


@pytest.mark.parametrize("before", [0, MAX_CHARACTERS - 3])
def test_long_message_is_cut_and_what_is_cut_in_two_is_left_out(before):
    personal = "Amalia Rosales " * 200
    line = record("x" * before + personal + "y" * 300_000)
    line.private_values = [personal, *(f"value {number}" for number in range(1000))]
    text = PrivateFormatter("%(message)s").format(line)
    assert len(text) == MAX_CHARACTERS
    assert "Ama" not in text


def test_setting_chooses_the_form():
    assert load({"LOG_FORMAT": "json"})["LOG_FORMAT"] == "json"
    assert load({})["LOG_FORMAT"] == "text"
    with pytest.raises(SettingError, match="LOG_FORMAT"):
        load({"LOG_FORMAT": "xml"})
