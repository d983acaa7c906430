"""Kontrollerer en kontrollpakke fra Medvirk, uten Medvirk. Trenger Python 3.9 og numpy.

    python kontroll.py [MAPPE] [--kontrolltall TALL] [--hendelser AVTRYKK]

Avslutter med 0 når alt stemmer, og 1 når noe er galt.
LES-MEG.txt sier hva som blir kontrollert, og hva som ikke blir det.

This file is copied into every package as it is. It imports nothing of Medvirk: it repeats the rules in its own words.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

# What Medvirk promises, beside the minimum group that each release says itself.
CLASSES_FROM = 10
POINTS_FROM = 20
LEAST_RANGE = 0.25
SMALLEST_MINIMUM = 3
BOUND_MARGIN = 0.05
WEIGHT_CLASS_ANSWERS = 10
RULES = {
    "three_classes_from": CLASSES_FROM,
    "every_answer_from": POINTS_FROM,
    "least_range_of_a_hidden_mean": LEAST_RANGE,
}
SPREAD_CLASSES = (0.15, 0.25, 0.4)

PROGRAM = "kontroll.py"
README = "LES-MEG.txt"
README_DIGEST = "2f74a1c249c858c19868ccdb1583d870773c9f0edb4cae1b4a9ee98f6e66f43f"
LISTED = {
    README,
    PROGRAM,
    "undersokelse.json",
    "sporreskjema.yaml",
    "tall.json",
    "deltakelse.json",
    "urne.json",
    "avtrykk.txt",
    "hendelser.txt",
}
ROOT_ACTIONS = {"night": {"survey.tally_published"}, "closing": {"survey.closed", "survey.box_frozen"}}

Faults = Iterator[str]
Json = Any


class Package:
    """The files of the folder, read once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.contents: Json = self._json("innhold.json")
        self.about: Json = self._json("undersokelse.json")
        self.releases: Json = self._json("tall.json")
        self.turnout: Json = self._json("deltakelse.json")
        self.roots: Json = self._json("urne.json")
        self.leaves = [bytes.fromhex(line) for line in self._lines("avtrykk.txt")]
        self.trail = self._lines("hendelser.txt")
        self.entries = [json.loads(line) for line in self.trail]

    def _json(self, name: str) -> Json:
        return json.loads((self.folder / name).read_text(encoding="utf-8"))

    def _lines(self, name: str) -> list[str]:
        return [line for line in (self.folder / name).read_text(encoding="utf-8").split("\n") if line]

    def name(self, unit: int) -> str:
        found = self.about["units"].get(str(unit))
        return f"{found['name']} ({found['code']})" if found else f"enhet {unit}"


# Files, tree and trail.


def check_files(package: Package) -> Faults:
    for name, digest in package.contents.items():
        file = package.folder / name
        if not file.exists():
            yield f"{name} mangler"
        elif hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            yield f"{name} er endret"
    for name in sorted(LISTED - set(package.contents)):
        yield f"{name} står ikke i innhold.json"
    readme = package.folder / README
    if readme.exists() and hashlib.sha256(readme.read_bytes()).hexdigest() != README_DIGEST:
        yield f"{README} er en annen enn den som hører til dette programmet"
    program = package.folder / PROGRAM
    if program.exists() and program.read_bytes() != Path(__file__).read_bytes():
        yield f"{PROGRAM} i pakken er et annet program enn det du kjører nå"


