"""Tests of QR codes inside a page."""

import re

import segno

from campaign.sharing.qr_codes import qr_code

ADDRESS = "https://volante.example/s/find-the-43"


def test_code_contains_the_address_with_a_quiet_zone():
    drawing = qr_code(ADDRESS)
    side = segno.make(ADDRESS, error="m", micro=False).symbol_size(border=4)[0]
    assert f'viewBox="0 0 {side} {side}"' in drawing
    first = re.search(r'stroke="#17110d" d="M(\d+) (\d+)(?:\.5)?', drawing)
    assert first.groups() == ("4", "4")


def test_content_security_policy_allows_the_code():
    assert not re.search(r"style=|<style|xlink|\bwidth=", qr_code(ADDRESS))
