"""The strategy map as numbers for an SVG: a row of boxes for each perspective, and arrows in the gaps between the rows.

An arrow to the next row is a curve; one to the same row goes below it; one past a row goes round, in a lane to the
right. So no arrow crosses a box. The origin is at the top left.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import hypot
from textwrap import wrap
from typing import Final

from surveys.scorecards.strategy_map.strategy_map import MapBand, MapGoal, MapLink, StrategyMap

WIDTH: Final = 960.0
LABEL_WIDTH: Final = 150.0
"""To the left of the boxes, for the perspectives' names."""

PER_ROW: Final = 3
"""More goals of one perspective go on to another row."""

LINE: Final = 20.0
PADDING: Final = 12.0
GAP: Final = 84.0
"""Between rows, and below the last one."""

LANE: Final = 26.0
BADGE: Final = 12.0
"""The radius of the circle with a link's number."""

_TITLE_CHARACTER: Final = 9.0
_SMALL_CHARACTER: Final = 7.6
_LABEL_CHARACTERS: Final = 15

Point = tuple[float, float]


@dataclass(frozen=True)
class TextLine:
    """y: of the baseline."""

    text: str
    x: float
    y: float


@dataclass(frozen=True)
class DrawnGoal:
    """A goal's box. counts_y: the top of its colours."""

    goal: MapGoal
    x: float
    y: float
    width: float
    height: float
    title: tuple[TextLine, ...]
    factors: tuple[TextLine, ...]
    counts_y: float

    @property
    def bottom(self) -> float:
        return self.y + self.height


@dataclass(frozen=True)
class DrawnLink:
    """path: an SVG path from the cause's box to the effect's. badge: where its number is."""

    number: int
    path: str
    badge: Point


@dataclass(frozen=True)
class DrawnMap:
    width: float
    height: float
    labels: tuple[TextLine, ...]
    goals: tuple[DrawnGoal, ...]
    links: tuple[DrawnLink, ...]


@dataclass(frozen=True)
class _Route:
    """How a link goes: down or up out of its box, and into the other from above or below."""

    link: MapLink
    from_row: int
    to_row: int

    @property
    def goes_down(self) -> bool:
        return self.to_row >= self.from_row

    @property
    def enters_top(self) -> bool:
        return self.to_row > self.from_row

    @property
    def goes_round(self) -> bool:
        return abs(self.to_row - self.from_row) > 1


def drawn(picture: StrategyMap) -> DrawnMap:
    rows = [(band, goals) for band in picture.bands for goals in _rows(band.goals)]
    row_of = {goal.id: row for row, (_band, goals) in enumerate(rows) for goal in goals}
    routes = [_Route(link, row_of[link.cause.id], row_of[link.effect.id]) for link in picture.links]
    lanes = _lanes(routes)
    boxes: list[DrawnGoal] = []
    labels: list[TextLine] = []
    y, before = PADDING, None
    for band, goals in rows:
        row = _boxes(goals, y, WIDTH - LANE * len(lanes))
        if band is not before:
            labels += _label(band, y)
        boxes += row
        y, before = row[0].bottom + GAP, band
    if not any(route.from_row == route.to_row == len(rows) - 1 for route in routes):
        y -= GAP - PADDING
    return DrawnMap(WIDTH, y, tuple(labels), tuple(boxes), tuple(_links(routes, boxes, lanes)))


def _lanes(routes: Sequence[_Route]) -> dict[int, int]:
    """Link's number → its lane, from 1, for those that go round: the shorter are nearer, and cross fewer."""
    around = [route for route in routes if route.goes_round]
    around.sort(key=lambda route: (abs(route.to_row - route.from_row), route.link.number))
    return {route.link.number: lane for lane, route in enumerate(around, start=1)}