def root_of(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1: split at the largest power of two below the size."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hashlib.sha256(b"\x01" + root_of(leaves[:split]) + root_of(leaves[split:])).digest()


def check_tally(package: Package) -> Faults:
    """Nothing to check for a survey from before there were trees: neither the package nor the trail has a root then."""
    closing = [root for root in package.roots if root["kind"] == "closing"]
    if len(closing) > 1 or (package.roots and package.roots[-1] not in closing):
        yield "det siste kontrolltallet er ikke det ene fra lukkingen"
    if package.leaves != sorted(set(package.leaves)):
        yield "avtrykkene er ikke sortert, eller et avtrykk står flere ganger"
    for root in closing:
        if root_of(sorted(package.leaves)).hex() != root["root"]:
            yield "avtrykkene gir ikke kontrolltallet fra lukkingen"
        if len(package.leaves) != root["ballots"]:
            yield f"{len(package.leaves)} avtrykk, men {root['ballots']} forseglede svar ved lukkingen"
    numbers = [root["number"] for root in package.roots]
    if numbers != list(range(1, len(numbers) + 1)):
        yield "kontrolltallene er ikke nummerert fra 1 og oppover: ett kan være tatt bort"
    if any(root["ballots"] > len(package.leaves) for root in package.roots):
        yield "et kontrolltall har flere svar enn det fra lukkingen"


def check_count(package: Package) -> Faults:
    counted = [
        entry["detail"]["responses"] for entry in package.entries if entry["action"] == "survey.counted"
    ]
    if package.roots and counted != [len(package.leaves)]:
        yield f"hendelsesloggen sier at {counted} svar ble talt opp, men det var {len(package.leaves)} i urnen"


def check_roots_in_trail(package: Package) -> Faults:
    recorded = sorted(entry["detail"]["root"] for entry in package.entries if "root" in entry["detail"])
    listed = sorted(root["root"] for root in package.roots)
    for missing in set(recorded) - set(listed):
        yield f"kontrolltall {missing[:12]}… står i hendelsesloggen, men ikke i urne.json"
    for extra in set(listed) - set(recorded):
        yield f"kontrolltall {extra[:12]}… står i urne.json, men ikke i hendelsesloggen"
    entries = {entry["detail"]["root"]: entry for entry in package.entries if "root" in entry["detail"]}
    for root in package.roots:
        if root["root"] in entries and not _is_recorded(root, entries[root["root"]]):
            yield f"kontrolltall {root['number']} har en annen dag, et annet antall eller nummer enn i hendelsesloggen"


def _is_recorded(root: Json, entry: Json) -> bool:
    """Whether the trail says the same of it. The trail's time is in UTC: its day may be the one beside."""
    detail, days = (
        entry["detail"],
        (dt.date.fromisoformat(each[:10]) for each in (root["published_on"], entry["at"])),
    )
    published, recorded = days
    return (
        entry["action"] in ROOT_ACTIONS.get(root["kind"], set())
        and root["ballots"] == detail.get("ballots", detail.get("at_least"))
        and root["number"] == detail.get("number", root["number"])
        and abs(published - recorded) <= dt.timedelta(days=1)
    )


def heads_of(trail: list[str]) -> list[str]:
    head, found = bytes(32), []
    for line in trail:
        entry = hashlib.sha256(b"\x00" + line.encode()).digest()
        head = hashlib.sha256(head + entry).digest()
        found.append(head.hex())
    return found


def check_trail(package: Package) -> Faults:
    stated, heads = package.about["trail"], heads_of(package.trail)
    number = stated["published_entries"]
    if number > len(heads):
        yield f"hendelsesloggen har {len(heads)} linjer, men {number} er publisert"
    elif number and heads[number - 1] != stated["published_head"]:
        yield "avtrykket av hendelsesloggen stemmer ikke: en linje er endret, fjernet eller flyttet"
    subjects = {entry["subject"] for entry in package.entries}
    if subjects - {package.about["survey"]["key"]}:
        yield "hendelsesloggen har linjer om en annen undersøkelse"
    if any(entry["action"] == "survey.tally_broken" for entry in package.entries):
        yield "opptellingen ble stanset av en alarm: spør kommunen hva som hendte"


def check_published(package: Package, root: str, head: str) -> Faults:
    """What somebody outside has seen, against the package."""
    if root and root not in {each["root"] for each in package.roots}:
        yield "kontrolltallet du oppga, er ikke i pakken"
    if head and head not in heads_of(package.trail):
        yield "avtrykket du oppga, er ikke et avtrykk av hendelsesloggen i pakken"


# Figures: those that were released, and by the rules.


def line_of(row: Json) -> str:
    return json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest_of(release: Json) -> str:
    lines = [
        line_of(release["release"]),
        *sorted(map(line_of, release["tree"])),
        *sorted(map(line_of, release["figures"])),
    ]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _recorded_releases(package: Package) -> list[tuple[int, Json]]:
    """The number of each release and what the trail says of it: one line each, or somebody has added one."""
    return [
        (entry["detail"]["number"], entry["detail"])
        for entry in package.entries
        if entry["action"] in {"survey.released", "survey.corrected"}
    ]


def _recorded_of_the_last(package: Package, name: str) -> str | None:
    """A digest that the trail has of the newest release; None in releases from before it was recorded."""
    last = package.releases[-1]["release"]["number"]
    return next((detail.get(name) for number, detail in _recorded_releases(package) if number == last), None)


def check_releases(package: Package) -> Faults:
    recorded = _recorded_releases(package)
    numbers = [release["release"]["number"] for release in package.releases]
    if numbers != list(range(1, len(numbers) + 1)) or sorted(numbers) != sorted(n for n, _ in recorded):
        yield f"pakken har frigivelsene {numbers}, hendelsesloggen har {sorted(n for n, _ in recorded)}"
    yield from _faults_of_names(package)
    yield from _faults_of_promises(package)
    source = (package.folder / "sporreskjema.yaml").read_bytes()
    for release in package.releases:
        about = release["release"]
        digests = [detail.get("digest") for number, detail in recorded if number == about["number"]]
        if any(digest not in {None, digest_of(release)} for digest in digests):
            yield f"tallene i frigivelse {about['number']} er ikke de som ble frigitt"
        if about["questionnaire"] != hashlib.sha256(source).hexdigest():
            yield "spørreskjemaet er ikke det som ble brukt"
        if about["number"] > 1 and not about["correction"]:
            yield f"frigivelse {about['number']} sier ikke hvorfor tallene ble rettet"


def _faults_of_names(package: Package) -> Faults:
    """Swapped names would be moved figures."""
    recorded = _recorded_of_the_last(package, "names")
    names = {int(unit): each["name"] for unit, each in package.about["units"].items()}
    lines = "\n".join(line_of([unit, names[unit]]) for unit in sorted(names))
    if recorded is not None and recorded != hashlib.sha256(lines.encode()).hexdigest():
        yield "enhetene heter noe annet enn da tallene ble frigitt"


def _faults_of_promises(package: Package) -> Faults:
    """What the survey promised: as when it was released, not lower than when it opened, and of the whole tree."""
    survey = package.about["survey"]
    recorded = _recorded_of_the_last(package, "rules")
    if recorded is not None and recorded != hashlib.sha256(line_of(survey).encode()).hexdigest():
        yield "reglene for undersøkelsen er ikke de som gjaldt da tallene ble frigitt"
    if survey["minimum_group"] != package.releases[-1]["release"]["minimum_group"]:
        yield "minste gruppe er en annen enn da tallene ble frigitt"
    if package.about["rules"] != RULES:
        yield "reglene er ikke de som dette programmet kontrollerer"
    for entry in package.entries:
        if entry["action"] == "survey.opened":
            for name in ("minimum_group", "comment_minimum"):
                if survey[name] < entry["detail"].get(name, 0):
                    yield f"{name} var {entry['detail'][name]} da undersøkelsen åpnet, og er {survey[name]} nå"
    for release in package.releases:
        units = {row["unit_id"] for row in release["tree"]}
        if {row["unit_id"] for row in release["tree"] if row["parent_id"] not in units} != {survey["top"]}:
            yield f"enhetene i frigivelse {release['release']['number']} er ikke ett tre med hele undersøkelsen øverst"


def check_rules(package: Package) -> Faults:
    last = 0
    for release in package.releases:
        least = release["release"]["minimum_group"]
        if least < max(SMALLEST_MINIMUM, last):
            yield f"minste gruppe er {least} i frigivelse {release['release']['number']}"
        last = least
        for figure in release["figures"]:
            where = f"{package.name(figure['unit_id'])}, {figure['measure']} {figure['category']}".strip()
            for fault in _faults_of(figure, release["release"], len(package.leaves)):
                yield f"{where}: {fault}"


def _faults_of(figure: Json, release: Json, ballots: int) -> Faults:
    values = [figure.get(name) for name in ("n", "mean", "sd", "ci_low", "ci_high", "distribution", "points")]
    if figure["status"] != "shown":
        if any(value is not None for value in values):
            yield "et skjult tall har verdier"
        if figure["status"] == "hidden" and not figure["reason"]:
            yield "et skjult tall mangler grunn"
        return
    n, mean, least = figure["n"], figure["mean"], release["minimum_group"]
    low, high = release["measures"][figure["measure"]]
    if n < least:
        yield f"et tall for {n} svar er vist; minste gruppe er {least}"
    if ballots and n > ballots:
        yield f"{n} svar, men det var bare {ballots} i urnen"
    if not low <= mean <= high:
        yield f"snittet {mean} er utenfor skalaen"
    yield from _faults_of_precision(figure, release, n)
    if "distribution" in figure and n < CLASSES_FROM:
        yield f"fordeling vist for {n} svar"
    if "points" in figure and n < POINTS_FROM:
        yield f"fordeling i detalj vist for {n} svar"


def check_weighted(package: Package) -> Faults:
    """Weighted means: those that were released, of measures whose unweighted mean is shown with all its digits."""
    recorded = dict(_recorded_releases(package))
    for release in package.releases:
        about, rows = release["release"], release.get("weighted", [])
        lines = "\n".join(sorted(map(line_of, rows)))
        digest = hashlib.sha256(lines.encode()).hexdigest() if rows else None
        if recorded.get(about["number"], {}).get("weighted") != digest:
            yield f"de vektede tallene i frigivelse {about['number']} er ikke de som ble frigitt"
        shown = {
            figure["measure"]: figure["n"]
            for figure in release["figures"]
            if figure["kind"] == "unit"
            and figure["unit_id"] == package.about["survey"]["top"]
            and figure["status"] == "shown"
            and figure.get("coded", "exact") == "exact"
            and not figure.get("step")
        }
        for row in rows:
            for fault in _faults_of_weighted(row, about, shown.get(row["measure"], 0)):
                yield f"{row['measure']}, vektet: {fault}"


def _faults_of_weighted(row: Json, release: Json, n: int) -> Faults:
    if not n:
        yield "vist vektet, men ikke uvektet"
        return
    low, high = release["measures"][row["measure"]]
    if row["n"] != n:
        yield f"{row['n']} svar, men {n} uvektet"
    if row["n"] < 2 * WEIGHT_CLASS_ANSWERS:
        yield f"vektet for {row['n']} svar"
    if not low <= row["ci_low"] <= row["mean"] <= row["ci_high"] <= high:
        yield "snittet eller intervallet er utenfor skalaen"
    if (
        row["design_effect"] < 1
        or abs(row["effective_n"] * row["design_effect"] - row["n"]) > 1e-6 * row["n"]
    ):
        yield "designeffekten og det effektive antallet hører ikke sammen"


def check_items(package: Package) -> Faults:
    """Single statements: those that were released, of ten or more, where the theme is told with all its digits."""
    recorded = dict(_recorded_releases(package))
    for release in package.releases:
        about, rows = release["release"], release.get("items", [])
        lines = "\n".join(sorted(map(line_of, rows)))
        digest = hashlib.sha256(lines.encode()).hexdigest() if rows else None
        if recorded.get(about["number"], {}).get("items") != digest:
            yield f"tallene for enkelte spørsmål i frigivelse {about['number']} er ikke de som ble frigitt"
        exact = {
            (figure["unit_id"], figure["measure"])
            for figure in release["figures"]
            if figure["kind"] == "unit"
            and figure["status"] == "shown"
            and figure.get("coded", "exact") == "exact"
            and not figure.get("step")
        }
        for row in rows:
            if row["status"] == "shown":
                for fault in _faults_of_item(row, about, (row["unit_id"], row["factor"]) in exact):
                    yield f"{row['item']}, ett spørsmål: {fault}"


def _faults_of_item(row: Json, release: Json, theme_is_told: bool) -> Faults:
    if not theme_is_told:
        yield "vist der temaet ikke er vist nøyaktig"
    if row["n"] < max(10, release["minimum_group"]):
        yield f"vist for {row['n']} svar"
    low, high = release["measures"][row["factor"]]
    if not low <= row.get("ci_low", low) <= row["mean"] <= row.get("ci_high", high) <= high:
        yield "snittet eller intervallet er utenfor skalaen"


def _faults_of_precision(figure: Json, release: Json, n: int) -> Faults:
    """Few people's figures have few digits, in releases that say so."""
    low, high = release["measures"][figure["measure"]]
    is_exact = figure.get("coded", "exact") == "exact"
    if n < release.get("exact_from", 0):
        if is_exact and not figure.get("step"):
            yield f"snittet for {n} svar er ikke avrundet"
        if figure.get("sd") is not None and not figure.get("spread_class"):
            yield f"spredningen for {n} svar er vist med alle sifre"
    if figure.get("spread_class"):
        share = figure["sd"] / (high - low)
        if min(abs(share - edge) for edge in SPREAD_CLASSES) > 1e-6:
            yield f"spredningen {figure['sd']} er ikke enden av en klasse"
    step = figure.get("step")
    if step and not figure["measure"].endswith(":index"):
        parts = (figure["mean"] - low) / step
        if abs(parts - round(parts)) > 1e-6:
            yield f"snittet {figure['mean']} er ikke avrundet til nærmeste {step}"


def check_turnout(package: Package) -> Faults:
    latest = package.releases[-1]
    least = latest["release"]["minimum_group"]
    parents = {row["unit_id"]: row["parent_id"] for row in latest["tree"]}
    told = {row["unit_id"]: row["delivered"] for row in package.turnout if row["delivered"] is not None}
    recorded = _recorded_of_the_last(package, "turnout")
    lines = "\n".join(sorted(map(line_of, package.turnout)))
    if recorded is not None and recorded != hashlib.sha256(lines.encode()).hexdigest():
        yield "deltakelsen er ikke den som ble frigitt"
    if sorted(row["unit_id"] for row in package.turnout) != sorted(parents):
        yield "deltakelsen har ikke én linje for hver enhet"
    for row in package.turnout:
        group = row["invited"] if row["invited"] is not None else row["delivered"]
        if row["delivered"] is not None and group < least:
            yield f"{package.name(row['unit_id'])}: antall leverte er vist for en gruppe på {group}"
        if row["invited"] is not None and row["delivered"] is not None and row["delivered"] > row["invited"]:
            yield f"{package.name(row['unit_id'])}: flere leverte enn inviterte"
        parent = parents.get(row["unit_id"])
        if row["delivered"] is not None and row["delivered"] > told.get(parent, row["delivered"]):
            yield f"{package.name(row['unit_id'])}: flere leverte enn i enheten over"
        top = row["unit_id"] == package.about["survey"]["top"]
        if top and package.leaves and row["delivered"] not in {None, len(package.leaves)}:
            yield f"{row['delivered']} leverte i alt, men {len(package.leaves)} i urnen"


# The attack: what everything released tells together.


@dataclass
class Group:
    """units: (U,) 1 where the unit's own people are in it. n: None when hidden. total: n · mean, where it is exact.

    ends: the sum lies between these, by what is told of it. zone: the same as means, where it is told as a bound by a
    release that protects bounds.
    """

    words: str
    units: np.ndarray
    n: int | None
    total: float | None = None
    classes: bool = False
    points: bool = False
    ends: tuple[float, float] | None = None
    zone: tuple[float, float] | None = None
    exact_spread: bool = False
    release: int = 0


@dataclass
class Attack:
    """Everything about one measure, of every release."""

    shown: list[Group]
    hidden: list[Group]


class Picture:
    """One release's tree, over the columns of all releases."""

    def __init__(self, release: Json, columns: dict[int, int]) -> None:
        self.parent = {row["unit_id"]: row["parent_id"] for row in release["tree"]}
        self.kind = {row["unit_id"]: row["type"] for row in release["tree"]}
        self.columns = columns
        self.below: dict[int, np.ndarray] = {unit: np.zeros(len(columns)) for unit in self.parent}
        for unit in self.parent:
            above: int | None = unit
            while above is not None and above in self.parent:
                self.below[above][columns[unit]] = 1
                above = self.parent[above]

    def of_type(self, kind: str, top: int) -> np.ndarray:
        same = np.zeros(len(self.columns))
        for unit, own in self.kind.items():
            same[self.columns[unit]] = own == kind
        inside: np.ndarray = same * self.below[top]
        return inside

    def outside(self, unit: int, shown: set[int]) -> np.ndarray:
        """The unit's people outside every shown unit below it."""
        left = self.below[unit].copy()
        for other in shown:
            if other != unit and self.below[unit][self.columns[other]]:
                left = left * (1 - self.below[other])
        return left


def attacks(package: Package) -> dict[str, Attack]:
    """Measure → what is shown and what is hidden. Background questions are tried apart: their people are no units."""
    units = sorted({row["unit_id"] for release in package.releases for row in release["tree"]})
    columns = {unit: number for number, unit in enumerate(units)}
    found: dict[str, Attack] = defaultdict(lambda: Attack([], []))
    for release in package.releases:
        picture = Picture(release, columns)
        shown_units: dict[str, set[int]] = defaultdict(set)
        for figure in release["figures"]:
            if figure["kind"] == "unit" and figure["status"] == "shown":
                shown_units[figure["measure"]].add(figure["unit_id"])
        for figure in release["figures"]:
            group = _group(package, picture, figure, shown_units[figure["measure"]], release["release"])
            if group is not None:
                attack = found[figure["measure"]]
                (attack.hidden if group.n is None else attack.shown).append(group)
    return found


def _group(package: Package, picture: Picture, figure: Json, shown: set[int], release: Json) -> Group | None:
    unit = figure["unit_id"]
    if figure["kind"] == "unit":
        members = picture.below[unit]
    elif figure["kind"] == "rest":
        members = picture.outside(unit, shown)
    elif figure["breakdown"] == "unit_type":
        members = picture.of_type(figure["category"], package.about["survey"]["top"])
    else:
        return None
    words = f"{package.name(unit)} {figure['category']}".strip()
    if figure["status"] in {"no_answers", "not_asked"}:
        return Group(words, members, 0)
    if figure["status"] == "hidden":
        return Group(words, members, None, release=release["number"])
    low, high = _ends(figure, release)
    is_exact = high == low
    is_bound = figure.get("coded", "exact") != "exact"
    return Group(
        words,
        members,
        figure["n"],
        figure["n"] * figure["mean"] if is_exact else None,
        "distribution" in figure,
        "points" in figure,
        (figure["n"] * low, figure["n"] * high),
        (low, high)
        if is_bound and all("exact_from" in each["release"] for each in package.releases)
        else None,
        "sd" in figure and not figure.get("spread_class") and "exact_from" in release,
        release["number"],
    )


def _ends(figure: Json, release: Json) -> tuple[float, float]:
    """Between which values the mean lies, by what is told of it."""
    low, high = map(float, release["measures"][figure["measure"]])
    mean, step = float(figure["mean"]), figure.get("step") or 0.0
    if figure.get("coded") == "at_least":
        return mean, high
    if figure.get("coded") == "at_most":
        return low, mean
    if step and figure["measure"].endswith(":index"):
        return (
            low,
            high,
        )  # the step is in points of the scale that people answered on: the mean itself says more
    if not step:
        return mean, mean
    # A mean that would be rounded into what is told as a bound is rounded the other way, by a step at the most.
    edge = max((high - low) * BOUND_MARGIN, 1.0 / figure["n"])
    least, most = mean - step / 2, mean + step / 2
    most = high - edge if mean + step > high - edge else most
    least = low + edge if mean - step < low + edge else least
    return max(low, min(least, mean)), min(high, max(most, mean))


def check_attack(package: Package) -> Faults:
    least = min(release["release"]["minimum_group"] for release in package.releases)
    levels: list[tuple[str, int, Callable[[Group], bool]]] = [
        ("snittet", least, lambda group: group.n is not None),
        ("spredningen", CLASSES_FROM, lambda group: group.exact_spread or group.n == 0),
        ("fordelingen", CLASSES_FROM, lambda group: group.classes or group.n == 0),
        ("fordelingen i detalj", POINTS_FROM, lambda group: group.points or group.n == 0),
    ]
    tried: dict[tuple[bytes, int], list[str]] = {}
    for measure, attack in attacks(package).items():
        for what, few, is_told in levels:
            told = [group for group in attack.shown if is_told(group)]
            if not any(group.n for group in told):
                continue
            known = b"".join(group.units.tobytes() + str(group.n).encode() for group in told)
            if (known, few) not in tried:
                tried[known, few] = list(computed_groups(told, attack.hidden, few))
            for fault in tried[known, few]:
                yield f"{measure}: {what} for {fault}"
        yield from (f"{measure}: {fault}" for fault in narrow_ranges(package, attack, measure, least))
        yield from (f"{measure}: {fault}" for fault in narrowed_bounds(attack.shown))
    yield from _small_categories(package)


def _as_sums(wanted: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which of the wanted groups are sums of the rows, and the weights of the rows in each."""
    weights = wanted @ np.linalg.pinv(rows, rcond=1e-9)
    return np.abs(weights @ rows - wanted).max(axis=1) < 1e-6, weights


def computed_groups(told: list[Group], hidden: list[Group], few: int) -> Faults:
    """Groups of fewer than `few` that are a sum of what is told: differences, hidden figures, and units' own people."""
    rows = np.array([group.units for group in told])
    n = np.array([float(group.n or 0) for group in told])
    inside = rows @ rows.T == rows.sum(axis=1)
    between = n[:, None] - n[None, :]
    for larger, smaller in np.argwhere(inside & (between > 0) & (between < few)):
        yield (
            f"{int(between[larger, smaller])} personer kan regnes ut: "
            f"{told[larger].words} minus {told[smaller].words}"
        )
    targets = [(f"{group.words} (skjult)", group.units) for group in hidden]
    targets += [("en enhets egne", own) for own in np.eye(rows.shape[1])]
    is_sum, weights = _as_sums(np.array([units for _, units in targets]), rows)
    people = weights @ n
    for index in np.flatnonzero(is_sum & (people > 0.5) & (people < few - 0.5)):
        yield f"{people[index]:.0f} personer kan regnes ut: {targets[index][0]}"


def narrow_ranges(package: Package, attack: Attack, measure: str, least: int) -> Faults:
    """Hidden groups whose mean cannot vary by a quarter of the scale, given those they are counted together with.

    What was out before the first release that hid the group is known: only what tells more closely is a fault.
    """
    low, high = map(float, package.releases[-1]["release"]["measures"][measure])
    wanted = LEAST_RANGE * (high - low)
    left_over: dict[int | None, list[tuple[np.ndarray, int, float]]] = {None: list(_leftovers(attack.shown))}
    for group in attack.hidden:
        width = _closest(left_over[None], group, least, low, high)
        if width >= wanted - 1e-9:
            continue
        since = min(one.release for one in attack.hidden if (one.units == group.units).all())
        if since not in left_over:
            left_over[since] = list(_leftovers([one for one in attack.shown if one.release < since]))
        if _closest(left_over[since], group, least, low, high) > width + 1e-6:
            yield f"snittet for {group.words} kan avgrenses til innenfor {width:.2f}"


def _closest(
    left_over: list[tuple[np.ndarray, int, float]], group: Group, least: int, low: float, high: float
) -> float:
    """How much the mean of a hidden group can vary, given the closest of those it is counted together with."""
    widths = [
        _width(n, total, min(least - 1, n), low, high)
        for left, n, total in left_over
        if group.units.any() and (group.units <= left).all() and (group.units < left).any()
    ]
    return min(widths, default=high - low)


def narrowed_bounds(shown: list[Group]) -> Faults:
    """Figures told as a bound that follow more closely from the others: as a sum of them, or as what is left of one.

    What was out before the first that told it as a bound is known: only what the others tell more closely is a fault.
    """
    shown = _without_empty_units(shown)
    bounds = [group for group in shown if group.zone and group.n]
    for group, width, words in _narrowed(bounds, shown):
        since = min(one.release for one in bounds if (one.units == group.units).all())
        before = [one for one in shown if one.release < since]
        if not any(known <= width + 1e-6 for _, known, _ in _narrowed([group], before)):
            yield words


def _without_empty_units(shown: list[Group]) -> list[Group]:
    """The groups without units that nobody answered in, as far as the numbers say so."""
    told = [group for group in shown if group.n is not None]
    if not told:
        return shown
    rows = np.array([group.units for group in told])
    is_sum, weights = _as_sums(np.eye(rows.shape[1]), rows)
    people = weights @ np.array([float(group.n or 0) for group in told])
    somebody = 1.0 - (is_sum & (np.abs(people) < 0.5))
    return [replace(group, units=group.units * somebody) for group in shown]


def _narrowed(bounds: list[Group], shown: list[Group]) -> Iterator[tuple[Group, float, str]]:
    """The bounds that follow from what is shown, how wide the range of each is then, and what to say of it."""
    exact = [group for group in shown if group.n and group.total is not None]
    for group, is_sum in zip(bounds, _are_sums(bounds, exact), strict=True):
        if is_sum:
            yield group, 0.0, f"snittet for {group.words} er vist som en grense, men kan regnes ut"
        else:
            yield from _subtracted(group, shown)


def _are_sums(groups: list[Group], exact: list[Group]) -> list[bool]:
    """Which of the groups follow exactly from others."""
    if not groups or not exact:
        return [False] * len(groups)
    is_sum, _ = _as_sums(np.array([each.units for each in groups]), np.array([each.units for each in exact]))
    found: list[bool] = is_sum.tolist()
    return found


def _subtracted(group: Group, shown: list[Group]) -> Iterator[tuple[Group, float, str]]:
    """What is left of a figure when others are taken from it: the group alone, and more closely than its bound."""
    told = [one for one in shown if one.n and one.ends and one is not group]
    # The largest first; of two about the same people the one that tells most.
    parts = sorted(told, key=lambda one: (-one.units.sum(), one.ends[1] - one.ends[0] if one.ends else 0.0))
    for whole in told:
        if not (group.units <= whole.units).all() or (group.units == whole.units).all():
            continue
        left, (low, high) = whole.units - group.units, whole.ends or (0.0, 0.0)
        people = (whole.n or 0) - (group.n or 0)
        for part in parts:
            if part is not whole and part.units.any() and (part.units <= left).all():
                below, above = part.ends or (0.0, 0.0)
                left, low, high = left - part.units, low - above, high - below
                people -= part.n or 0
        zone, n = group.zone or (0.0, 0.0), group.n or 1
        width = min(high / n, zone[1]) - max(low / n, zone[0])
        # Units that are left over may have nobody in them.
        if not (left.any() and people) and width < zone[1] - zone[0] - 1e-6:
            words = f"snittet for {group.words} er vist som en grense, men {whole.words} minus resten gir det nærmere"
            yield group, width, words


def _leftovers(shown: list[Group]) -> Iterator[tuple[np.ndarray, int, float]]:
    """What is left of each shown group when the largest shown groups within it are taken away."""
    exact = [group for group in shown if group.n and group.total is not None]
    for whole in exact:
        left, n, total = whole.units.copy(), whole.n or 0, whole.total or 0.0
        for part in sorted(exact, key=lambda group: -group.units.sum()):
            if part is not whole and part.units.sum() < whole.units.sum() and (part.units <= left).all():
                left, n, total = left - part.units, n - (part.n or 0), total - (part.total or 0.0)
        if n > 0:
            yield left, n, total


def _width(n: int, total: float, most: int, low: float, high: float) -> float:
    """How much the mean of some of the n can vary, when nobody knows how many of at most `most` they are."""
    lowest, highest = high, low
    for some in range(1, most + 1):
        lowest = min(lowest, max(low, (total - (n - some) * high) / some))
        highest = max(highest, min(high, (total - (n - some) * low) / some))
    return highest - lowest


def _small_categories(package: Package) -> Faults:
    """Background questions: what is left of everybody when the shown categories are taken away."""
    top = package.about["survey"]["top"]
    for release in package.releases:
        whole: dict[str, int] = {}
        told: dict[tuple[str, str], int] = defaultdict(int)
        for figure in release["figures"]:
            if figure["status"] != "shown":
                continue
            if figure["kind"] == "unit" and figure["unit_id"] == top:
                whole[figure["measure"]] = figure["n"]
            elif figure["kind"] == "breakdown" and figure["breakdown"] != "unit_type":
                told[figure["measure"], figure["breakdown"]] += figure["n"]
        for (measure, question), n in told.items():
            left = whole.get(measure, n) - n
            if left < 0 or 0 < left < release["release"]["minimum_group"]:
                yield f"{measure}: {left} personer blir igjen når gruppene i «{question}» trekkes fra alle"


CHECKS = (
    ("Filene", check_files),
    ("Urnen og kontrolltallene", check_tally),
    ("Opptellingen", check_count),
    ("Kontrolltallene i hendelsesloggen", check_roots_in_trail),
    ("Hendelsesloggen", check_trail),
    ("Frigivelsene", check_releases),
    ("Reglene", check_rules),
    ("De vektede tallene", check_weighted),
    ("Enkelte spørsmål", check_items),
    ("Deltakelsen", check_turnout),
    ("Angrepet på alt som er frigitt", check_attack),
)


def faults_of(folder: Path, root: str = "", head: str = "") -> dict[str, list[str]]:
    """What each check found, by its name."""
    package = Package(folder)
    found = {name: list(check(package)) for name, check in CHECKS}
    found["Det du har sett før"] = list(check_published(package, root.lower(), head.lower()))
    return found


def _say(text: str = "") -> None:
    sys.stdout.write(f"{text}\n")


def main() -> int:
    parser = argparse.ArgumentParser(description="Kontrollerer en kontrollpakke fra Medvirk.")
    parser.add_argument("folder", metavar="MAPPE", nargs="?", type=Path, default=Path(__file__).parent)
    parser.add_argument("--kontrolltall", default="", help="et kontrolltall du har sett på den åpne siden")
    parser.add_argument("--hendelser", default="", help="et avtrykk av hendelsesloggen du har sett der")
    asked = parser.parse_args()
    try:
        found = faults_of(asked.folder, asked.kontrolltall, asked.hendelser)
        package = Package(asked.folder)
    except (OSError, ValueError, KeyError, TypeError) as error:
        _say(f"Pakken kan ikke leses: {error!r}")
        return 1
    for name, faults in found.items():
        _say(f"{'FEIL' if faults else 'OK  '}  {name}")
        for fault in faults:
            _say(f"      {fault}")
    closing = [root["root"] for root in package.roots if root["kind"] == "closing"]
    _say()
    _say("Sammenlign dette med siden «Ble svaret mitt telt med?»:")
    _say(f"  Kontrolltall fra lukkingen:   {closing[0] if closing else 'ingen'}")
    _say(f"  Avtrykk av hendelsesloggen:   {package.about['trail']['published_head'] or 'ikke publisert'}")
    if new := len(package.trail) - package.about["trail"]["published_entries"]:
        _say(
            f"  De siste {new} linjene i hendelsesloggen blir publisert neste natt, og kan ikke kontrolleres ennå."
        )
    return 1 if any(found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
