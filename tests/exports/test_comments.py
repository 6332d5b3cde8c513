"""Tests that a comment is shared only if approved, and beside a shown name or initials.

This holds for every output.
"""

import json

import pytest

from campaign.exports.selection import Selection
from campaign.exports.signature_table import SignatureTable
from campaign.extensions import write
from campaign.petitions.deliveries import change_delivered_details
from campaign.petitions.queries import petition_by_id
from campaign.process.clock import utcnow
from tests.exports.test_delivery_pack import _no_poster, opened, pack, pages, table  # noqa: F401
from tests.factories.signatures import AMALIA, change, row, sign_and_hatch

COMMENT = "For my brother"
OUTLETS = ("page", "names", "montage", "api", "export")
SHARED = {"full": True, "initials": True, "counted": False}


@pytest.fixture
def approve(petition):
    """Return a function that signs with an approved comment and returns the id."""

    def approve(display, *, approved=True):
        signature_id = sign_and_hatch(petition, AMALIA, name_display=display, comment=COMMENT)
        change(signature_id, comment_shown=approved)
        return signature_id

    return approve


def outlets(client, petition):
    """Return {output: its text}."""
    cause = petition_by_id(petition.id).cause.slug
    table = SignatureTable(
        Selection(petition.id, columns=("number", "shown_name", "shown_comment"))
    )
    return {
        "page": client.get(f"/en/petitions/{petition.slug}").text,
        "names": client.get(f"/en/causes/{cause}/montage?list=1").text
        + client.get(f"/en/causes/{cause}/montage?n=1").text,
        "montage": client.get(f"/causes/{cause}/butterflies/0.json").text,
        "api": client.get(f"/api/v1/petitions/{petition.slug}/signatures").text,
        "export": json.dumps(list(table.stream())),
    }


@pytest.mark.parametrize("display", SHARED)
def test_comment_is_shared_only_beside_a_shown_name(client, petition, approve, display):
    approve(display)
    texts = outlets(client, petition)
    assert {name: COMMENT in text for name, text in texts.items()} == dict.fromkeys(
        OUTLETS, SHARED[display]
    )


@pytest.mark.parametrize("display", SHARED)
def test_unapproved_comment_is_never_shared(client, petition, approve, display):
    approve(display, approved=False)
    assert [name for name, text in outlets(client, petition).items() if COMMENT in text] == []


@pytest.mark.parametrize("names", ["shown", "full"])
@pytest.mark.parametrize("display", SHARED)
def test_delivery_pack_obeys_the_same_rule(petition, requested, exporter, approve, display, names):
    write(
        change_delivered_details,
        petition_id=petition.id,
        names=names,
        details=["shown_comment"],
        now=utcnow(),
    )
    approve(display)
    files = opened(pack(requested, petition, exporter, names=names, details=("shown_comment",)))
    [page], [line] = pages(files["signatures.pdf"]), table(files)
    assert (COMMENT in page, line["shown_comment"] == COMMENT) == (SHARED[display], SHARED[display])


def test_showing_the_name_later_also_shares_the_comment(client, petition, approve):
    signature_id = approve("counted")
    change(signature_id, name_display="initials")
    assert row(signature_id).shared_comment == COMMENT
