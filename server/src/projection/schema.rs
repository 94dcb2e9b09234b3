//! Tables of `view.db`. A change here raises [`VERSION`]: older views are rebuilt, never migrated.

/// Version of the tables.
pub(super) const VERSION: i64 = 4;

/// Tables filled from documents and layers, in the order of their digest.
pub(super) const TABLES: [&str; 20] = [
    "document",
    "campaign",
    "perimeter",
    "zone",
    "sector",
    "team",
    "assignment",
    "site",
    "round",
    "walked",
    "strand",
    "observation",
    "sealed",
    "issue",
    "decision",
    "adjudication",
    "correction",
    "read_mark",
    "placement",
    "street",
];

/// Identifiers are 16-byte blobs; `body` is the model's value as JSON.
pub(super) const TABLES_SQL: &str = "
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE document (
    id BLOB PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    changes INTEGER NOT NULL,
    last_position INTEGER NOT NULL,
    last_received_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE campaign (document BLOB PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE perimeter (
    document BLOB NOT NULL, code TEXT NOT NULL, PRIMARY KEY (document, code)
) STRICT, WITHOUT ROWID;
CREATE TABLE zone (
    document BLOB NOT NULL, id BLOB NOT NULL, body TEXT NOT NULL, PRIMARY KEY (document, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE sector (
    document BLOB NOT NULL,
    id BLOB NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    zone BLOB,
    risk TEXT NOT NULL,
    boundary TEXT NOT NULL,
    PRIMARY KEY (document, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE team (
    document BLOB NOT NULL,
    id BLOB NOT NULL,
    code TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (document, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE assignment (
    document BLOB NOT NULL,
    team BLOB NOT NULL,
    sector BLOB NOT NULL,
    night TEXT NOT NULL,
    PRIMARY KEY (document, team, sector, night)
) STRICT, WITHOUT ROWID;
CREATE INDEX assignment_of ON assignment (team, night, sector);
CREATE TABLE site (
    document BLOB NOT NULL,
    id BLOB NOT NULL,
    sector BLOB NOT NULL,
    night TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (document, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE round (
    document BLOB PRIMARY KEY,
    team BLOB NOT NULL,
    sector BLOB,
    night TEXT NOT NULL,
    reissue INTEGER NOT NULL,
    departed_at INTEGER,
    closed_at INTEGER,
    coverage TEXT,
    zero_found INTEGER NOT NULL,
    other_team INTEGER NOT NULL,
    late INTEGER NOT NULL,
    last_received_at INTEGER NOT NULL,
    devices TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE walked (
    document BLOB NOT NULL, street TEXT NOT NULL, PRIMARY KEY (document, street)
) STRICT, WITHOUT ROWID;
CREATE TABLE strand (
    document BLOB NOT NULL,
    device BLOB NOT NULL,
    team BLOB NOT NULL,
    sector BLOB NOT NULL,
    night TEXT NOT NULL,
    paper INTEGER NOT NULL,
    arrived_at INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    handed_over INTEGER NOT NULL,
    PRIMARY KEY (document, device)
) STRICT, WITHOUT ROWID;
CREATE INDEX strand_of ON strand (night, sector);
CREATE TABLE observation (
    document BLOB NOT NULL,
    id BLOB NOT NULL,
    kind TEXT NOT NULL,
    contact TEXT NOT NULL,
    certainty TEXT NOT NULL,
    withdrawn INTEGER NOT NULL,
    observed_at INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    clock_offset_ms INTEGER,
    late INTEGER NOT NULL,
    other_team INTEGER NOT NULL,
    conflicts INTEGER NOT NULL,
    held_back INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (document, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX observation_by_id ON observation (id);
CREATE TABLE sealed (
    document BLOB NOT NULL,
    observation BLOB NOT NULL,
    question TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (document, observation, question)
) STRICT, WITHOUT ROWID;
CREATE TABLE issue (
    document BLOB NOT NULL,
    ordinal INTEGER NOT NULL,
    key TEXT NOT NULL,
    code TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (document, ordinal)
) STRICT, WITHOUT ROWID;
CREATE INDEX issue_of ON issue (document, key);
CREATE TABLE decision (
    document BLOB NOT NULL, id BLOB NOT NULL, body TEXT NOT NULL, PRIMARY KEY (document, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE adjudication (
    document BLOB NOT NULL,
    id BLOB NOT NULL,
    observation BLOB NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (document, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX adjudication_of ON adjudication (observation);
CREATE TABLE correction (
    document BLOB NOT NULL,
    id BLOB NOT NULL,
    observation BLOB NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (document, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX correction_of ON correction (observation);
CREATE TABLE read_mark (
    document BLOB NOT NULL,
    observation BLOB NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (document, observation)
) STRICT, WITHOUT ROWID;
CREATE INDEX read_mark_of ON read_mark (observation);
CREATE TABLE placement (
    document BLOB NOT NULL,
    observation BLOB NOT NULL,
    unit TEXT NOT NULL,
    odd INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (document, observation)
) STRICT, WITHOUT ROWID;
CREATE TABLE street (
    sector BLOB NOT NULL,
    street TEXT NOT NULL,
    name TEXT NOT NULL,
    length_m INTEGER NOT NULL,
    PRIMARY KEY (sector, street)
) STRICT, WITHOUT ROWID;
";
