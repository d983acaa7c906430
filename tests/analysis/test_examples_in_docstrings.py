"""Every public function of the analysis has an example that runs and gives what it says."""

import doctest
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from types import FunctionType

import pytest

import analysis

MODULES = sorted(m.name for m in pkgutil.walk_packages(analysis.__path__, "analysis.") if not m.ispkg)


def functions(name: str) -> Iterator[tuple[str, FunctionType]]:
    """The functions the module defines, without their decorators, which hide them from doctest."""
    module = importlib.import_module(name)
    for key, thing in vars(module).items():
        bare = inspect.unwrap(thing)
        if inspect.isfunction(bare) and bare.__module__ == name:
            yield key, bare


@pytest.mark.parametrize("name", MODULES)
def test_examples_give_what_they_say(name: str) -> None:
    finder, runner = doctest.DocTestFinder(recurse=False), doctest.DocTestRunner(verbose=False)
    for key, function in functions(name):
        for example in finder.find(function, key, importlib.import_module(name)):
            runner.run(example)
    assert runner.summarize(verbose=False).failed == 0


@pytest.mark.parametrize("name", MODULES)
def test_every_public_function_has_an_example(name: str) -> None:
    public = [(key, function) for key, function in functions(name) if not key.startswith("_")]
    assert {key for key, function in public if ">>>" not in (function.__doc__ or "")} == set()
