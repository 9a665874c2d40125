"""Plants defects in a module's source and asks whether the probes notice: a check of the checks.

A mutant that answers a random caller as the original does is equivalent and is not counted. The others must be caught.
"""

import ast
import difflib
import random
from collections.abc import Callable, Iterator
from dataclasses import replace

from pydantic import BaseModel, ConfigDict

from envfactory_assets.environments import ModuleError, load_environment
from envfactory_assets.records import derived_seed
from envfactory_assets.verification.steps import Step
from envfactory_assets.verification.subject import Subject

_TRIED_PER_MUTANT = 3
_BY_STATE = frozenset({"precondition_failed", "conflict"})
_WRITES = frozenset({"replace", "transition"})


class MutantResult(BaseModel):
    """One planted defect that a caller can see, and what caught it."""

    model_config = ConfigDict(frozen=True)

    kind: str
    line: int
    column: int
    caught_by: str | None
    diff: str


def try_mutants(subject: Subject, source: str, count: int, judge: Callable[[Subject], str | None]) -> list[MutantResult]:
    """Plant defects one at a time and judge each.

    Args:
        subject: the environment, which passes.
        source: its module.
        count: how many non-equivalent mutants to judge, at most.
        judge: names the probe that fails on a subject, or None.
    """
    tree = ast.parse(source)
    sites = _mixed(list(_sites(tree)), random.Random(derived_seed(subject.seed, "mutants")))  # noqa: S311 - choices, no secrets
    original = ast.unparse(tree)
    results: list[MutantResult] = []
    for place, kind in sites[: count * _TRIED_PER_MUTANT]:
        if len(results) == count:
            break
        mutated = ast.unparse(_planted(source, place, kind))
        mutant = _loaded(subject, mutated)
        if mutant is not None and _differs(subject, mutant):
            lines = difflib.unified_diff(original.splitlines(), mutated.splitlines(), lineterm="", n=1)
            where = list(ast.walk(tree))[place]
            line, column = getattr(where, "lineno", 1), getattr(where, "col_offset", 0)
            results.append(MutantResult(kind=kind, line=line, column=column, caught_by=judge(mutant), diff="\n".join(lines)))
    return results


def _loaded(subject: Subject, source: str) -> Subject | None:
    """The mutant, held to what the original says of itself; None if it does not load."""
    try:
        return replace(subject, environment=load_environment(source, subject.env_id))
    except ModuleError:
        return None


def _differs(subject: Subject, mutant: Subject) -> bool:
    """Whether the random caller can tell the two apart."""
    try:
        pairs = [*_walked(subject, mutant), *_searched(subject, mutant)]
    except Exception:  # noqa: BLE001 - a mutant that cannot be run at all is anything but equivalent
        return True
    return any(_outcome(ours) != _outcome(theirs) or ours.after != theirs.after for ours, theirs in pairs)


def _walked(subject: Subject, mutant: Subject) -> Iterator[tuple[Step, Step]]:
    for walk, other in zip(subject.walks, mutant.walks, strict=True):
        yield from zip(walk.steps, other.steps, strict=True)


def _searched(subject: Subject, mutant: Subject) -> Iterator[tuple[Step, Step]]:
    """The calls that a search had to find, made to both."""
    for search in subject.searches.values():
        if search.step is not None:
            episode = mutant.start(search.step.before)
            result = mutant.call(episode, search.step.tool, search.step.arguments)
            yield search.step, replace(search.step, result=result, after=mutant.state(episode))


def _outcome(step: Step) -> str:
    """What a caller can tell apart: the answer, or which kind of refusal; a state that refuses may word it in several ways."""
    if step.result.error is None:
        return step.result.content
    return "refused by the state" if step.result.error.code in _BY_STATE else step.result.error.code


