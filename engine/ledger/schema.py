"""The ledger's tables, as of `VERSION`.

A *scope* is a set of one agent's roots in force; every scope has responses and sums of its
own, so that reading other roots mixes nothing, and a question about some agents alone is one
about their scopes. A session's and a model's number is of one agent, so rows of several
scopes never share one. Beside the responses stand three sums which grow
by differences: `buckets` (by slot, session, project and model), and what is read at every
start, `slot_totals` (by slot and model) and `session_totals` (by session, project and model).

A *slot* is half of a quarter hour's number: an even slot holds the responses exactly on
the quarter hour (they end a block but begin a day), the odd one after it the rest.
`changed` is the ledger's revision in which a row last changed. What is a `project` here is
ccusage's: the name of a directory below `projects`, as other agents' have one too.

A `state` is what reading on in a file of another agent than Claude Code needs to know. A
model's name is that under which its responses count (`engine.domain.responses.billed_name`);
where `is_fast`, its price is that of the name without the suffix. It is of one machine too:
`machine` is its place (`engine.domain.machines`), empty for the ledger's own. The compaction
of a context is a row of `responses` that counts for nothing; what `flags` say is in
`engine.ledger.sums`.
A *reading* is what an official source said of a window's use; a row stands for as long as it
said the same. A *hit* is a refusal since a limit was reached, as a transcript of a root tells
it. An *event* is what was told of a window that lasted from `start` until `until`. An *owner*
is whose limits a root's were from a time on. A *workplace* is a working directory or, where
`is_name`, the name of a directory below `projects`; a session's is the one that its line of
least `rank`, then `time`, tells of (`engine.domain.workplaces`). A *told session* is what the
status line said of one: how long its context may be (of the model), and how long the API has
worked for it.

A *pack* has responses of a scope that are not rows of `responses` yet, as records
(`engine.domain.packed_responses`) in the order of `ids`; one of them holds unless `responses`
has its id. `first` and `last` are the times between which it may have any. One that `is_held`
is counted nowhere before it is merged. A *listing* is what was found below a root when all of
it had been read: whoever has files read anew drops it.
"""

from __future__ import annotations

VERSION = 8

SUMS = (
    "responses",
    "unpriced",
    "input",
    "output",
    "cache_read",
    "cache_write_5m",
    "cache_write_1h",
    "cost",
    "calculated",
    "recorded",
    "reasoning",
)
"""Columns of every sum; `cost` is recorded where there is a record, else calculated."""

_SUM_COLUMNS = ",\n".join(f"  {name} INTEGER NOT NULL" for name in SUMS) + (
    ",\n  first INTEGER,\n  last INTEGER,\n  changed INTEGER NOT NULL"
)

READINGS = """CREATE TABLE readings (
  window TEXT NOT NULL,
  owner TEXT NOT NULL,
  source TEXT NOT NULL,
  session TEXT NOT NULL,
  resets_at INTEGER NOT NULL,
  captured_at INTEGER NOT NULL,
  confirmed_at INTEGER NOT NULL,
  used_share REAL NOT NULL,
  is_ageless INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (window, owner, source, session, resets_at, captured_at)
) STRICT, WITHOUT ROWID"""

HITS = """CREATE TABLE hits (
  root INTEGER NOT NULL,
  id INTEGER NOT NULL,
  time INTEGER NOT NULL,
  session TEXT NOT NULL,
  window TEXT NOT NULL,
  resets_at INTEGER,
  flags INTEGER NOT NULL,
  PRIMARY KEY (root, id)
) STRICT, WITHOUT ROWID"""

INDEXES = (
    "CREATE INDEX readings_by_time ON readings (confirmed_at)",
    "CREATE INDEX hits_by_time ON hits (root, time)",
    "CREATE INDEX events_by_time ON events (time)",
)
_INDEXES = ";\n".join(INDEXES)

EVENTS = """CREATE TABLE events (
  window TEXT NOT NULL,
  owner TEXT NOT NULL DEFAULT '',
  start INTEGER NOT NULL,
  kind TEXT NOT NULL,
  level TEXT NOT NULL,
  is_official INTEGER NOT NULL,
  until INTEGER NOT NULL,
  time INTEGER NOT NULL,
  severity TEXT NOT NULL,
  title TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (window, owner, start, kind, level, is_official)
) STRICT, WITHOUT ROWID"""

OWNERS = """CREATE TABLE owners (
  root TEXT NOT NULL, since INTEGER NOT NULL, owner TEXT NOT NULL, plan TEXT NOT NULL,
  PRIMARY KEY (root, since)
) STRICT, WITHOUT ROWID"""

TOLD_SESSIONS = """CREATE TABLE told_sessions (
  session TEXT NOT NULL, model TEXT NOT NULL, context INTEGER, api_time INTEGER,
  told_at INTEGER NOT NULL,
  PRIMARY KEY (session, model)
) STRICT, WITHOUT ROWID"""

PROJECTS = """CREATE TABLE projects (
  project INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE
) STRICT"""

