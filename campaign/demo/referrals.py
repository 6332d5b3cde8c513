"""Record how the demonstration's invented signers came: by another signer's link or with a code."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from random import Random
from typing import Any

from sqlalchemy import select, update

from campaign.extensions import AnyRow, db
from campaign.sharing.models import ShareAssignment
from campaign.sharing.operations import assign_text, change_texts, note_share
from campaign.signatures.models import Signature

# Percentage of signers who came through another signer's link.
BY_LINK = 24
# How likely a signer with each wording is to bring another one, relative to the first wording.
# Further wordings use the last value.
REFERRAL_WEIGHTS = (1, 2)
SHARED_WITHOUT_RESULT = 30
A_MINUTE = timedelta(minutes=1)


def pass_on(
    petition_id: int, wordings: Sequence[Mapping[str, str]], codes: Mapping[str, int], *, seed: int
) -> None:
    """Give the invented signers wordings to share, and let some of them bring others.

    Each of `wordings` maps a language to a text. Others come with one of `codes`, {code: percent}.
    """
    signers = db.session.execute(
        select(Signature.id, Signature.lang, Signature.confirmed_at)
        .where(Signature.petition_id == petition_id)
        .order_by(Signature.id)
    ).all()
    if not signers or not (wordings or codes):
        return
    rng = Random(seed)
    _assign_texts(petition_id, wordings, signers)
    weights = _referral_weights(petition_id, signers)
    for index, signer in enumerate(signers):
        if referrer := _referrer(rng, signers[:index], weights):
            _update(signer, referrer_id=referrer.id)
            note_share(signature_id=referrer.id, now=referrer.confirmed_at + 2 * A_MINUTE)
        elif code := _code(rng, codes):
            _update(signer, source=code)
        if rng.randrange(100) < SHARED_WITHOUT_RESULT:
            note_share(signature_id=signer.id, now=signer.confirmed_at + 2 * A_MINUTE)


def _assign_texts(
    petition_id: int, wordings: Sequence[Mapping[str, str]], signers: Sequence[AnyRow]
) -> None:
    texts = {
        lang: [wording[lang] for wording in wordings]
        for lang in {signer.lang for signer in signers}
    }
    change_texts(petition_id=petition_id, texts=texts, now=signers[0].confirmed_at)
    for signer in signers:
        assign_text(
            signature_id=signer.id,
            petition_id=petition_id,
            lang=signer.lang,
            now=signer.confirmed_at + A_MINUTE,
        )


def _referral_weights(petition_id: int, signers: Sequence[AnyRow]) -> dict[int, int]:
    """Return {signature id: weight for bringing others}, by its wording's rank in its language."""
    ids = [signer.id for signer in signers]
    text_ids = dict(
        db.session.execute(
            select(ShareAssignment.signature_id, ShareAssignment.text_id).where(
                ShareAssignment.signature_id.in_(ids)
            )
        ).all()
    )
    langs = {signer.id: signer.lang for signer in signers}
    by_lang: dict[str, set[int]] = {}
    for signature_id, text_id in text_ids.items():
        by_lang.setdefault(langs[signature_id], set()).add(text_id)
    return {
        entry: REFERRAL_WEIGHTS[
            min(sorted(by_lang[langs[entry]]).index(text_id), len(REFERRAL_WEIGHTS) - 1)
        ]
        for entry, text_id in text_ids.items()
    }


def _referrer(rng: Random, earlier: Sequence[AnyRow], weights: Mapping[int, int]) -> AnyRow | None:
    if not earlier or rng.randrange(100) >= BY_LINK:
        return None
    return rng.choices(earlier, [weights.get(entry.id, 1) for entry in earlier])[0]


def _code(rng: Random, codes: Mapping[str, int]) -> str:
    number = rng.randrange(100)
    for code, percent in codes.items():
        if number < percent:
            return code
        number -= percent
    return ""


def _update(signer: AnyRow, **columns: Any) -> None:
    db.session.execute(update(Signature).where(Signature.id == signer.id).values(**columns))
