-- The records of one case. Evidence itself lies beside them, by digest; everything that can be read
-- from it is read from it, so nothing here repeats what a file says.

CREATE TABLE evidence (
    id INTEGER PRIMARY KEY,
    sha256 TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    byte_count BIGINT NOT NULL,
    format TEXT NOT NULL,
    -- What the user said about a file that does not say it itself.
    account TEXT,
    currency TEXT,
    profile TEXT,
    added_at TEXT NOT NULL
);

CREATE TABLE decision (
    id INTEGER PRIMARY KEY,
    -- `same`: two entries are one transfer; `different`: they are not.
    verdict TEXT NOT NULL,
    debit TEXT NOT NULL,
    credit TEXT NOT NULL,
    name TEXT NOT NULL,
    reason TEXT NOT NULL,
    made_at TEXT NOT NULL,
    withdrawn_by TEXT,
    withdrawn_at TEXT
);

CREATE TABLE log (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    act TEXT NOT NULL,
    about TEXT NOT NULL
);

-- What the program remembers for the user, such as the question that was ranked last.
CREATE TABLE setting (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
