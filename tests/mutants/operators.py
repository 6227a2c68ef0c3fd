"""What is changed, one place at a time: slips that a person makes, not noise.

mutmut has more operators than are used here.  Left out are those that nearly always crash (an
argument that is gone, `None` for every value), which would flatter the figure, and those that
change what only a person reads (prose in upper case).
"""

from collections.abc import Callable, Iterable, Iterator

import libcst as cst
from libcst import matchers
from mutmut.mutation import mutators

Operator = tuple[type[cst.CSTNode], Callable[..., Iterable[cst.CSTNode]]]

_BY_MUTMUT = (
    mutators.operator_number,
    mutators.operator_name,
    mutators.operator_augmented_assignment,
    mutators.operator_remove_unary_ops,
    mutators.operator_symmetric_string_methods_swap,
    mutators.operator_unsymmetrical_string_methods_swap,
    mutators.operator_keywords,
    mutators.operator_swap_op,
    mutators.operator_match,
    mutators.operator_if_exp,
)


def key(node: cst.SimpleString) -> Iterator[cst.CSTNode]:
    """Change a text that a program reads: a key, a name, a path; a sentence stays."""
    text = node.evaluated_value
    if isinstance(text, str) and text and " " not in text and not node.value.startswith('"""'):
        yield cst.SimpleString(repr(f"{text}-"))


def statement(node: cst.SimpleStatementLine) -> Iterator[cst.CSTNode]:
    """Leave a statement out: a call for its effect, an early return, a `continue`."""
    dropped = (
        matchers.Expr(value=matchers.Call() | matchers.Await())
        | matchers.Return(value=None)
        | matchers.Continue()
    )
    if len(node.body) == 1 and matchers.matches(node.body[0], dropped):
        yield node.with_changes(body=[cst.Pass()])


def condition(node: cst.If | cst.While | cst.CompIf) -> Iterator[cst.CSTNode]:
    """Turn a condition round."""
    if not matchers.matches(node.test, matchers.UnaryOperation() | matchers.Comparison()):
        yield node.with_changes(test=_negated(node.test))


def part(node: cst.BooleanOperation) -> Iterator[cst.CSTNode]:
    """Forget one half of an `and` or an `or`."""
    yield _enclosed(node.left)
    yield _enclosed(node.right)


def keyword(node: cst.Call) -> Iterator[cst.CSTNode]:
    """Forget a keyword argument, so that its default counts."""
    for index, argument in enumerate(node.args):
        if argument.keyword is not None:
            yield node.with_changes(args=[*node.args[:index], *node.args[index + 1 :]])


def answer(node: cst.Return) -> Iterator[cst.CSTNode]:
    """Return nothing."""
    if node.value is not None and not matchers.matches(node.value, matchers.Name("None")):
        yield node.with_changes(value=cst.Name("None"))


def _negated(test: cst.BaseExpression) -> cst.UnaryOperation:
    return cst.UnaryOperation(cst.Not(), _enclosed(test))


def _enclosed(part: cst.BaseExpression) -> cst.BaseExpression:
    """Put parentheses around: what binds weaker, or goes over several lines, stays whole."""
    made: cst.BaseExpression = part.with_changes(
        lpar=[cst.LeftParen(), *part.lpar], rpar=[*part.rpar, cst.RightParen()]
    )
    return made


_OURS: tuple[Operator, ...] = (
    (cst.SimpleString, key),
    (cst.SimpleStatementLine, statement),
    (cst.If, condition),
    (cst.While, condition),
    (cst.CompIf, condition),
    (cst.BooleanOperation, part),
    (cst.Call, keyword),
    (cst.Return, answer),
)


def use() -> None:
    """Let mutmut make these mutants and no others."""
    kept = [each for each in mutators.mutation_operators if each[1] in _BY_MUTMUT]
    mutators.mutation_operators[:] = [*kept, *_OURS]
