"""The audit stands in the way of a release that gives somebody away, and finds what is wrong in one that is out."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select, update

from surveys.campaigns.lifecycle import find_survey
from surveys.campaigns.models import SurveyStatus, SurveyUnit
from surveys.commands import medvirk
from surveys.organisation.models import Unit
from surveys.platform.database import Database
from surveys.publishing.releasing import CorrectionError, ReleaseRefusedError, correct, release
from surveys.release.models import Change, Figure, FigureKind, FigureStatus, Release, Turnout
from surveys.release.protection import composing
from surveys.release.protection.suppression import Protected, protect
from tests.building import build_installation, keys_of, sheet_of
from tests.outside_attacker import Figures, Person, small_groups
from tests.releasing import KEY, build_released

INSTRUMENT = Path(__file__).parents[1] / "instruments" / "one_question.yaml"
SPREAD_OUT = (1, 2, 3, 4, 5)


def answers(people: Mapping[str, int]) -> dict[str, list[dict[str, int]]]:
    return {
        unit: [sheet_of(SPREAD_OUT[place % 5]) for place in range(count)] for unit, count in people.items()
    }


def careless(*given: Any, **options: Any) -> Protected:
    """As `protect`, and then every unit with an answer is shown after all."""
    protected = protect(*given, **options)
    masks = []
    for mask in protected.masks:
        has_people = mask.means.units.n.max(axis=1) > 0
        units = replace(
            mask.means.units,
            shown=has_people,
            status=tuple("shown" if yes else "no_answers" for yes in has_people.tolist()),
            reason=(None,) * len(has_people),
            blocks=(),
        )
        masks.append(replace(mask, means=replace(mask.means, units=units), details=None))
    return replace(protected, masks=tuple(masks))


def test_a_release_that_would_give_a_small_unit_away_is_refused_and_nothing_is_written(
    app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(composing, "protect", careless)
    with pytest.raises(ReleaseRefusedError, match="kan røpe svarene til noen få") as refused:
        build_released(app, db, answers({"A": 12, "B1": 9, "C": 3}))
    assert any("TRI" in finding for finding in refused.value.findings)
    with db.reading() as session:
        for table in (Release, Figure, Turnout, Change):
            assert session.scalar(select(func.count()).select_from(table)) == 0
        assert find_survey(session, KEY).status == SurveyStatus.COUNTED
    monkeypatch.undo()
    assert release(db, keys_of(app), KEY) == 1


def audited(app: Flask) -> tuple[int, str]:
    found = CliRunner().invoke(medvirk, ["audit-disclosure"], obj=lambda: app)
    return found.exit_code, found.output


def test_the_audit_names_the_narrowest_range_and_ends_well_when_nothing_is_found(
    app: Flask, db: Database
) -> None:
    build_released(app, db, answers({"A": 12, "B1": 9, "C": 3, "B2": 4}))
    exit_code, said = audited(app)
    assert exit_code == 0
    assert "Smaleste intervall for et skjult snitt:" in said
    assert "Ingen funn" in said


def test_figures_changed_behind_its_back_are_found_by_the_audit(app: Flask, db: Database) -> None:
    """Somebody shows the hidden unit in the database: it has three people."""
    build_released(app, db, answers({"A": 12, "B1": 9, "C": 3}))
    assert audited(app)[0] == 0
    with db.transaction() as session:
        changed = select(Unit.id).where(Unit.code == "C").scalar_subquery()
        session.execute(
            update(Figure)
            .where(Figure.unit_id == changed, Figure.measure == "TRI", Figure.kind == FigureKind.UNIT)
            .values(status=FigureStatus.SHOWN, reason="", n=3, mean=2.0)
        )
    exit_code, said = audited(app)
    assert exit_code == 1
    assert "Snitt for 3 personer (enhet C) kan regnes ut av 1 tall" in said


def test_a_figure_that_says_another_number_than_it_covers_is_found(app: Flask, db: Database) -> None:
    build_released(app, db, answers({"A": 12, "B1": 9}))
    with db.transaction() as session:
        changed = select(Unit.id).where(Unit.code == "A").scalar_subquery()
        session.execute(update(Figure).where(Figure.unit_id == changed, Figure.measure == "TRI").values(n=13))
    exit_code, said = audited(app)
    assert exit_code == 1
    assert "sier 13 svar, men dekker 12" in said


def test_a_spread_that_comes_too_close_to_a_hidden_unit_is_found(app: Flask, db: Database) -> None:
    """C and B2 answered alike; the seven's spread would bound each of their means."""
    alike = {"C": [sheet_of(3)] * 3, "B2": [sheet_of(3)] * 3 + [sheet_of(4)]}
    build_released(app, db, {**answers({"A": 12, "B1": 9}), **alike})
    with db.reading() as session:
        rest = session.scalars(
            select(Figure).where(Figure.kind == FigureKind.REST, Figure.measure == "TRI", Figure.n == 7)
        ).one()
        assert rest.sd is None
    assert audited(app)[0] == 0
    with db.transaction() as session:
        session.execute(update(Figure).where(Figure.id == rest.id).values(sd=0.4))
    exit_code, said = audited(app)
    assert exit_code == 1
    assert "når en også kjenner spredningen" in said


