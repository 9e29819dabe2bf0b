"""The words of the code: which ones names and first sentences never use.

Source: docs/glossary.md, "Words we don't use".
"""

import ast
import re
from collections.abc import Iterator
from typing import Final

from tests.architecture.source import Source

# A function is a verb and a noun, a value is its noun: none is a bare participle.
PARTICIPLES: Final = frozenset(
    (
        *("told", "given", "found", "said", "begun", "named", "held", "kept", "taken", "asked"),
        *("shown", "heard", "known", "left", "done", "seen", "sent", "made", "wanted", "noted"),
        "drawn",
    )
)
# Sentences whose subject is one of these leave the reader to guess it.
RIDDLES: Final = frozenset(
    ("who", "whoever", "whom", "whose", "nobody", "somebody", "what", "whatever", "anew", "told")
)
FIRST_LINE_WORDS: Final = 15
# Templates read these attributes by name.
READ_BY_TEMPLATES: Final = frozenset(
    [
        ("domain/page/state.py", "held"),
        ("domain/store/postgres/notifications/delivery_report.py", "sent"),
    ]
)
WORD: Final = re.compile(r"[a-z']+")
CODE: Final = re.compile(r"`[^`]*`")


def names_chosen(source: Source) -> Iterator[tuple[int, str]]:
    """Yield every name that a file chooses for a function, an argument or a variable."""
    for node in ast.walk(source.tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield node.lineno, name
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()):
                yield node.lineno, name


def names_things_by_nouns(source: Source) -> Iterator[str]:
    """Yield an offence for each name that is a bare participle."""
    for line, name in names_chosen(source):
        if name.strip("_") in PARTICIPLES and (str(source.path), name) not in READ_BY_TEMPLATES:
            yield f"{source.path}:{line} '{name}': a value is its noun, a function verb + noun."


def names_its_subjects(source: Source) -> Iterator[str]:
    """Yield an offence for each docstring whose first line is long or hides its subject."""
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    for node in ast.walk(source.tree):
        if isinstance(node, kinds) and (text := ast.get_docstring(node)):
            words = WORD.findall(CODE.sub("", text.splitlines()[0]).lower())
            where = f"{source.path}:{getattr(node, 'lineno', 1)}"
            if riddles := RIDDLES & set(words):
                yield f"{where} says {sorted(riddles)}: name the subject."
            if len(words) > FIRST_LINE_WORDS:
                yield f"{where} begins with {len(words)} words: {FIRST_LINE_WORDS} at most."


LAWS: Final = (names_things_by_nouns, names_its_subjects)
