"""Linear algebra on one core.

The matrices of factor analysis are small and many: threads inside each operation cost far more than they give,
up to a hundredfold when the machine has other work.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any


@contextmanager
def one_core() -> Iterator[None]:
    """For as long as the block, or the decorated function, runs.

    >>> import numpy as np
    >>> with one_core():
    ...     print(np.linalg.det(np.eye(3)))
    1.0
    """
    with _libraries().limit(limits=1, user_api="blas"):
        yield


@cache
def _libraries() -> Any:
    """Found once a process: to look through all that is loaded takes longer than many a block."""
    import scipy.linalg  # noqa: F401 - brings its own library, which must be loaded to be limited
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

    return ThreadpoolController()
