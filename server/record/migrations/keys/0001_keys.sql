-- One key for each person of each space. A forgotten person's row stays, without a key, so that no new key is
-- made in its place by mistake.
CREATE TABLE keys (
    space TEXT NOT NULL,
    person INTEGER NOT NULL,
    key BLOB,
    PRIMARY KEY (space, person)
) STRICT, WITHOUT ROWID;
