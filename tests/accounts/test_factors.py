"""Codes by time and recovery codes: each opens once, whoever shows it at the same instant."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pyotp
import pytest

from campaign.accounts.factors import (
    new_recovery_codes,
    replace_recovery_codes,
    spend_code,
    step_of,
    stop_codes,
    unused_recovery_codes,
)
from campaign.extensions import write
from campaign.process.clock import utcnow
from tests.factories.organizers import fresh, make_organizer, with_app
from tests.together import together

pytestmark = pytest.mark.both_databases

STEP = timedelta(seconds=30)


@pytest.fixture
def odile(app):
    return make_organizer(second_factor=False)


def spend(organizer, code, now=None):
    return write(spend_code, organizer_id=organizer.id, code=code, now=now or utcnow())


def test_the_test_vectors_of_rfc_6238_hold():
    # Its secret is "12345678901234567890", here in base 32; of its eight digits we show the last six.
    at = datetime.fromtimestamp(1111111109, UTC)
    assert step_of("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "081804", at) == 1111111109 // 30


def test_a_code_opens_once(odile):
    code = pyotp.TOTP(with_app(odile)).now()
    assert spend(odile, code) == "app"
    assert spend(odile, code) is None


def test_an_older_code_does_not_open_after_a_newer_one(odile):
    totp, now = pyotp.TOTP(with_app(odile)), utcnow()
    assert spend(odile, totp.at(now), now) == "app"
    assert spend(odile, totp.at(now - STEP), now) is None
    assert spend(odile, totp.at(now + STEP), now) == "app"


@pytest.mark.parametrize(
    ("steps", "opens"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_clock_may_be_half_a_minute_off(odile, steps, opens):
    totp, now = pyotp.TOTP(with_app(odile)), utcnow()
    assert (spend(odile, totp.at(now + steps * STEP), now) == "app") is opens


def test_of_eight_who_show_one_code_at_once_one_gets_in(app, odile):
    code = pyotp.TOTP(with_app(odile)).now()
    opened = together(app, [partial(spend, odile, code)] * 8)
    assert sorted(opened, key=str) == [None] * 7 + ["app"]


def test_of_eight_who_show_one_recovery_code_at_once_one_gets_in(app, odile):
    codes = new_recovery_codes()
    write(replace_recovery_codes, organizer_id=odile.id, codes=codes)
    opened = together(app, [partial(spend, odile, codes[3])] * 8)
    assert sorted(opened, key=str) == [None] * 7 + ["recovery"]
    assert unused_recovery_codes(odile.id) == 9


def test_new_recovery_codes_end_the_old_ones_and_belong_to_one_person(app, odile):
    other = make_organizer(None)
    old, new = new_recovery_codes(), new_recovery_codes()
    write(replace_recovery_codes, organizer_id=odile.id, codes=old)
    write(replace_recovery_codes, organizer_id=odile.id, codes=new)
    assert spend(odile, old[0]) is None
    assert spend(other, new[0]) is None
    assert spend(odile, new[0]) == "recovery"


def test_without_an_app_no_code_opens(odile):
    secret = with_app(odile)
    write(stop_codes, organizer_id=odile.id)
    assert spend(odile, pyotp.TOTP(secret).now()) is None
    assert not fresh(odile).has_second_factor


def test_the_secret_is_not_readable_in_the_database(odile):
    secret = with_app(odile)
    assert secret.encode() not in fresh(odile).totp_secret