WORKPLACES = (
    """CREATE TABLE workplaces (
  workplace INTEGER PRIMARY KEY, path TEXT NOT NULL, is_name INTEGER NOT NULL,
  UNIQUE (path, is_name)
) STRICT""",
    """CREATE TABLE session_workplaces (
  scope INTEGER NOT NULL,
  session INTEGER NOT NULL,
  workplace INTEGER NOT NULL,
  rank INTEGER NOT NULL,
  time INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  PRIMARY KEY (scope, session)
) STRICT, WITHOUT ROWID""",
    "CREATE INDEX session_workplaces_by_change ON session_workplaces (scope, changed)",
)
_WORKPLACES = ";\n".join(WORKPLACES)
PACKS = (
    """CREATE TABLE packs (
  pack INTEGER PRIMARY KEY,
  scope INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  is_held INTEGER NOT NULL,
  names BLOB NOT NULL,
  ids BLOB NOT NULL,
  records BLOB NOT NULL
) STRICT""",
    "CREATE INDEX packs_by_time ON packs (scope, is_held, last)",
)
_PACKS = ";\n".join(PACKS)

LISTINGS = """CREATE TABLE listings (
  root INTEGER PRIMARY KEY, listing BLOB NOT NULL
) STRICT"""

ROOTS = """CREATE TABLE roots (
  root INTEGER PRIMARY KEY, path TEXT NOT NULL, agent TEXT NOT NULL DEFAULT 'claude',
  UNIQUE (path, agent)
) STRICT"""

SESSIONS = """CREATE TABLE sessions (
  session INTEGER PRIMARY KEY, name TEXT NOT NULL, agent TEXT NOT NULL DEFAULT 'claude',
  UNIQUE (name, agent)
) STRICT"""

MODELS = """CREATE TABLE models (
  model INTEGER PRIMARY KEY, name TEXT NOT NULL, agent TEXT NOT NULL DEFAULT 'claude',
  provider TEXT NOT NULL DEFAULT '', price TEXT NOT NULL DEFAULT '',
  is_fast INTEGER NOT NULL DEFAULT 0, machine TEXT NOT NULL DEFAULT '',
  UNIQUE (name, agent, provider, machine)
) STRICT"""

MACHINES = """CREATE TABLE machines (
  machine TEXT PRIMARY KEY, id TEXT NOT NULL, name TEXT NOT NULL, person TEXT NOT NULL
) STRICT, WITHOUT ROWID"""

TABLES = f"""
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE clock (revision INTEGER NOT NULL) STRICT;
INSERT INTO clock VALUES (0);
{ROOTS};
CREATE TABLE scopes (
  scope INTEGER PRIMARY KEY, roots TEXT NOT NULL UNIQUE, agent TEXT NOT NULL DEFAULT 'claude'
) STRICT;
{SESSIONS};
{PROJECTS};
{MODELS};
{MACHINES};
{READINGS};
{HITS};
{EVENTS};
{OWNERS};
{TOLD_SESSIONS};
{_WORKPLACES};
{_PACKS};
{LISTINGS};
CREATE TABLE agents (agent INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE files (
  file INTEGER PRIMARY KEY,
  root INTEGER NOT NULL,
  path TEXT NOT NULL,
  device INTEGER NOT NULL,
  inode INTEGER NOT NULL,
  size INTEGER NOT NULL,
  mtime INTEGER NOT NULL,
  position INTEGER NOT NULL,
  fingerprint INTEGER NOT NULL,
  lines INTEGER NOT NULL,
  bad INTEGER NOT NULL,
  state BLOB NOT NULL DEFAULT x'',
  UNIQUE (root, path)
) STRICT;
CREATE TABLE problems (
  file INTEGER NOT NULL, position INTEGER NOT NULL, reason TEXT NOT NULL,
  PRIMARY KEY (file, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE responses (
  scope INTEGER NOT NULL,
  id INTEGER NOT NULL,
  time INTEGER NOT NULL,
  is_forked INTEGER NOT NULL,
  session INTEGER NOT NULL,
  project INTEGER NOT NULL,
  is_sidechain INTEGER NOT NULL,
  won_at INTEGER NOT NULL,
  model INTEGER NOT NULL,
  input INTEGER NOT NULL,
  output INTEGER NOT NULL,
  cache_read INTEGER NOT NULL,
  cache_write_5m INTEGER NOT NULL,
  cache_write_1h INTEGER NOT NULL,
  flags INTEGER NOT NULL,
  searches INTEGER NOT NULL,
  recorded INTEGER,
  calculated INTEGER,
  agent INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  reasoning INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (scope, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX responses_by_time ON responses (scope, time);
CREATE TABLE buckets (
  scope INTEGER NOT NULL,
  slot INTEGER NOT NULL,
  session INTEGER NOT NULL,
  project INTEGER NOT NULL,
  model INTEGER NOT NULL,
{_SUM_COLUMNS},
  PRIMARY KEY (scope, slot, session, project, model)
) STRICT, WITHOUT ROWID;
CREATE INDEX buckets_by_session ON buckets (scope, session);
CREATE TABLE slot_totals (
  scope INTEGER NOT NULL,
  slot INTEGER NOT NULL,
  model INTEGER NOT NULL,
{_SUM_COLUMNS},
  PRIMARY KEY (scope, slot, model)
) STRICT, WITHOUT ROWID;
CREATE INDEX slot_totals_by_change ON slot_totals (scope, changed);
CREATE TABLE session_totals (
  scope INTEGER NOT NULL,
  session INTEGER NOT NULL,
  project INTEGER NOT NULL,
  model INTEGER NOT NULL,
{_SUM_COLUMNS},
  PRIMARY KEY (scope, session, project, model)
) STRICT, WITHOUT ROWID;
CREATE INDEX session_totals_by_change ON session_totals (scope, changed);
{_INDEXES};
"""
