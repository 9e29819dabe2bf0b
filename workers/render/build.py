"""The build: a fingerprint of all inputs of rendering, so that a deploy re-renders."""

import hashlib
from functools import cache
from pathlib import Path

from domain.runtime.settings import load_settings

ROOT = Path(__file__).parents[2]
SOURCES = ("templates", "workers/render", "domain/page", "domain")
UNRELATED = {"__pycache__", "dashboard"}  # the dashboard does not affect pages
RUNTIME = ("badge.py", "markdown_rules.py", "text_width*")
DIGITS = 16


@cache
def build_id() -> str:
    """Return the hash of templates, of rendering code and of the base URL."""
    digest = hashlib.sha256(load_settings().base_url.encode())
    for path in sorted(_files()):
        digest.update(path.relative_to(ROOT).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:DIGITS]


def _files() -> set[Path]:
    whole = {p for name in SOURCES[:3] for p in (ROOT / name).rglob("*") if p.is_file()}
    core = set((ROOT / SOURCES[3]).glob("*.py"))
    runtime = {p for name in RUNTIME for p in (ROOT / "domain" / "runtime").glob(name)}
    return {
        path for path in whole | core | runtime if not UNRELATED & {*path.relative_to(ROOT).parts}
    }
