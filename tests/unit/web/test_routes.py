"""Resources are built from the parts that their constructors name."""

from types import SimpleNamespace

import pytest

from web.routes import build_resource


class Reader:
    def __init__(self, engine):
        self.engine = engine


def test_resource_gets_a_part_when_its_constructor_names_it():
    assert build_resource(Reader, SimpleNamespace(engine="the engine", pace=None)).engine


def test_application_is_not_built_when_a_constructor_names_no_part():
    with pytest.raises(TypeError, match="Reader asks for engine"):
        build_resource(Reader, SimpleNamespace(pace=None))
