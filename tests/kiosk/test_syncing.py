"""What a tablet sends arrives once, and each receipt is true."""

from tests.factories.kiosks import AMALIA, kiosk_of, records
from tests.factories.signatures import hatch_now, rows


def test_what_is_signed_at_a_table_is_stored_with_where_it_was_signed_and_hatches(tablet, event, petition):
    assert tablet.sign() == ("stored", "")
    [signature] = rows()
    assert (signature.state, signature.evidence, signature.lang) == ("confirmed", "in_person", "es")
    assert (signature.petition_id, signature.event_id) == (petition.id, event.id)
    assert signature.kiosk_id == kiosk_of(tablet).id
    [record] = records()
    assert (record.signature_id, record.sealed) == (signature.id, None)
    hatch_now()
    answer = tablet.post("/kiosk/numbers", {"ids": [record.uuid]})
    assert answer.json == {"numbers": {record.uuid: 1}}


def test_a_replay_gets_the_same_receipt_and_makes_no_second_signature(tablet):
    record = tablet.seal()
    assert tablet.receipts(record) == tablet.receipts(record) == [("stored", "")]
    assert tablet.receipts(record, record) == [("stored", "")] * 2
    assert len(rows()) == len(records()) == 1


def test_who_has_signed_already_is_kept_for_review(tablet):
    assert tablet.sign() == ("stored", "")
    assert tablet.sign(words={**AMALIA, "given_name": "AMALIA"}) == ("review", "duplicate")
    [_, kept] = records()
    assert kept.sealed
    assert len(rows()) == 1
