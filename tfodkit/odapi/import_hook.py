"""Runs something around and after the loading of a foreign module, whenever that comes.

Files on disk and their text stay as they are: a module is mended by what stands in ``sys.modules`` while it loads, and
by names replaced in it once it is loaded. (Source edited on load would do as well, but AutoGraph reads a function's
source again through ``co_filename``, and would convert the text that was not edited.)
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import spec_from_file_location
from types import ModuleType
from typing import TypeAlias

Around: TypeAlias = Callable[[], AbstractContextManager[None]]
After: TypeAlias = Callable[[ModuleType], None]


def around_load(module: str, context: Around) -> None:
    """Load ``module`` inside ``context()``; once however often asked. No effect on a module that is loaded already."""
    contexts = _finder().around[module]
    if context not in contexts:
        contexts.append(context)


def after_load(module: str, mend: After) -> None:
    """Call ``mend(module)`` when ``module`` has been loaded, at once if it is; once however often asked."""
    mends = _finder().after[module]
    if mend in mends:
        return
    mends.append(mend)
    if module in sys.modules:
        mend(sys.modules[module])


@contextmanager
def stand_in(name: str, module: ModuleType) -> Iterator[None]:
    """For the length of the block ``import name`` gives ``module``, whether the real one is loaded already or not."""
    real = sys.modules.get(name)
    sys.modules[name] = module
    try:
        yield
    finally:
        if real is None:
            del sys.modules[name]
        else:
            sys.modules[name] = real


class _MendingFinder(MetaPathFinder):
    def __init__(self) -> None:
        self.around: defaultdict[str, list[Around]] = defaultdict(list)
        self.after: defaultdict[str, list[After]] = defaultdict(list)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self.around and fullname not in self.after:
            return None
        found = PathFinder.find_spec(fullname, path, target)
        if found is None or found.origin is None:
            return None
        loader = _MendingLoader(fullname, found.origin)
        loader.around = tuple(self.around.get(fullname, ()))
        loader.after = tuple(self.after.get(fullname, ()))
        return spec_from_file_location(fullname, found.origin, loader=loader)


class _MendingLoader(SourceFileLoader):
    around: tuple[Around, ...] = ()
    after: tuple[After, ...] = ()

    def exec_module(self, module: ModuleType) -> None:
        with ExitStack() as stack:
            for context in self.around:
                stack.enter_context(context())
            super().exec_module(module)
        for mend in self.after:
            mend(module)


def _finder() -> _MendingFinder:
    """The one finder of this process, put in front of the others when it is first asked for."""
    for finder in sys.meta_path:
        if isinstance(finder, _MendingFinder):
            return finder
    finder = _MendingFinder()
    sys.meta_path.insert(0, finder)
    return finder
