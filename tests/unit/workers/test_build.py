"""The build covers all that rendering reads, so that no changed rule leaves old pages."""

import subprocess
import sys

from workers.render.build import ROOT, list_inputs

LOADED = """
import sys, workers.render.eager, workers.render.on_demand
print(*(module.__file__ for module in sys.modules.values() if getattr(module, "__file__", None)))
"""
ROOMS = ("domain", "templates", "workers/render")


def test_every_module_that_rendering_loads_is_in_the_fingerprint():
    # Given the modules of a process that has just loaded rendering
    told = subprocess.run(
        [sys.executable, "-c", LOADED], cwd=ROOT, capture_output=True, text=True, check=True
    )
    rooms = tuple(f"{ROOT / room}/" for room in ROOMS)
    loaded = {path for path in told.stdout.split() if path.startswith(rooms)}

    # Then each of them is an input of the build
    assert f"{ROOT}/domain/runtime/markdown_rules.py" in loaded
    assert loaded <= set(map(str, list_inputs()))
