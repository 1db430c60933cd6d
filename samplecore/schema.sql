-- The store of the reference core system.

-- 住民基本台帳 (除票 included). `record` is the JSON that is sent out, the columns beside it are for finding.
CREATE TABLE residents (
  number INTEGER PRIMARY KEY,          -- 宛名番号; written with 15 digits
  household INTEGER NOT NULL,          -- 世帯番号
  status TEXT NOT NULL CHECK (status IN ('resident', 'moved_out', 'deceased')),
  kana TEXT NOT NULL,
  name TEXT NOT NULL,
  birth_date TEXT NOT NULL,            -- EDTF
  town_code TEXT NOT NULL,             -- 町字ID
  record TEXT NOT NULL
) STRICT;

-- 異動: one row for each change of a record, in the order in which they became true.
CREATE TABLE changes (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  number INTEGER NOT NULL REFERENCES residents (number),
  changed_at TEXT NOT NULL
) STRICT;

-- 申請: what other systems delivered. A key makes at most one entry, whatever happens around it.
CREATE TABLE applications (
  serial INTEGER PRIMARY KEY AUTOINCREMENT,
  client TEXT NOT NULL,
  idempotency_key TEXT,                -- null in the mode without keys
  body_digest TEXT NOT NULL,
  reference TEXT NOT NULL,
  system TEXT NOT NULL,
  message TEXT NOT NULL,
  fields TEXT NOT NULL,
  received_at TEXT NOT NULL,
  first_state TEXT NOT NULL CHECK (first_state IN ('accepted', 'pending', 'rejected')),
  state TEXT NOT NULL CHECK (state IN ('accepted', 'pending', 'rejected')),
  reasons TEXT NOT NULL,
  settles_at REAL,                     -- seconds since 1970; when a pending one is decided at the latest
  lookups_left INTEGER NOT NULL DEFAULT 0,
  CONSTRAINT one_entry_per_key UNIQUE (client, idempotency_key)
) STRICT;

CREATE TABLE attachments (
  application INTEGER NOT NULL REFERENCES applications (serial),
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  content BLOB NOT NULL,
  PRIMARY KEY (application, position)
) STRICT;

-- 証明書の交付
CREATE TABLE certificates (
  serial INTEGER PRIMARY KEY AUTOINCREMENT,
  client TEXT NOT NULL,
  kind TEXT NOT NULL,
  resident_numbers TEXT NOT NULL,
  issued_at TEXT NOT NULL,
  application INTEGER UNIQUE REFERENCES applications (serial)  -- what it was issued for: asked again, it is the same one
) STRICT;

-- OAuth 2: only digests of tokens are kept.
CREATE TABLE tokens (
  digest TEXT PRIMARY KEY,
  client TEXT NOT NULL,
  scope TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE assertions (
  client TEXT NOT NULL,
  jti TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  CONSTRAINT no_replay PRIMARY KEY (client, jti)
) STRICT;

CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

-- indexes
CREATE INDEX residents_household ON residents (household);
CREATE INDEX residents_kana ON residents (kana);
CREATE INDEX residents_name ON residents (name);
CREATE INDEX residents_birth_date ON residents (birth_date);
CREATE INDEX changes_number ON changes (number);
CREATE INDEX applications_reference ON applications (reference);
CREATE INDEX tokens_expires_at ON tokens (expires_at);
CREATE INDEX assertions_expires_at ON assertions (expires_at);
