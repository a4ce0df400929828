"""Runs one command from a process that is small itself, and prints what it took as JSON.

A process begins with the peak memory of the one that starts it. So this one imports little,
and is started as `python -I -S launcher.py SPECIFICATION`.
"""

import json
import os
import sys
import time

_STEP = 0.008
"""Seconds between two looks at the memory."""


def main() -> None:
    """Run what the first argument says, as JSON, and print seconds, kilobytes and the code."""
    given = json.loads(sys.argv[1])
    os.chdir(given["directory"])
    files = [
        (os.POSIX_SPAWN_OPEN, 0, given["input"], os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, given["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
        (os.POSIX_SPAWN_OPEN, 2, given["errors"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
    ]
    words, around = given["words"], given["environment"]
    begun = time.monotonic()
    pid = os.posix_spawn(words[0], words, around, file_actions=files)
    peak = _watch(pid) if given["is_watched"] else 0
    _, status, used = os.wait4(pid, 0)
    wall = time.monotonic() - begun
    print(
        json.dumps(
            {
                "wall": wall,
                "cpu": used.ru_utime + used.ru_stime,
                "peak": max(peak, used.ru_maxrss) / 1000,
                "code": os.waitstatus_to_exitcode(status),
            }
        )
    )


def _watch(pid: int) -> int:
    """Return the largest memory of a process with all below it, in kB, once it has ended.

    Pages that processes share count once: each has its part of them.
    """
    peak = 0
    while os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        processes = _tree(pid)
        if len(processes) > 1:
            peak = max(peak, sum(_part(each) for each in processes))
        time.sleep(_STEP)
    return peak


def _tree(pid: int) -> list[int]:
    """Return a process and all that it started."""
    found = [pid]
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children") as children:
                for child in children.read().split():
                    found += _tree(int(child))
    except OSError:
        pass
    return found


def _part(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/smaps_rollup") as lines:
            for line in lines:
                if line.startswith("Pss:"):
                    return int(line.split()[1])
    except OSError:
        pass
    return 0


main()
