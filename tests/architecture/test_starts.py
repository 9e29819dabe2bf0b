"""What a start does not wait for: programs import only what they use."""

import os
import subprocess
import sys

import pytest

from tests.architecture.source import ROOT

NOWHERE = {"DATABASE_URL": "postgresql://127.0.0.1:1/nothing", "REDIS_URL": "redis://127.0.0.1:1/0"}


@pytest.mark.parametrize(
    ("argument", "module", "needless"),
    [
        ("beat", "workers.app", ("sqlalchemy", "jinja2", "dns")),  # it sends names of tasks
        ("page", "ops.cli.main", ("sqlalchemy.orm", "celery.app", "jinja2")),
    ],
)
def test_nothing_needless_is_imported_when_a_program_starts(argument, module, needless):
    lines = (
        f"import sys, {module}",
        "app = getattr(sys.modules.get('workers.app'), 'app', None)",
        "app and app.loader.import_default_modules()",  # as beat does
        "print(*sys.modules)",
    )
    imported = subprocess.run(
        [sys.executable, "-c", "\n".join(lines), argument],
        env={**os.environ, **NOWHERE, "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert module in imported
    assert [name for name in needless if name in imported] == []
