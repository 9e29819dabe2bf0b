"""The registry of artifacts and the renderers: each row has one, and makes what the row says."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from domain.artifacts import ARTIFACTS, EAGER, EAGER_FIELDS
from domain.page.state import Page
from workers.render import eager, on_demand

NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)


def test_every_row_has_exactly_one_renderer_and_every_renderer_a_row():
    names = {kind: {a.name for a in ARTIFACTS if a.is_eager is kind} for kind in (True, False)}
    assert names == {True: eager.RENDERERS.keys(), False: on_demand.RENDERERS.keys()}
    rows = Counter(
        artifact.name for artifact in ARTIFACTS if artifact.name not in {"logo/*", "badge/*"}
    )
    assert set(rows.values()) == {1}


@pytest.mark.parametrize("artifact", EAGER, ids=lambda artifact: artifact.name)
def test_eager_artifact_fills_the_fields_of_its_row_when_rendered(artifact):
    page = Page("p_1", name="Acme", created_at=NOON)
    context = eager.build_render_context(page, NOON.date())
    fields = eager.render_fields(artifact, context)
    assert fields.keys() == set(artifact.fields) <= set(EAGER_FIELDS)