def _sites(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every (place in walk order, kind of defect) that fits inside a tool, a helper or a decorator."""
    for place, node in enumerate(ast.walk(tree)):
        for kind, (fits, _) in _KINDS.items():
            if fits(node):
                yield place, kind


def _mixed(sites: list[tuple[int, str]], rng: random.Random) -> list[tuple[int, str]]:
    """Shuffled, and each kind in turn."""
    rng.shuffle(sites)
    turn: dict[str, int] = {}
    ordered = []
    for place, kind in sites:
        turn[kind] = turn.get(kind, 0) + 1
        ordered.append((turn[kind], place, kind))
    return [(place, kind) for _, place, kind in sorted(ordered, key=lambda site: site[0])]


def _planted(source: str, place: int, kind: str) -> ast.Module:
    mutant = ast.parse(source)
    target = list(ast.walk(mutant))[place]
    _, change = _KINDS[kind]
    _Swap(target, change(target)).visit(mutant)
    return ast.fix_missing_locations(mutant)


class _Swap(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self._old = old
        self._new = new

    def visit(self, node: ast.AST) -> ast.AST:
        return self._new if node is self._old else self.generic_visit(node)


def _is_method(node: ast.AST, names: frozenset[str]) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in names
        and isinstance(node.func.value, ast.Attribute)  # self.<table>.<method>
        and isinstance(node.func.value.value, ast.Name)
        and node.func.value.value.id == "self"
    )


def _call(node: ast.AST) -> ast.Call:
    if not isinstance(node, ast.Call):
        raise TypeError("Only calls are changed here.")
    return node


def _without_write(node: ast.AST) -> ast.AST:
    """The row as it was, instead of the row as written."""
    return _call(node).args[0]


def _added_and_removed(node: ast.AST) -> ast.AST:
    """A row that is returned but not kept."""
    function = _call(node).func
    table = ast.unparse(function.value) if isinstance(function, ast.Attribute) else ""
    return ast.parse(f"[({table}.remove(added), added)[1] for added in [{ast.unparse(node)}]][0]", mode="eval").body


def _nothing(node: ast.AST) -> ast.AST:
    return ast.copy_location(ast.Constant(None), node)


def _is_guard(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and not node.orelse and len(node.body) == 1 and isinstance(node.body[0], ast.Raise)


def _is_transition_declaration(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and {"sources", "target"} <= {keyword.arg for keyword in node.keywords}


def _any_source(node: ast.AST) -> ast.AST:
    """The target becomes one more state the transition may start from."""
    call = _call(node)
    target = next(keyword.value for keyword in call.keywords if keyword.arg == "target")
    for keyword in call.keywords:
        if keyword.arg == "sources" and isinstance(keyword.value, ast.List | ast.Tuple):
            keyword.value.elts.append(target)
    return call


def _is_filtered(node: ast.AST) -> bool:
    return _is_method(node, frozenset({"where"})) and bool(_call(node).keywords)


def _one_filter_less(node: ast.AST) -> ast.AST:
    call = _call(node)
    call.keywords.pop()
    return call


def _has_two_fields(node: ast.AST) -> bool:
    return _is_method(node, frozenset({"add", "replace"})) and len(_named_values(_call(node))) > 1


def _named_values(call: ast.Call) -> list[ast.keyword]:
    return [keyword for keyword in call.keywords if keyword.arg and not isinstance(keyword.value, ast.Constant)]


def _swapped_fields(node: ast.AST) -> ast.AST:
    call = _call(node)
    first, second = _named_values(call)[:2]
    first.value, second.value = second.value, first.value
    return call


_KINDS: dict[str, tuple[Callable[[ast.AST], bool], Callable[[ast.AST], ast.AST]]] = {
    "write dropped": (lambda node: _is_method(node, _WRITES) and bool(_call(node).args), _without_write),
    "row not kept": (lambda node: _is_method(node, frozenset({"add"})), _added_and_removed),
    "removal dropped": (lambda node: _is_method(node, frozenset({"remove"})), _nothing),
    "guard dropped": (_is_guard, lambda node: ast.copy_location(ast.Pass(), node)),
    "from-set widened": (_is_transition_declaration, _any_source),
    "filter ignored": (_is_filtered, _one_filter_less),
    "fields swapped": (_has_two_fields, _swapped_fields),
}
