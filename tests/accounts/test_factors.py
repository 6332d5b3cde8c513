"""Tests of time-based codes and recovery codes: each works once, even in a race."""

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

STEP = timedelta(seconds=30)


@pytest.fixture
def odile(app):
    return make_organizer(second_factor=False)


def spend(organizer, code, now=None):
    return write(spend_code, organizer_id=organizer.id, code=code, now=now or utcnow())


def test_rfc_6238_test_vectors_hold():
    # The RFC's secret is "12345678901234567890", here in base 32. We use the last six of its eight
    # digits.
    at = datetime.fromtimestamp(1111111109, UTC)
    assert step_of("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "081804", at) == 1111111109 // 30


def test_code_works_once(odile):
    code = pyotp.TOTP(with_app(odile)).now()
    assert spend(odile, code) == "app"
    assert spend(odile, code) is None


def test_older_code_is_refused_after_a_newer_one(odile):
    totp, now = pyotp.TOTP(with_app(odile)), utcnow()
    assert spend(odile, totp.at(now), now) == "app"
    assert spend(odile, totp.at(now - STEP), now) is None
    assert spend(odile, totp.at(now + STEP), now) == "app"


@pytest.mark.parametrize(
    ("steps", "opens"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_clock_may_be_30_seconds_off(odile, steps, opens):
    totp, now = pyotp.TOTP(with_app(odile)), utcnow()
    assert (spend(odile, totp.at(now + steps * STEP), now) == "app") is opens


def test_same_code_used_eight_times_at_once_works_once(app, odile):
    code = pyotp.TOTP(with_app(odile)).now()
    opened = together(app, [partial(spend, odile, code)] * 8)
    assert sorted(opened, key=str) == [None] * 7 + ["app"]


def test_same_recovery_code_used_eight_times_at_once_works_once(app, odile):
    codes = new_recovery_codes()
    write(replace_recovery_codes, organizer_id=odile.id, codes=codes)
    opened = together(app, [partial(spend, odile, codes[3])] * 8)
    assert sorted(opened, key=str) == [None] * 7 + ["recovery"]
    assert unused_recovery_codes(odile.id) == 9


def test_new_recovery_codes_replace_the_old_ones_of_that_person_only(app, odile):
    other = make_organizer(None)
    old, new = new_recovery_codes(), new_recovery_codes()
    write(replace_recovery_codes, organizer_id=odile.id, codes=old)
    write(replace_recovery_codes, organizer_id=odile.id, codes=new)
    assert spend(odile, old[0]) is None
    assert spend(other, new[0]) is None
    assert spend(odile, new[0]) == "recovery"


def test_no_code_works_without_an_app(odile):
    secret = with_app(odile)
    write(stop_codes, organizer_id=odile.id)
    assert spend(odile, pyotp.TOTP(secret).now()) is None
    assert not fresh(odile).has_second_factor


def test_secret_is_not_readable_in_the_database(odile):
    secret = with_app(odile)
    assert secret.encode() not in fresh(odile).totp_secret
