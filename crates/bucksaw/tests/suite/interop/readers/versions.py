"""The versions of the readers that are run."""

import importlib.metadata
import pathlib
import re

GO_MODULES = pathlib.Path(__file__).parent.parent / "go" / "go.mod"


def of_package(package):
    """The version of an installed package as text, without what a build adds to it."""
    return importlib.metadata.version(package).partition("+")[0]


def is_installed(package):
    return bool(list(importlib.metadata.distributions(name=package)))


def of_go_module(module):
    """The version that go.mod requires."""
    (found,) = re.findall(rf"{re.escape(module)}\S* v(\S+)", GO_MODULES.read_text())
    return found


def numbers(version):
    """A version as numbers, which are compared as versions are."""
    return tuple(int(number) for number in re.findall(r"\d+", version))
