"""Memory that has been written cannot be run in this process, as systemd's MemoryDenyWriteExecute has it.

A filter on system calls (seccomp): every kernel Medvirk runs on has it. `prctl(PR_SET_MDWE)` needs Linux 6.3.
"""

import ctypes
import mmap
import platform
import struct
import sys

_PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS, _FILTER_MODE = 22, 38, 2
_LOAD, _AND, _EQUAL, _RETURN = 0x20, 0x54, 0x15, 0x06
_ALLOW, _DENY = 0x7FFF0000, 0x00050000 | 1  # EPERM
_WRITE, _EXECUTE = 2, 4
_CALL, _PROTECTION = 0, 32  # Where the filter finds the call's number, and its third argument.
_CALLS = {"x86_64": (9, 10), "aarch64": (222, 226)}  # mmap and mprotect


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


def forbid() -> None:
    """From here on: no new memory that is both written and run, and none that is made runnable afterwards."""
    new_memory, changed_memory = _CALLS[platform.machine()]
    instructions = [
        (_LOAD, 0, 0, _CALL),
        (_EQUAL, 2, 0, new_memory),
        (_EQUAL, 4, 0, changed_memory),
        (_RETURN, 0, 0, _ALLOW),
        (_LOAD, 0, 0, _PROTECTION),
        (_AND, 0, 0, _WRITE | _EXECUTE),
        (_EQUAL, 3, 4, _WRITE | _EXECUTE),
        (_LOAD, 0, 0, _PROTECTION),
        (_AND, 0, 0, _EXECUTE),
        (_EQUAL, 0, 1, _EXECUTE),
        (_RETURN, 0, 0, _DENY),
        (_RETURN, 0, 0, _ALLOW),
    ]
    packed = b"".join(struct.pack("=HBBI", *each) for each in instructions)
    kernel = ctypes.CDLL(None, use_errno=True)
    program = _Program(len(instructions), packed)
    if kernel.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        sys.exit("the kernel does not let a process give up privileges")
    if kernel.prctl(_PR_SET_SECCOMP, _FILTER_MODE, ctypes.byref(program), 0, 0) != 0:
        sys.exit(f"the kernel takes no filter: error {ctypes.get_errno()}")


def main() -> None:
    forbid()
    try:
        mmap.mmap(-1, 4096, prot=7)
    except PermissionError:
        pass
    else:
        sys.exit("nothing is forbidden")
    _use_libraries_with_machine_code()


def _use_libraries_with_machine_code() -> None:
    import argon2
    import nacl.public
    import numpy as np
    import pandas  # noqa: F401
    import pingouin  # noqa: F401
    import plotly.graph_objects  # noqa: F401
    import psycopg  # noqa: F401
    import pyarrow  # noqa: F401
    import pyreadstat  # noqa: F401
    import scipy.integrate
    import scipy.optimize
    import typst  # noqa: F401

    np.linalg.inv(np.eye(200))
    scipy.integrate.quad(lambda x: x, 0, 1)
    scipy.optimize.minimize(np.linalg.norm, [1.0, 1.0])
    nacl.public.SealedBox(nacl.public.PrivateKey.generate()).encrypt(b"x")
    argon2.PasswordHasher(time_cost=1, memory_cost=64).hash("x")


if __name__ == "__main__":
    main()
