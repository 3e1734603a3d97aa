"""Where a published prompt stands, and how it is taken out of its file. Pure: the file's text comes from the caller.

Nothing of the file is ever run: Python is parsed, and only string literals are read.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from vlrb_task.support.errors import DataError


@dataclass(frozen=True, slots=True)
class Place:
    """A string in a file.

    Attributes:
        variable: the name that it is assigned to, in Python; without one, what the function returns.
        function: the function or method that the assignment stands in; without it, the first assignment in the file.
        path: keys and indices to follow inside an assigned list or dict, such as ``(0, "template")``.
        prefix: in place of a variable, how the line begins whose rest is a Python string literal: for files that are not
            Python.
        brackets: holes for the insides of successive square brackets: for a prompt that is published with an example.
    """

    variable: str = ""
    function: str = ""
    path: tuple[int | str, ...] = ()
    prefix: str = ""
    brackets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Published:
    """A prompt in a public repository.

    Attributes:
        repository: ``owner/name`` on GitHub.
        revision: the commit, in full.
        file: the file's path.
        places: strings of that file, which make the prompt one after the other.
        holes: what stands there for a value (``{question}``, or an f-string's expression as ``{answers[0]}``), each with
            our name for it.
        between: what stands between the strings, such as the empty line between a system message and a prompt.
        criteria: a dict in the file that describes the criteria by which pairs are compared.
        package: the installed package that has the file too, so that nothing need be fetched.
    """

    repository: str
    revision: str
    file: str
    places: tuple[Place, ...]
    holes: Mapping[str, str] = field(default_factory=dict)
    between: str = ""
    criteria: str = ""
    package: str = ""

    @property
    def url(self) -> str:
        """The file on GitHub, for people."""
        return f"https://github.com/{self.repository}/blob/{self.revision}/{self.file}"


def extract(published: Published, source: str) -> str:
    """The prompt, with our names for its holes.

    Args:
        published: what to look for.
        source: the file's text.

    Raises:
        DataError: the file is not as expected; the text says what was not found.
    """
    text = published.between.join(_string(place, source) for place in published.places)
    for theirs, ours in published.holes.items():
        if theirs not in text:
            raise DataError(f"the prompt has no place {theirs}")
        text = text.replace(theirs, "{" + ours + "}")
    return text


def extract_criteria(published: Published, source: str) -> dict[str, str]:
    """What the file says of each criterion; empty where the prompt needs none.

    Raises:
        DataError: as :func:`extract`.
    """
    if not published.criteria:
        return {}
    tree = _parsed(source)
    found = _value(tree, published.criteria)
    if not isinstance(found, ast.Dict):
        raise DataError(f"{published.criteria} is not a dict")
    told = {}
    for key, value in zip(found.keys, found.values, strict=True):
        named = _value(tree, value.id) if isinstance(value, ast.Name) else value
        told[_literal(key or value, published.criteria)] = _literal(named, published.criteria)
    return told


def _string(place: Place, source: str) -> str:
    text = _line_literal(place.prefix, source) if place.prefix else _in_python(place, source)
    for hole in place.brackets:
        done, bracket, rest = text.partition("[")
        inside, closing, after = rest.partition("]")
        if not bracket or not closing or "{" in inside:
            raise DataError(f"the prompt has no square brackets for {hole}")
        # In place of the brackets, until all are done, so that no pair is found twice.
        text = f"{done}\0{{{hole}}}\1{after}"
    return text.replace("\0", "[").replace("\1", "]")


def _line_literal(prefix: str, source: str) -> str:
    for line in source.splitlines():
        if line.strip().startswith(prefix):
            try:
                value = ast.literal_eval(line.strip().removeprefix(prefix).strip())
            except (ValueError, SyntaxError) as error:
                raise DataError(f"what follows {prefix!r} is not a string") from error
            if isinstance(value, str):
                return value
    raise DataError(f"no line begins with {prefix!r}")


def _parsed(source: str) -> ast.AST:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError) as error:
        raise DataError(f"the file is not Python ({error})") from error


def _in_python(place: Place, source: str) -> str:
    tree = _parsed(source)
    if place.function:
        functions = [
            node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == place.function
        ]
        if not functions:
            raise DataError(f"no function {place.function}")
        tree = functions[0]
    where = f"{place.function}(): " if place.function else ""
    return _literal(_follow(_value(tree, place.variable, where), place), f"{where}{place.variable or 'its value'}")


def _value(tree: ast.AST, variable: str, where: str = "") -> ast.expr:
    """What is first assigned to a variable, or without one first returned."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AnnAssign):
            targets = [node.target]
        elif isinstance(node, ast.Return) and not variable:
            targets = [ast.Name("")]
        else:
            continue
        if node.value is not None and any(isinstance(t, ast.Name) and t.id == variable for t in targets):
            return node.value
    raise DataError(f"{where}nothing is assigned to {variable}" if variable else f"{where}nothing is returned")


def _follow(node: ast.expr, place: Place) -> ast.expr:
    for step in place.path:
        if isinstance(step, int) and isinstance(node, ast.List) and step < len(node.elts):
            node = node.elts[step]
        elif isinstance(node, ast.Dict):
            found = [
                v
                for k, v in zip(node.keys, node.values, strict=True)
                if isinstance(k, ast.Constant) and k.value == step
            ]
            if not found:
                raise DataError(f"{place.variable} has no {step!r} there")
            node = found[0]
        else:
            raise DataError(f"{place.variable} has no {step!r} there")
    return node


def _literal(node: ast.expr, name: str) -> str:
    """A string, or an f-string with each expression in braces as it is written."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            "{" + ast.unparse(part.value) + "}" if isinstance(part, ast.FormattedValue) else _literal(part, name)
            for part in node.values
        )
    raise DataError(f"{name} is not a string")
