"""The random keys for digests of IP addresses, one key per day."""

from datetime import date

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from campaign.extensions import db


class NetworkKey(db.Model):
    """The key of one UTC day, shared by all processes.

    Once it is deleted, nobody can test IP addresses against the digests of that day.
    """

    __tablename__ = "network_key"

    day: Mapped[date] = mapped_column(primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary(32))
