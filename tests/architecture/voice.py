"""All that people read in templates and scripts: text, labels, and the sentences within code."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

COMMENT = re.compile(r"\{#.*?#\}|<!--.*?-->", re.DOTALL)
CODE = re.compile(r"\{[{%](.*?)[%}]\}", re.DOTALL)
LITERAL = re.compile(r'"([^"]*)"')
READ_ALOUD = {"alt", "aria-label", "placeholder", "title"}  # and every data-* with a blank
SCRIPT = re.compile(
    r"//[^\n]*|/\*.*?\*/|/(?![*/ ])(?:\\.|\[(?:\\.|[^\]\n])*\]|[^/\n\\])+/[a-z]*(?=[.,;)])"
    r"""|"((?:\\.|[^"\\\n])*)"|'((?:\\.|[^'\\\n])*)'|`((?:\\.|[^`\\])*)`""",
    re.DOTALL,
)
IN_SCRIPT = re.compile(r"\$\{[^}]*\}")


class Reader(HTMLParser):
    """Collects text and read-aloud attributes; the content of `style` and `script` is code."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._code = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._code = tag if tag in {"style", "script"} else ""
        self.texts += [
            value
            for name, value in attrs
            if value and (name in READ_ALOUD or (name.startswith("data-") and " " in value))
        ]

    def handle_endtag(self, tag: str) -> None:
        self._code = ""

    def handle_data(self, data: str) -> None:
        if not self._code:
            self.texts.append(data)


def texts_of_template(source: str) -> Iterator[str]:
    """The texts of a Jinja template: its text nodes, and the literals of its code."""
    markup = COMMENT.sub("", source)
    for code in CODE.findall(markup):
        yield from filter(is_read, LITERAL.findall(code))
    reader = Reader()
    reader.feed(CODE.sub("…", markup))
    yield from (" ".join(text.split()) for text in reader.texts)


def texts_of_script(source: str) -> Iterator[str]:
    """The literals of a script that are sentences or labels."""
    for groups in SCRIPT.findall(source):
        yield from filter(is_read, (IN_SCRIPT.sub("…", text) for text in groups))


def is_read(literal: str) -> bool:
    """Whether a literal is for people: it has several words, or begins with a capital."""
    return bool(re.search(r"\w[\w,.;:’'…]* \w|^[A-Z][a-z]+", literal)) and "=" not in literal