def _rows(goals: Sequence[MapGoal]) -> Iterator[Sequence[MapGoal]]:
    """As even as can be: four goals are two and two."""
    count = -(-len(goals) // PER_ROW)
    size = -(-len(goals) // count)
    return (goals[start : start + size] for start in range(0, len(goals), size))


def _label(band: MapBand, y: float) -> list[TextLine]:
    lines = wrap(band.title, _LABEL_CHARACTERS)
    return [TextLine(text, 0, y + 26 + LINE * index) for index, text in enumerate(lines)]


def _boxes(goals: Sequence[MapGoal], y: float, right: float) -> list[DrawnGoal]:
    """One row, all of one height."""
    space = right - LABEL_WIDTH - PADDING
    width = min((space - 2 * PADDING * (len(goals) - 1)) / len(goals), 360)
    made = [
        _box(goal, LABEL_WIDTH + index * (width + 2 * PADDING), y, width) for index, goal in enumerate(goals)
    ]
    height = max(box.height for box in made)
    return [DrawnGoal(**{**vars(box), "height": height}) for box in made]


def _box(goal: MapGoal, x: float, y: float, width: float) -> DrawnGoal:
    room = width - 2 * PADDING
    title = wrap(goal.name, int(room / _TITLE_CHARACTER))
    factors = [line for factor in goal.factors for line in wrap(factor, int(room / _SMALL_CHARACTER))]
    left, first = x + PADDING, y + PADDING + 14
    below = first + LINE * len(title)
    end = below + LINE * len(factors)
    has_counts = goal.counts is not None and goal.counts.total > 0
    return DrawnGoal(
        goal,
        x,
        y,
        width,
        end - y + (LINE if has_counts else -6),
        tuple(TextLine(text, left, first + LINE * index) for index, text in enumerate(title)),
        tuple(TextLine(text, left, below + LINE * index) for index, text in enumerate(factors)),
        end - 8,
    )


def _links(
    routes: Sequence[_Route], boxes: Sequence[DrawnGoal], lanes: Mapping[int, int]
) -> Iterator[DrawnLink]:
    by_goal = {box.goal.id: box for box in boxes}
    ends = _ends(routes, by_goal, lanes)
    badges: list[Point] = []
    right = max((box.x + box.width for box in boxes), default=0) + PADDING
    for route in routes:
        start, end = ends[route.link.number, True], ends[route.link.number, False]
        if route.goes_round:
            lane = lanes[route.link.number]
            # The farther out, the nearer to the boxes: so no lane crosses another on its way out.
            inward = 16 + 8 * ((len(lanes) - lane) % 5)
            path, choices = _round(route, start, end, right + LANE * lane - BADGE, inward)
        else:
            path, choices = _curve(route, start, end)
        badge = next((each for each in choices if _is_free(each, badges)), choices[0])
        badges.append(badge)
        yield DrawnLink(route.link.number, path, badge)


def _is_free(point: Point, others: Sequence[Point]) -> bool:
    return all(hypot(point[0] - x, point[1] - y) > 2 * BADGE + 2 for x, y in others)


def _ends(
    routes: Sequence[_Route], boxes: Mapping[int, DrawnGoal], lanes: Mapping[int, int]
) -> dict[tuple[int, bool], Point]:
    """(link's number, whether it is its start) → where on the box: spread along the edge, by where the other end is."""
    edges: dict[tuple[int, bool], list[tuple[float, int, bool]]] = {}
    for route in routes:
        cause, effect = boxes[route.link.cause.id], boxes[route.link.effect.id]
        number = route.link.number
        of_cause, of_effect = cause.x, effect.x
        if route.goes_round:
            # At the right, the farthest out last: so none crosses another on its way to its lane.
            of_cause = of_effect = WIDTH + lanes[number]
        edges.setdefault((cause.goal.id, route.goes_down), []).append((of_effect, number, True))
        edges.setdefault((effect.goal.id, not route.enters_top), []).append((of_cause, number, False))
    found: dict[tuple[int, bool], Point] = {}
    for (goal_id, at_bottom), those in edges.items():
        box = boxes[goal_id]
        for index, (_other, number, is_start) in enumerate(sorted(those), start=1):
            x = box.x + box.width * index / (len(those) + 1)
            found[number, is_start] = (x, box.bottom if at_bottom else box.y)
    return found


def _curve(route: _Route, start: Point, end: Point) -> tuple[str, list[Point]]:
    """A Bézier curve, with places on it for the number, the best first."""
    (x0, y0), (x1, y1) = start, end
    if route.from_row == route.to_row:
        bends = (x0, y0 + GAP * 0.8), (x1, y1 + GAP * 0.8)
    else:
        bends = (x0, (y0 + y1) / 2), (x1, (y0 + y1) / 2)
    (a, b), (c, d) = bends
    path = f"M{x0:.1f} {y0:.1f}C{a:.1f} {b:.1f} {c:.1f} {d:.1f} {x1:.1f} {y1:.1f}"
    return path, [_on_curve(start, bends[0], bends[1], end, share) for share in (0.5, 0.36, 0.64, 0.25)]


def _on_curve(start: Point, first: Point, second: Point, end: Point, share: float) -> Point:
    rest = 1 - share
    weights = rest**3, 3 * rest**2 * share, 3 * rest * share**2, share**3
    points = (start, first, second, end)
    x, y = (
        sum(weight * point[axis] for weight, point in zip(weights, points, strict=True)) for axis in (0, 1)
    )
    return x, y


def _round(route: _Route, start: Point, end: Point, x: float, inward: float) -> tuple[str, list[Point]]:
    """Into the gap, to the lane at `x`, along it, and in the other gap to the box."""
    leave = start[1] + (inward if route.goes_down else -inward)
    come = end[1] + (-inward if route.enters_top else inward)
    path = f"M{start[0]:.1f} {start[1]:.1f}V{leave:.1f}H{x:.1f}V{come:.1f}H{end[0]:.1f}V{end[1]:.1f}"
    middle = (leave + come) / 2
    return path, [(x, middle), (x, middle - 30), (x, middle + 30)]
