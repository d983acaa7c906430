"""A tally anybody can check: roots of the trees over sealed ballots, their leaves, and the chain of the trail

Ballots that are in a box get their leaf. The boxes of surveys that are closed already are frozen by `medvirk init`.
"""

from hashlib import sha256

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_AT_A_TIME = 500


def _survey_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["survey_id"], ["survey.id"], name=op.f(f"fk_{table}_survey_id_survey"), ondelete="CASCADE"
    )


def upgrade() -> None:
    op.create_table(
        "tally_root",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("night", "closing", name="kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("root", sa.LargeBinary(32), nullable=False),
        sa.Column("salt", sa.LargeBinary(32), nullable=True),
        sa.Column("ballots", sa.Integer(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_tally_root_number")),
        sa.CheckConstraint("ballots >= 0", name=op.f("ck_tally_root_ballots")),
        _survey_key("tally_root"),
        sa.PrimaryKeyConstraint("survey_id", "number", name=op.f("pk_tally_root")),
    )
    op.create_table(
        "tally_night",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("looked_on", sa.Date(), nullable=False),
        _survey_key("tally_night"),
        sa.PrimaryKeyConstraint("survey_id", name=op.f("pk_tally_night")),
    )
    op.create_table(
        "night_leaf",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        _survey_key("night_leaf"),
        sa.PrimaryKeyConstraint("survey_id", "leaf", name=op.f("pk_night_leaf")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tally_leaf",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(32), nullable=False),
        _survey_key("tally_leaf"),
        sa.PrimaryKeyConstraint("survey_id", "leaf", name=op.f("pk_tally_leaf")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "trail_link",
        sa.Column("entry_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("head", sa.LargeBinary(32), nullable=False),
        sa.CheckConstraint("position >= 1", name=op.f("ck_trail_link_position")),
        _survey_key("trail_link"),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_trail_link")),
        sa.UniqueConstraint("survey_id", "position", name=op.f("uq_trail_link_survey_id_position")),
    )
    _give_ballots_their_leaves()


def _give_ballots_their_leaves() -> None:
    """As `surveys.campaigns.tally.merkle.leaf_hash`. Read by key, a few hundred ballots at a time."""
    op.add_column("ballot", sa.Column("leaf", sa.LargeBinary(32), nullable=True))
    connection = op.get_bind()
    ballot = sa.table("ballot", sa.column("id", sa.Uuid()), sa.column("sealed"), sa.column("leaf"))
    ids = connection.execute(sa.select(ballot.c.id).order_by(ballot.c.id)).scalars().all()
    for start in range(0, len(ids), _AT_A_TIME):
        some = ids[start : start + _AT_A_TIME]
        rows = connection.execute(sa.select(ballot.c.id, ballot.c.sealed).where(ballot.c.id.in_(some)))
        for ballot_id, sealed in rows.all():
            leaf = sha256(b"\x00" + sealed).digest()
            connection.execute(ballot.update().where(ballot.c.id == ballot_id).values(leaf=leaf))
    if connection.dialect.name == "sqlite":
        with op.batch_alter_table("ballot", table_kwargs={"sqlite_with_rowid": False}) as batch:
            batch.alter_column("leaf", existing_type=sa.LargeBinary(32), nullable=False)
    else:
        op.alter_column("ballot", "leaf", existing_type=sa.LargeBinary(32), nullable=False)
    op.create_index(op.f("ix_ballot_survey_leaf"), "ballot", ["survey_id", "leaf"])


def downgrade() -> None:
    """The published roots are gone then: the trail keeps them."""
    op.drop_index(op.f("ix_ballot_survey_leaf"), "ballot")
    op.drop_column("ballot", "leaf")
    op.drop_table("trail_link")
    op.drop_table("tally_leaf")
    op.drop_table("night_leaf")
    op.drop_table("tally_night")
    op.drop_table("tally_root")
