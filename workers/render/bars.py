"""Bars as SVG: one path per status, made of runs of equal days.

Source: docs/decisions.
The bar is drawn in a box of 90 by 28 that is stretched to its width. A quiet day has full height. A
day with trouble has a notch at the top, deeper the worse the status is, so that it shows without
colour. The stylesheet's mask cuts the gaps between days.
"""

from collections.abc import Iterable

from markupsafe import Markup

from domain.runtime.template_loader import shapes
from domain.status import Status

HEIGHT = 28
NO_DATA_TOP = 24  # a low dashed line: no data, which differs from no trouble


def bar_paths(runs: Iterable[tuple[Status | None, int, int]]) -> Markup:
    """Return the paths of a bar, from mild to severe."""
    path_by_status: dict[Status | None, str] = {}
    for status, start, length in runs:
        top = NO_DATA_TOP if status is None else int(shapes()["notches"][status])
        run = f"M{start} {top}h{length}v{HEIGHT - top}h-{length}z"
        path_by_status[status] = path_by_status.get(status, "") + run
    paths = (
        f'<path class="{status or "nodata"}" d="{path}"/>'
        for status, path in sorted(path_by_status.items(), key=lambda pair: pair[0] or "")
    )
    return Markup("".join(paths))  # noqa: S704 - numbers and our own enums only
