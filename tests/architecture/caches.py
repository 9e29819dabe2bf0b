"""Finds what a process may fill for ever: caches without a size, and containers that only grow."""

import ast
from collections.abc import Iterator

from tests.architecture.source import Source

CONTAINERS = frozenset(
    [
        *("dict", "list", "set", "deque", "OrderedDict", "defaultdict", "Counter"),
        *("WeakKeyDictionary", "WeakValueDictionary", "ChainMap"),
    ]
)
LITERALS = (ast.Dict, ast.List, ast.Set, ast.DictComp, ast.ListComp, ast.SetComp)
GROWING = frozenset(["add", "append", "appendleft", "extend", "insert", "setdefault", "update"])
Function = ast.FunctionDef | ast.AsyncFunctionDef


def unbounded_caches(source: Source) -> Iterator[tuple[str, int]]:
    """Every function with parameters whose results are kept without a size, by name and line."""
    for node in ast.walk(source.tree):
        if isinstance(node, Function) and _has_parameters(node):
            for decorator in node.decorator_list:
                if _keeps_everything(decorator):
                    yield node.name, node.lineno


def growing_containers(source: Source) -> Iterator[tuple[str, int]]:
    """Every container of a module or an object that some function puts something into.

    An object's is named `Class.attribute`, a module's by its own name.
    """
    grown = _grown(source.tree)
    for name, line in _module_containers(source.tree).items():
        if ("", name) in grown:
            yield name, line
    for made in (node for node in ast.walk(source.tree) if isinstance(node, ast.ClassDef)):
        for name, line in _attributes(made).items():
            if ("self", name) in grown:
                yield f"{made.name}.{name}", line


def _has_parameters(function: Function) -> bool:
    arguments = function.args
    listed = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return bool(listed or arguments.vararg or arguments.kwarg)


def _keeps_everything(decorator: ast.expr) -> bool:
    if _called(decorator) == "cache":
        return True
    if not isinstance(decorator, ast.Call) or _called(decorator.func) != "lru_cache":
        return False
    sizes = [*decorator.args[:1], *(k.value for k in decorator.keywords if k.arg == "maxsize")]
    return any(isinstance(size, ast.Constant) and size.value is None for size in sizes)


def _called(node: ast.expr | None) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(value=value):
            return _called(value)
    return ""


def _is_container(value: ast.expr | None) -> bool:
    if isinstance(value, ast.Call):
        # `field(default_factory=dict)` makes one for each object.
        made = [value.func, *(k.value for k in value.keywords if k.arg == "default_factory")]
        is_bounded = any(keyword.arg == "maxlen" for keyword in value.keywords)
        return not is_bounded and any(_called(each) in CONTAINERS for each in made)
    return isinstance(value, LITERALS)


def _assigned(node: ast.AST) -> tuple[list[ast.expr], ast.expr | None]:
    match node:
        case ast.Assign(targets=targets, value=value):
            return targets, value
        case ast.AnnAssign(target=target, value=value):
            return [target], value
    return [], None


def _module_containers(tree: ast.Module) -> dict[str, int]:
    return {
        target.id: node.lineno
        for node in tree.body
        for targets, value in [_assigned(node)]
        for target in targets
        if isinstance(target, ast.Name) and _is_container(value)
    }


def _attributes(made: ast.ClassDef) -> dict[str, int]:
    found = {}
    for node in ast.walk(made):
        targets, value = _assigned(node)
        for target in targets:
            if isinstance(target, ast.Attribute | ast.Name) and _is_container(value):
                is_own = _called(getattr(target, "value", None)) == "self" or node in made.body
                if is_own:
                    found[_called(target)] = node.lineno
    return found


def _grown(tree: ast.AST) -> set[tuple[str, str]]:
    """What functions put something into: (`self` or nothing, the name)."""
    functions = (node for node in ast.walk(tree) if isinstance(node, Function))
    held = [_put_into(node) for function in functions for node in ast.walk(function)]
    return {
        (_called(getattr(node, "value", None)), _called(node))
        for node in held
        if isinstance(node, ast.Name | ast.Attribute)
    }


def _put_into(node: ast.AST) -> ast.expr | None:
    """Return the expression that a statement or a call puts something into."""
    match node:
        case ast.Subscript(value=held, ctx=ast.Store()) | ast.AugAssign(target=held):
            return held
        case ast.Call(func=ast.Attribute(value=held, attr=verb)) if verb in GROWING:
            return held
    return None
