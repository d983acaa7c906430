"""Whether a released unit's turnout may be shown, so that no page tells of a small group by subtraction."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("turnout") as batch:
        batch.add_column(sa.Column("shown", sa.Boolean(), server_default=sa.false(), nullable=False))
    _mark_earlier_releases()


def downgrade() -> None:
    with op.batch_alter_table("turnout") as batch:
        batch.drop_column("shown")


def _mark_earlier_releases() -> None:
    turnout = sa.table(
        "turnout", *map(sa.column, ("release_id", "unit_id", "parent_id", "invited", "delivered", "shown"))
    )
    release = sa.table("release", sa.column("id"), sa.column("minimum_group"))
    figure = sa.table("figure", *map(sa.column, ("release_id", "unit_id", "kind", "status")))
    connection = op.get_bind()
    for release_id, minimum_group in connection.execute(
        sa.select(release.c.id, release.c.minimum_group)
    ).all():
        people = sa.func.coalesce(turnout.c.invited, turnout.c.delivered)
        rows = connection.execute(
            sa.select(turnout.c.unit_id, turnout.c.parent_id, people).where(
                turnout.c.release_id == release_id
            )
        ).all()
        kept = connection.scalars(
            sa.select(figure.c.unit_id).where(
                figure.c.release_id == release_id, figure.c.kind == "unit", figure.c.status == "shown"
            )
        )
        shown = _shown({unit: (parent, group) for unit, parent, group in rows}, minimum_group, set(kept))
        if shown:
            connection.execute(
                sa.update(turnout)
                .where(turnout.c.release_id == release_id, turnout.c.unit_id == sa.bindparam("unit"))
                .values(shown=True),
                [{"unit": unit} for unit in sorted(shown)],
            )


def _shown(units: dict[int, tuple[int | None, int]], minimum_group: int, kept: set[int]) -> set[int]:
    """Large enough, and what is left of a unit without the shown ones below it is so too. The rule of this day."""

    def depth(unit: int | None) -> int:
        return depth(units[unit][0]) + 1 if unit in units else 0

    shown = {unit for unit, (_parent, people) in units.items() if people >= minimum_group}
    nearest: dict[int | None, set[int]] = {unit: set() for unit in units}
    for unit in sorted(units, key=depth, reverse=True):
        parent, people = units[unit]
        below = nearest[unit]
        if unit in shown:
            while below and 0 < people - sum(units[each][1] for each in below) < minimum_group:
                may_give_way = below | {unit} if parent in nearest else below
                smallest = min(may_give_way, key=lambda each: (each in kept, units[each][1], each))
                shown.discard(smallest)
                if smallest == unit:
                    break
                below.discard(smallest)
                below |= nearest[smallest]
        if parent in nearest:
            nearest[parent] |= {unit} if unit in shown else below
    return shown
