"""Memory that forked processes share stays shared only while nobody writes to its pages.

What was measured, and why each step is worth its lines: docs/decisions/0020-memory-of-the-process-group.md.
"""

import ctypes
import gc

_ARENAS = -8
"""glibc's M_ARENA_MAX."""
_LARGEST, _SMALLEST = 64 * 1024, 32


def settle() -> None:
    """Call once, last before forking: nothing loaded so far is looked at by the collector any more, and new things lie
    on new pages instead of in the gaps between shared ones."""
    gc.collect()
    gc.freeze()
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallinfo2"):  # glibc
        libc.mallopt(_ARENAS, 1)  # one heap for all threads of a process: they hold one lock most of the time anyway
        _fill_gaps(libc)


class _MallocInfo(ctypes.Structure):
    """glibc's `struct mallinfo2`; `keepcost` is what is free at the heap's end."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost",
        )
    ]  # fmt: skip


def _fill_gaps(libc: ctypes.CDLL) -> int:
    """Take every gap that loading left in the C heap, for ever; how many there were.

    They sum up to less than a megabyte, on a thousand pages: each process would copy these pages one by one.
    """
    libc.mallinfo2.restype = _MallocInfo
    libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    filled, size = 0, _LARGEST
    free_at_end = libc.mallinfo2().keepcost
    while size >= _SMALLEST:
        libc.malloc(size - 8)  # glibc's own header makes it `size`
        before, free_at_end = free_at_end, libc.mallinfo2().keepcost
        if free_at_end == before:
            filled += 1  # it came from a gap: there may be another of this size
        else:
            size -= 16 if size <= 1024 else size // 5 // 16 * 16
    return filled
