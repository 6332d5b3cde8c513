"""Keep one index of signatures by address, which also finds repeated signatures.

A second index made each signing write one more page.
"""

from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade():
    op.drop_index("ix_signature_email_digest", "signature")
    op.drop_index("uq_signature_address", "signature")
    op.create_index(
        "uq_signature_address", "signature", ["email_digest", "petition_id", "seat"], unique=True
    )


def downgrade():
    op.drop_index("uq_signature_address", "signature")
    op.create_index(
        "uq_signature_address", "signature", ["petition_id", "email_digest", "seat"], unique=True
    )
    op.create_index("ix_signature_email_digest", "signature", ["email_digest"])
