"""A card's file shows what differs before it changes anything, and a code means one thing on a unit's card."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import func, select

from surveys.audit.models import AuditEntry
from surveys.commands import medvirk
from surveys.platform.database import Database
from surveys.scorecards.card_plans import IndicatorPlan, SetupError, TargetPlan
from surveys.scorecards.cards import indicators_by_code
from surveys.scorecards.models import Indicator, Scorecard, Target
from surveys.scorecards.outline.models import CardVersion, VersionState
from surveys.scorecards.setup import build_card, set_up_card
from tests.building import build_installation, build_units
from tests.card_building import SICK_LEAVE, USERS, measure, plan_of

CARD = """\
key: kort
title: {nb: Styringskort}
unit: K
perspectives:
  - key: medarbeidere
    title: {nb: Medarbeidere}
    goals:
      - code: M1
        title: {nb: Nærvær}
        success_factors:
          - title: {nb: Sykefravær}
            indicators:
              - code: M1.2
                title: {nb: Sykefravær}
                source: Visma
                unit_of_measure: "%"
                direction: lower
                frequency: tertial
                targets:
                  - {green: 6, yellow: 9}
"""


@pytest.fixture
def units(db: Database) -> None:
    with db.transaction() as session:
        build_installation(session)
        build_units(session, {"K": None, "A": "K", "B": "K", "A1": "A"})


@pytest.fixture
def file(app: Flask, db: Database, units: None, tmp_path: Path) -> Path:
    """A card that has been set up, with a yellow value on A."""
    path = tmp_path / "kort.yaml"
    path.write_text(CARD, encoding="utf-8")
    assert run(app, path, "--apply").exit_code == 0
    with db.transaction() as session:
        measure(session, "M1.2", 2026, 8.0, part=1, unit="A")
    return path


def approve_card(db: Database) -> None:
    """The card as approved for 2026."""
    with db.transaction() as session:
        session.add(
            CardVersion(
                key="kort",
                unit=session.scalars(select(Scorecard)).one().unit,
                year=2026,
                state=VersionState.APPROVED,
                document={},
                changed_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
                changed_by="HR",
                approved_by="Kari Eide, kommunedirektør",
                approved_on=dt.date(2026, 1, 1),
            )
        )


def run(app: Flask, file: Path, *options: str) -> Result:
    return CliRunner().invoke(medvirk, ["import-scorecard", str(file), *options], obj=lambda: app)


def rewritten(file: Path, *changes: tuple[str, str]) -> Path:
    text = CARD
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    file.write_text(text, encoding="utf-8")
    return file


def limits(db: Database) -> list[tuple[float, float]]:
    with db.reading() as session:
        return [(target.green, target.yellow) for target in session.scalars(select(Target))]


def test_a_changed_limit_is_told_with_what_it_recolours_and_then_changed(
    app: Flask, db: Database, file: Path
) -> None:
    rewritten(file, ("green: 6, yellow: 9", "green: 8, yellow: 10"), ("source: Visma", "source: Lønn"))
    told = run(app, file)
    for words in (
        "kilde: Visma → Lønn",
        "grønn: 6 → 8",
        "gul: 9 → 10",
        "M1.2, A, 1. tertial 2026: Gul → Grønn",
    ):
        assert words in told.output
    assert "Ingenting er endret ennå" in told.output
    assert limits(db) == [(6.0, 9.0)]
    assert run(app, file, "--apply").exit_code == 0
    assert limits(db) == [(8.0, 10.0)]
    with db.reading() as session:
        assert session.scalars(select(Indicator.source)).all() == ["Lønn"]
        assert session.scalars(select(AuditEntry.action)).all() == ["scorecard.created", "scorecard.changed"]


def test_the_same_file_again_says_that_nothing_differs(app: Flask, db: Database, file: Path) -> None:
    again = run(app, file, "--apply")
    assert "Ingenting å endre." in again.output
    assert "er lagt inn" not in again.output


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("source: Visma", 'source: " "'), "M1.2, source: teksten er tom."),
        (("title: {nb: Nærvær}", "title: {}"), "goals (M1): teksten er tom."),
        (("source: Visma", "source: Visma\n                decimals: -3"), "desimaler må være fra 0 til 6"),
        (
            ("{green: 6, yellow: 9}", "{green: 6, yellow: 9}\n                  - {green: 5, yellow: 9}"),
            "to ambisjonsnivåer gjelder fra 2000 for alle enheter",
        ),
        (("green: 6", "green: .nan"), "Det skal være et tall"),
        (("yellow: 9}", "yellow: 9, from_year: 22}"), "året 22 må være"),
        (
            ("frequency: tertial", "questionnaire: finnes-ikke\n                measure: X"),
            "ikke noe spørreskjema «finnes-ikke»",
        ),
        (
            ("frequency: tertial", "questionnaire: lederklima\n                measure: FEIL"),
            "måler ikke «FEIL»",
        ),
        (
            ("frequency: tertial", "questionnaire: lederklima\n                measure: LEAD01"),
            "«LEAD01» vises ikke alene. Bruk temaet «LEAD»",
        ),
        (
            ("source: Visma", "source: Visma\n                owner_role: politician"),
            "«owner_role» må være en av",
        ),
        (("frequency: tertial", "frequency: month"), "har verdier fra før"),
        (('unit_of_measure: "%"', "unit_of_measure: dager"), "Gi den nye indikatoren en annen kode"),
    ],
)
def test_what_cannot_be_used_is_refused_in_words(
    app: Flask, db: Database, file: Path, change: tuple[str, str], words: str
) -> None:
    result = run(app, rewritten(file, change), "--apply")
    assert result.exit_code == 1
    assert words in result.output
    assert limits(db) == [(6.0, 9.0)]


OWN: IndicatorPlan = replace(USERS, code="M1", title={"nb": "Matglede"})
OTHER: IndicatorPlan = replace(SICK_LEAVE, code="M1", title={"nb": "Mestring"})


def test_two_departments_may_both_have_an_m1(app: Flask, db: Database, units: None) -> None:
    with db.transaction() as session:
        build_card(session, replace(plan_of(OWN, unit="A"), key="kort-a"))
        build_card(session, replace(plan_of(OTHER, unit="B"), key="kort-b"))
    with db.reading() as session:
        found = indicators_by_code(session)
        ids = {card.unit.code: card.unit_id for card in session.scalars(select(Scorecard))}
        on_a, on_b = (found.on_card_of("M1", [ids[unit]], 2026) for unit in "AB")
        assert on_a is not None
        assert on_b is not None
        assert (on_a.title, on_b.title) == (OWN.title, OTHER.title)
        assert found.on_card_of("M1", [9999], 2026) is None


def test_an_indicator_that_means_the_same_is_shared_and_takes_a_local_level(
    db: Database, units: None
) -> None:
    stricter = replace(SICK_LEAVE, targets=[TargetPlan(5.0, 8.0)])
    with db.transaction() as session:
        build_card(session, plan_of(SICK_LEAVE))
        setup = set_up_card(session, replace(plan_of(stricter, unit="A"), key="kort-a"))
        assert any("den samme som på et kort ovenfor" in note for note in setup.notes)
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Indicator)) == 1
        targets = session.scalars(select(Target).order_by(Target.id)).all()
        assert [(target.unit_id is None, target.green) for target in targets] == [(True, 6.0), (False, 5.0)]


def test_another_meaning_below_gets_an_indicator_of_its_own_and_on_the_same_unit_is_refused(
    app: Flask, db: Database, units: None
) -> None:
    with db.transaction() as session:
        build_card(session, plan_of(OWN))
        setup = set_up_card(session, replace(plan_of(OTHER, unit="A"), key="kort-a"))
        assert "M1 er noe annet på kortet «kort»." in setup.notes
        assert session.scalar(select(func.count()).select_from(Indicator)) == 2
    with (
        app.test_request_context(),
        db.transaction() as session,
        pytest.raises(SetupError, match="noe annet"),
    ):
        build_card(session, replace(plan_of(OTHER), key="kort-to"))


def test_what_is_not_in_the_file_stays_and_is_named(db: Database, units: None) -> None:
    with db.transaction() as session:
        build_card(session, plan_of(SICK_LEAVE, USERS))
        setup = set_up_card(session, plan_of(USERS))
        assert setup.notes == ["M1.2 står ikke i filen, og blir stående på kortet."]
        assert len(setup.card.lines) == 2


def test_a_card_that_is_approved_is_not_changed_past_its_approval(
    app: Flask, db: Database, file: Path
) -> None:
    approve_card(db)
    result = run(app, rewritten(file, ("green: 6", "green: 8")), "--apply")
    assert result.exit_code == 1
    assert "Kortet er godkjent for 2026." in result.output
    assert limits(db) == [(6.0, 9.0)]


def test_another_cards_file_gives_no_new_title_to_an_approved_cards_perspective(
    app: Flask, db: Database, file: Path
) -> None:
    changes = (("key: kort\n", "key: annet\n"), ("title: {nb: Medarbeidere}", "title: {nb: Folk}"))
    other = (*changes, ("code: M1.2", "code: X1"))
    approve_card(db)
    result = run(app, rewritten(file, *other), "--apply")
    assert result.exit_code == 1
    assert "Perspektivet «Medarbeidere» står på et godkjent kort" in result.output


def test_a_card_is_written_as_a_file_that_changes_nothing(app: Flask, file: Path) -> None:
    written = CliRunner().invoke(medvirk, ["export-scorecard", "kort", str(file)], obj=lambda: app)
    assert written.exit_code == 0, written.output
    assert "Ingenting å endre." in run(app, file, "--apply").output
    unknown = CliRunner().invoke(medvirk, ["export-scorecard", "finnes-ikke"], obj=lambda: app)
    assert (unknown.exit_code, "Disse finnes: kort." in unknown.output) == (1, True)
