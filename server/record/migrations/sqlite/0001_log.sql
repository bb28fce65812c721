-- Spaces, each with the end of its log: the last sequence and the check of that entry.
-- `holder` is the writer that may append; whoever opens a space for writing puts its own number there.
CREATE TABLE record_spaces (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    last_sequence INTEGER NOT NULL,
    last_check BLOB NOT NULL,
    holder INTEGER NOT NULL
) STRICT;

-- Entries lie in the order in which they are read: without a rowid, the table is its own index.
CREATE TABLE record_entries (
    space INTEGER NOT NULL REFERENCES record_spaces (id),
    sequence INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    kind TEXT NOT NULL,
    by_participant INTEGER,
    body BLOB NOT NULL,
    chained BLOB NOT NULL,
    PRIMARY KEY (space, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE record_snapshots (
    space INTEGER NOT NULL REFERENCES record_spaces (id),
    sequence INTEGER NOT NULL,
    content BLOB NOT NULL,
    chained BLOB NOT NULL,
    seal BLOB NOT NULL,
    UNIQUE (space, sequence)
) STRICT;