def move(db: Database, **parents: str) -> None:
    """The survey's picture of the tree, with units moved: unit=new parent, by code."""
    with db.transaction() as session:
        ids = {code: unit for unit, code in session.execute(select(Unit.id, Unit.code))}
        for unit, parent in parents.items():
            session.execute(
                update(SurveyUnit).where(SurveyUnit.unit_id == ids[unit]).values(parent_id=ids[parent])
            )


def statuses(db: Database, number: int) -> dict[str, FigureStatus]:
    with db.reading() as session:
        rows = session.execute(
            select(Unit.code, Figure.status)
            .join(Figure, Figure.unit_id == Unit.id)
            .join(Release, Release.id == Figure.release_id)
            .where(Release.number == number, Figure.measure == "TRI", Figure.kind == FigureKind.UNIT)
        )
        return dict(rows.all())


def test_a_correction_does_not_show_what_the_old_figure_and_the_new_tell_together(
    app: Flask, db: Database
) -> None:
    """C's two are moved from the top to A. A was shown with 30: 32 beside it would give the two away."""
    build_released(app, db, answers({"A": 30, "B1": 9, "B2": 8, "C": 2}))
    assert statuses(db, 1)["A"] == FigureStatus.SHOWN
    move(db, C="A")
    assert correct(db, KEY, "C hører til A.") == 2
    assert statuses(db, 2)["A"] == FigureStatus.HIDDEN
    assert audited(app)[0] == 0


def test_a_correction_that_changes_nothing_or_lowers_the_promise_is_refused(app: Flask, db: Database) -> None:
    build_released(app, db, answers({"A": 12, "B1": 9}))
    with pytest.raises(CorrectionError, match="ingenting å rette"):
        correct(db, KEY, "Uten grunn.")
    with db.transaction() as session:
        find_survey(session, KEY).minimum_group = 3
    with pytest.raises(CorrectionError, match="kan ikke senkes"):
        correct(db, KEY, "Flere tall.")
    with db.reading() as session:
        assert session.scalar(select(func.max(Release.number))) == 1


# Eight women in D1 and D2, sixteen men in D3 to D6, and six of each in E.
PEOPLE = [
    *(
        Person(f"D{unit}", 1 + (unit + i) % 5, (("kjonn", "F" if unit < 3 else "M"),))
        for unit in range(1, 7)
        for i in range(4)
    ),
    *(Person("E", 1 + i % 5, (("kjonn", "FM"[i % 2]),)) for i in range(12)),
]


def test_rows_carry_no_background_that_a_correction_would_make_tell(
    app: Flask, db: Database, tmp_path: Path
) -> None:
    """D2 and D3 are moved under D1: these twelve less the eight women outside E, had E's rows said who, are D3."""
    with db.transaction() as session:
        build_installation(session)
    units, file = [f"D{unit}" for unit in range(1, 7)] + ["E"], tmp_path / "svar.csv"
    tree = tmp_path / "enheter.csv"
    tree.write_text("\n".join(["code,name,type,parent", "K,K,,", *(f"{u},{u},,K" for u in units)]), "utf-8")
    rows = [f"{person.unit},{person.answer},{dict(person.background)['kjonn']}" for person in PEOPLE]
    file.write_text("\n".join(["enhet,TRI01,kjonn", *rows]), encoding="utf-8")
    run(app, "import-organisation", str(tree), "--apply")
    wanted = ["--questionnaire", str(INSTRUMENT), "--survey", KEY, "--title", "T", "--date", "2026-03-02"]
    run(app, "import-responses", str(file), *wanted, "--unit", "enhet", "--minimum-group", "5", "--apply")
    run(app, "release", KEY)
    said = run(app, "export-microdata", KEY, str(tmp_path / "rader.csv"), "--background", "kjonn")
    assert "Utelatt fordi noen ville blitt for få: kjonn" in said
    run(app, "figures", KEY, "--plain", "--csv", str(tmp_path / "1.csv"))
    move(db, D2="D1", D3="D1")
    run(app, "release", KEY, "--correct", "Tre er én.")
    run(app, "figures", KEY, "--plain", "--csv", str(tmp_path / "2.csv"))
    before = dict.fromkeys(units, "K") | {"K": ""}
    files = [
        Figures.read(tmp_path / "1.csv", "TRI", before, {}),
        Figures.read(tmp_path / "2.csv", "TRI", before | {"D2": "D1", "D3": "D1"}, {}),
    ]
    cells = [
        [
            person
            for person in PEOPLE
            if (person.unit == "E") == of_e and dict(person.background)["kjonn"] == sex
        ]
        for of_e in (True, False)
        for sex in "FM"
    ]
    assert "D1" in files[1].shown_units
    assert small_groups(PEOPLE, files, 5, cells) != []
    assert small_groups(PEOPLE, files, 5) == []
    assert audited(app)[0] == 0


def run(app: Flask, *arguments: str) -> str:
    result = CliRunner().invoke(medvirk, list(arguments), obj=lambda: app)
    assert result.exit_code == 0, result.output
    return result.output


def test_the_careless_release_of_these_tests_shows_everything(app: Flask, db: Database) -> None:
    """Or the refusal above would prove nothing."""
    build_released(app, db, answers({"A": 12, "B1": 9, "C": 3}))
    with db.reading() as session:
        composed = composing.compose(session, find_survey(session, KEY))
    shown = careless(composed.gathered, 5).masks[0].means.units
    assert np.array_equal(shown.shown, shown.n.max(axis=1) > 0)
