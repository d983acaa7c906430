"""Linear algebra on one core.

The matrices of factor analysis are small and many: threads inside each operation cost far more than they give,
up to a hundredfold when the machine has other work.
"""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_core() -> Iterator[None]:
    """For as long as the block, or the decorated function, runs.

    >>> import numpy as np
    >>> with one_core():
    ...     print(np.linalg.det(np.eye(3)))
    1.0
    """
    import scipy.linalg  # noqa: F401 - brings its own library, which must be loaded to be limited
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    with threadpool_limits(limits=1, user_api="blas"):
        yield
