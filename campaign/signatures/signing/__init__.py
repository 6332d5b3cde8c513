"""Signing: the one way in which a signature enters, from wherever it comes."""

from campaign.signatures.signing.commands import SignatureCommand, SignatureResult
from campaign.signatures.signing.operations import accept_signatures

__all__ = ["SignatureCommand", "SignatureResult", "accept_signatures"]
