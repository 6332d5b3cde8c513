"""Signing: the one entry for signatures, wherever they come from."""

from campaign.signatures.signing.commands import SignatureCommand, SignatureResult
from campaign.signatures.signing.operations import accept_signatures

__all__ = ["SignatureCommand", "SignatureResult", "accept_signatures"]
