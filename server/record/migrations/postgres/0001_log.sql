-- Spaces, each with the end of its log: the last sequence and the check of that entry.
-- `holder` is the writer that may append; whoever opens a space for writing puts its own number there.
CREATE TABLE record_spaces (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    last_sequence BIGINT NOT NULL,
    last_check BYTEA NOT NULL,
    holder BIGINT NOT NULL
);

CREATE TABLE record_entries (
    space BIGINT NOT NULL REFERENCES record_spaces (id),
    sequence BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    kind TEXT NOT NULL,
    by_participant BIGINT,
    body BYTEA NOT NULL,
    chained BYTEA NOT NULL,
    PRIMARY KEY (space, sequence)
);

CREATE TABLE record_snapshots (
    space BIGINT NOT NULL REFERENCES record_spaces (id),
    sequence BIGINT NOT NULL,
    content BYTEA NOT NULL,
    chained BYTEA NOT NULL,
    seal BYTEA NOT NULL,
    PRIMARY KEY (space, sequence)
);
