"""A bar as SVG: one path a status, made of runs of alike days. Source: docs/decisions.

Drawn in a box of 90 by 28 that is stretched to its place. A quiet day is full height; trouble is
cut lower by a notch, deeper the worse it is, so that it shows without colour. The gaps between days
are cut out by the stylesheet's mask.
"""

from collections.abc import Iterable

from markupsafe import Markup

from domain.status import Status

HEIGHT = 28
NOTCH = {
    Status.OPERATIONAL: 0,
    Status.MAINTENANCE: 4,
    Status.DEGRADED: 6,
    Status.PARTIAL: 8,
    Status.OUTAGE: 11,
}
NO_DATA_TOP = 24  # a low dashed line: nothing is known, which is not the same as nothing happened


def bar_paths(runs: Iterable[tuple[Status | None, int, int]]) -> Markup:
    """Return the paths of a bar, mild to bad."""
    drawn: dict[Status | None, str] = {}
    for status, start, length in runs:
        top = NO_DATA_TOP if status is None else NOTCH[status]
        run = f"M{start} {top}h{length}v{HEIGHT - top}h-{length}z"
        drawn[status] = drawn.get(status, "") + run
    paths = (
        f'<path class="{status or "nodata"}" d="{path}"/>'
        for status, path in sorted(drawn.items(), key=lambda pair: pair[0] or "")
    )
    return Markup("".join(paths))  # noqa: S704 - numbers and our own enums only
