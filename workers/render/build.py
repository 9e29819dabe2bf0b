"""The build: a fingerprint of all inputs of rendering, so that a deploy re-renders."""

import hashlib
from functools import cache
from pathlib import Path

from domain.runtime.settings import load_settings

ROOT = Path(__file__).parents[2]
# The whole of domain: what rendering imports moves within it, and a list would miss that.
SOURCES = {"domain": "*", "templates": "*", "workers/render": "*"}
UNRELATED = {"__pycache__", "dashboard"}  # the dashboard does not affect pages
DIGITS = 16


@cache
def build_id() -> str:
    """Return the hash of templates, of rendering code and of the base URL."""
    digest = hashlib.sha256(load_settings().base_url.encode())
    for path in sorted(list_inputs()):
        digest.update(path.relative_to(ROOT).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:DIGITS]


def list_inputs() -> set[Path]:
    """Return the files that decide how a page is rendered."""
    paths = (path for folder, names in SOURCES.items() for path in (ROOT / folder).rglob(names))
    return {p for p in paths if p.is_file() and not UNRELATED & {*p.relative_to(ROOT).parts}}
