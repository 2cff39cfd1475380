"""Python's collector, which looks at all objects for circles of those that nobody else refers to, the more often the
more are made.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Result = TypeVar("Result")


def without_collector(work: Callable[Given, Result]) -> Callable[Given, Result]:
    """The same work while the collector rests: for such as makes many objects, which all are kept or die by themselves.

    The collector belongs to the whole process. It works again when one of several pieces of such work is done, even if
    others go on in other threads, which is of no harm.
    """

    @wraps(work)
    def alone(*arguments: Given.args, **options: Given.kwargs) -> Result:
        collects = gc.isenabled()
        gc.disable()
        try:
            return work(*arguments, **options)
        finally:
            if collects:
                gc.enable()

    return alone
