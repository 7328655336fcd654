-- Questions that are asked again whenever the case has grown, and what they were answered last.

CREATE TABLE watch (
    name TEXT PRIMARY KEY,
    -- Selectors, one a line, and rules, separated by commas.
    selectors TEXT NOT NULL,
    rules TEXT NOT NULL,
    added_at TEXT NOT NULL,
    checked_at TEXT NOT NULL,
    -- The version of the program that answered.
    version TEXT NOT NULL,
    -- A digest of all lines that the answer rests on, and the accounts that held its money.
    footprint TEXT NOT NULL,
    touched TEXT NOT NULL,
    -- The answer: a line for each ending and transfer, and its digest.
    result TEXT NOT NULL,
    result_sha256 TEXT NOT NULL
);
