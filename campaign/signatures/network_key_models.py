"""The random keys under which network fingerprints are made, one for each day."""

from datetime import date

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from campaign.extensions import db


class NetworkKey(db.Model):
    """The key of one UTC day, the same for all processes; once it is deleted, nobody can try addresses on that day's fingerprints."""

    __tablename__ = "network_key"

    day: Mapped[date] = mapped_column(primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary(32))
