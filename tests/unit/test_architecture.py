import ast
from pathlib import Path

import pytest

HERE = Path(__file__).parents[2]
DOMAIN = sorted(HERE.joinpath("domain").rglob("*.py"))


def name_of(path):
    return ".".join(path.relative_to(HERE).with_suffix("").parts)


FUNCTIONS = [
    pytest.param(node, id=f"{name_of(path)}.{node.name}")
    for path in DOMAIN
    for node in ast.parse(path.read_text()).body
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
]
CLOCK = {"now", "utcnow", "today", "time", "monotonic"}


def called(path):
    return [node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_async_reads_and_writes_and_sync_decides(function):
    takes_db = bool(function.args.args) and function.args.args[0].arg == "db"

    assert takes_db == isinstance(function, ast.AsyncFunctionDef)


@pytest.mark.parametrize("path", DOMAIN, ids=name_of)
def test_the_domain_never_begins_or_ends_a_transaction(path):
    attributes = {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}

    assert attributes & {"commit", "rollback", "begin", "begin_nested"} == set()


@pytest.mark.parametrize("path", DOMAIN, ids=name_of)
def test_the_domain_is_told_the_time_and_never_reads_a_clock(path):
    read = {function.attr for function in called(path) if isinstance(function, ast.Attribute)} & CLOCK

    assert read == set()


@pytest.mark.parametrize("path", DOMAIN, ids=name_of)
def test_every_public_command_that_writes_says_by_whom_and_when(path):
    told = {
        function.name: {argument.arg for argument in function.args.kwonlyargs}
        for function in ast.parse(path.read_text()).body
        if isinstance(function, ast.AsyncFunctionDef) and "history.record(" in ast.unparse(function)
    }

    assert {name for name, arguments in told.items() if not {"by", "now"} <= arguments} == set()
