"""Processes that make blocks side by side and are gone when their parent is, however it ends."""

import ctypes
import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import active_children, get_context

_PR_SET_PDEATHSIG = 1


@contextmanager
def workers(count: int) -> Iterator[ProcessPoolExecutor]:
    """A pool of so many processes. An error or Ctrl-C ends them in the midst of their work.

    Give it work from the main thread: Linux ends a child when the thread that started it is gone.
    """
    # Spawned, not forked: progress bars have threads, and a fork copies their locks as they happen to be.
    pool = ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_begin, initargs=(os.getpid(),))
    try:
        yield pool
    except BaseException:
        for child in active_children():
            child.kill()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(parent: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends us
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it was gone already
            os._exit(1)
