"""A made-up user whose transcripts look, grow and cost like a real one's.

    user = DemoUser(seed=7, now_ms=system_clock())
    written = write_history(directory, user)      # days of work, an active block at now
    writer = DemoWriter(directory, user)          # goes on exactly where history ended
    writer.step(now_ms)                           # append what is due; lines appended
    writer.run(stop)                              # the same in real time, until stop is set

`directory` is a root: transcripts go to `<directory>/projects`, and `Settings(roots=(directory,))`
reads them. The same user always gives the same bytes, whatever the steps. All text is invented.
"""

from engine.demo.history import Written, write_history
from engine.demo.user import DemoUser
from engine.demo.writer import DemoWriter

__all__ = ["DemoUser", "DemoWriter", "Written", "write_history"]
