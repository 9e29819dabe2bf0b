"""docs/http-api.md, made of the document: `make api-docs` writes it, a test compares it."""

from pathlib import Path

from web.openapi.document import Json, document
from web.openapi.reading import Field, Reading, Section, sections
from web.routes import ROUTES

FILE = Path(__file__).parents[2] / "docs" / "http-api.md"
BASE_URL = "https://hep.gg"


def markdown(told: Json) -> str:
    """Return the whole document."""
    parts = ["# HTTP API", "<!-- made by `make api-docs` of templates/docs and the code -->"]
    parts += [told["info"]["description"], *map(section, sections(told))]
    return "\n\n".join(parts) + "\n"


def section(one: Section) -> str:
    """Return a section: its words, then its operations."""
    return "\n\n".join([f"## {one.name}", one.words, *map(call, one.calls)])


def call(one: Reading) -> str:
    """Return one operation."""
    codes = ", ".join(
        f"{status} {' '.join(f'`{c}`' for c in found)}" for status, found in one.refusals
    )
    said = " ".join(filter(None, [one.summary, one.note]))
    parts = [f"### `{one.method} {one.path}`", f"{said} Asked with {one.who}."]
    parts += [table(fields, note) for note, fields in one.bodies]
    query = [field for field in one.parameters if field.what.endswith("(query)")]
    parts += [table(tuple(query), "")] if query else []
    parts += [
        f"→ {one.status} `{one.shape}`",
        f"Refusals: {codes}.",
        f"```sh\n{one.curl}\n```",
    ]
    return "\n\n".join(parts)


def table(fields: tuple[Field, ...], note: str) -> str:
    """Return fields as a table, under what they are."""
    rows = [f"| `{f.name}` | {'required' if f.is_required else ''} | {f.what} |" for f in fields]
    head = [note, ""] if note else []
    return "\n".join([*head, "| field | | |", "|---|---|---|", *rows])


def main() -> None:
    """Write the file."""
    FILE.write_text(markdown(document(ROUTES, BASE_URL)), "utf-8")


if __name__ == "__main__":
    main()
