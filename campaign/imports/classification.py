"""What becomes of each row: new, new but held, somebody's second signature, or wrong and why."""

from dataclasses import dataclass, field

from sqlalchemy import select

from campaign.extensions import db
from campaign.imports.checking import Checked
from campaign.signatures.bulk_create import Collected, collected, duplicates_among
from campaign.signatures.models import Signature
from campaign.signatures.rule_cache import reason_among, tests_for

AT_ONCE = 500
EVIDENCE = "paper"


@dataclass(frozen=True, slots=True)
class Item:
    """A row that waits: what it says by field, whether the row itself is broken, whether it is left out."""

    place: int
    typed: dict
    fault: str = ""
    left_out: bool = False


@dataclass(slots=True)
class Decided:
    """A row with its fate; `why` as in ImportRow, and `collected` the signature that it would make."""

    place: int
    fate: str
    why: dict = field(default_factory=dict)
    checked: Checked | None = None
    collected: Collected | None = None


def decide(checker, items):
    """Return the Decided of each Item, in order; asks the database and changes nothing."""
    tests = tests_for(checker.terms)
    decided = [_looked_at(checker, tests, item) for item in items]
    possible = [each for each in decided if each.collected]
    doubles = [
        each
        for each, is_double in zip(
            possible, duplicates_among([each.collected for each in possible]), strict=True
        )
        if is_double
    ]
    owners = _owners(checker.terms.id, [each.checked.key for each in doubles])
    first_places = {}
    for each in possible:
        first_places.setdefault(each.checked.key, each.place)
    for each in doubles:
        key = each.checked.key
        each.fate, each.why = "duplicate", owners.get(key) or {"row": first_places[key]}
    return decided


def without_wrong(decided):
    """Leave out those of the Decided that are wrong; return all of them."""
    for each in decided:
        if each.fate == "wrong":
            each.fate, each.why = "left_out", {}
    return decided


def _looked_at(checker, tests, item):
    if item.left_out:
        return Decided(item.place, "left_out")
    if item.fault:
        return Decided(item.place, "wrong", {"row": item.fault})
    checked = checker.check(item.typed)
    if checked.faults:
        return Decided(item.place, "wrong", checked.faults)
    reason = reason_among(
        tests, network=None, mail_domain=checked.mail_domain, words=checked.columns
    )
    one = collected(
        terms=checker.terms,
        lang=checked.lang,
        now=checker.sheet.now,
        signed_at=checked.signed_at,
        evidence=EVIDENCE,
        held_reason=reason,
        **checked.columns,
    )
    return Decided(item.place, "held" if reason else "new", {}, checked, one)


def _owners(petition_id, wanted):
    """Return {key: whose signature it is} of those keys that somebody has: its id, evidence and state."""
    found = {}
    for has_address, column in ((True, Signature.email_digest), (False, Signature.person_digest)):
        digests = [digest for is_address, digest in wanted if is_address is has_address]
        for start in range(0, len(digests), AT_ONCE):
            query = (
                select(column, Signature.id, Signature.evidence, Signature.state)
                .where(
                    Signature.petition_id == petition_id,
                    column.in_(digests[start : start + AT_ONCE]),
                )
                .order_by(Signature.id.desc())
            )
            for digest, signature_id, evidence, state in db.session.execute(query):
                found[has_address, bytes(digest)] = {
                    "of": signature_id,
                    "evidence": evidence,
                    "state": state,
                }
    return found
