//! The records of a case in SQLite: which files, which decisions, what was done.
//!
//! *Shape.* One connection, driven from this thread: nothing here waits for anything but the disk.
//! Statements are those that PostgreSQL understands too, so that a team's records can live there.

use std::fmt;
use std::future::Future;
use std::path::{Path, PathBuf};

use caudal_explain::Message;
use futures_lite::future::block_on;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteRow, SqliteSynchronous};
use sqlx::{Connection, Row, SqliteConnection};

use super::Access;
use crate::error::{Error, ErrorKind};
use crate::watched::WatchRecord;

/// A file of the case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EvidenceRecord {
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// The name it had.
    pub name: String,
    /// Its length.
    pub byte_count: u64,
    /// The id of the format in which it is read; empty where none was recognised.
    pub format: String,
    /// The account that the user named.
    pub account: Option<String>,
    /// The currency that the user named.
    pub currency: Option<String>,
    /// The profile of its table, as TOML.
    pub profile: Option<String>,
    /// When it was added.
    pub added_at: String,
}

/// What a person decided about two entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They are the two sides of one transfer.
    Same,
    /// They are not.
    Different,
}

impl Verdict {
    /// `same` or `different`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Different => "different",
        }
    }
}

/// A decision about two entries, by their ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionRecord {
    /// Its number; 0 before it is recorded.
    pub id: i64,
    /// What was decided.
    pub verdict: Verdict,
    /// The entry with which money leaves.
    pub debit: String,
    /// The entry with which money comes.
    pub credit: String,
    /// Who decided.
    pub name: String,
    /// Why.
    pub reason: String,
    /// When.
    pub made_at: String,
    /// Who withdrew it.
    pub withdrawn_by: Option<String>,
    /// When.
    pub withdrawn_at: Option<String>,
}

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRecord {
    /// When.
    pub at: String,
    /// What was done.
    pub act: String,
    /// To what.
    pub about: String,
}

pub(super) struct Records {
    path: PathBuf,
    connection: SqliteConnection,
}

impl fmt::Debug for Records {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Records").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Records {
    pub(super) fn open(path: &Path, access: Access) -> Result<Self, Error> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(access == Access::Create)
            .read_only(access == Access::Read)
            // What is reported as imported survives the loss of power.
            .synchronous(SqliteSynchronous::Full);
        // Readers of a folder on a write-protected disk need the journal that needs no other file.
        let options = match access {
            Access::Read => options,
            Access::Create | Access::Write => options.journal_mode(SqliteJournalMode::Delete),
        };
        let fail = |error: sqlx::Error| unreadable(path, &error);
        let mut connection = block_on(SqliteConnection::connect_with(&options)).map_err(fail)?;
        if access != Access::Read {
            let migrated = block_on(sqlx::migrate!().run(&mut connection));
            migrated.map_err(|error| unreadable(path, &error))?;
        }
        Ok(Self { path: path.to_owned(), connection })
    }

    pub(super) fn evidence(&mut self) -> Result<Vec<EvidenceRecord>, Error> {
        let query = "SELECT sha256, name, byte_count, format, account, currency, profile, added_at \
                     FROM evidence ORDER BY id";
        self.list(query, |row| {
            let byte_count: i64 = row.try_get("byte_count")?;
            Ok(EvidenceRecord {
                sha256: row.try_get("sha256")?,
                name: row.try_get("name")?,
                byte_count: u64::try_from(byte_count).unwrap_or(0),
                format: row.try_get("format")?,
                account: row.try_get("account")?,
                currency: row.try_get("currency")?,
                profile: row.try_get("profile")?,
                added_at: row.try_get("added_at")?,
            })
        })
    }

    /// Adds files in one step: all of them, or none.
    pub(super) fn add(&mut self, files: &[EvidenceRecord]) -> Result<(), Error> {
        self.run(async |connection| {
            let mut all = connection.begin().await?;
            for file in files {
                let insert = "INSERT INTO evidence (id, sha256, name, byte_count, format, account, \
                              currency, profile, added_at) SELECT COALESCE(MAX(id), 0) + 1, \
                              $1, $2, $3, $4, $5, $6, $7, $8 FROM evidence";
                sqlx::query(insert)
                    .bind(&file.sha256)
                    .bind(&file.name)
                    .bind(i64::try_from(file.byte_count).unwrap_or(i64::MAX))
                    .bind(&file.format)
                    .bind(&file.account)
                    .bind(&file.currency)
                    .bind(&file.profile)
                    .bind(&file.added_at)
                    .execute(&mut *all)
                    .await?;
                let about = format!("{} {}", file.sha256, file.name);
                log(&mut all, &file.added_at, "import", &about).await?;
            }
            all.commit().await
        })
    }

    pub(super) fn decisions(&mut self) -> Result<Vec<DecisionRecord>, Error> {
        let query = "SELECT id, verdict, debit, credit, name, reason, made_at, withdrawn_by, \
                     withdrawn_at FROM decision ORDER BY id";
        self.list(query, |row| {
            let verdict: String = row.try_get("verdict")?;
            let is_same = verdict == Verdict::Same.as_str();
            Ok(DecisionRecord {
                id: row.try_get("id")?,
                verdict: if is_same { Verdict::Same } else { Verdict::Different },
                debit: row.try_get("debit")?,
                credit: row.try_get("credit")?,
                name: row.try_get("name")?,
                reason: row.try_get("reason")?,
                made_at: row.try_get("made_at")?,
                withdrawn_by: row.try_get("withdrawn_by")?,
                withdrawn_at: row.try_get("withdrawn_at")?,
            })
        })
    }

    pub(super) fn decide(&mut self, decision: &DecisionRecord) -> Result<(), Error> {
        self.run(async |connection| {
            let mut both = connection.begin().await?;
            let insert = "INSERT INTO decision (id, verdict, debit, credit, name, reason, made_at) \
                          SELECT COALESCE(MAX(id), 0) + 1, $1, $2, $3, $4, $5, $6 FROM decision";
            sqlx::query(insert)
                .bind(decision.verdict.as_str())
                .bind(&decision.debit)
                .bind(&decision.credit)
                .bind(&decision.name)
                .bind(&decision.reason)
                .bind(&decision.made_at)
                .execute(&mut *both)
                .await?;
            let about =
                format!("{} {} {}", decision.verdict.as_str(), decision.debit, decision.credit);
            log(&mut both, &decision.made_at, "decide", &about).await?;
            both.commit().await
        })
    }

    pub(super) fn withdraw(&mut self, id: i64, name: &str, at: &str) -> Result<(), Error> {
        let count = self.run(async |connection| {
            let mut both = connection.begin().await?;
            let update = "UPDATE decision SET withdrawn_by = $1, withdrawn_at = $2 \
                          WHERE id = $3 AND withdrawn_at IS NULL";
            let done = sqlx::query(update).bind(name).bind(at).bind(id).execute(&mut *both).await?;
            log(&mut both, at, "withdraw", &id.to_string()).await?;
            both.commit().await?;
            Ok(done.rows_affected())
        })?;
        if count == 0 {
            let message = Message::new("error-no-decision").with("id", id);
            return Err(Error::request(message).hint(Message::new("hint-no-decision")));
        }
        Ok(())
    }

    pub(super) fn remember(&mut self, key: &str, value: &str) -> Result<(), Error> {
        self.run(async |connection| {
            let insert = "INSERT INTO setting (key, value) VALUES ($1, $2) \
                          ON CONFLICT (key) DO UPDATE SET value = excluded.value";
            sqlx::query(insert).bind(key).bind(value).execute(connection).await?;
            Ok(())
        })
    }

    pub(super) fn remembered(&mut self, key: &str) -> Result<Option<String>, Error> {
        let found = self.run(async |connection| {
            let select = "SELECT value FROM setting WHERE key = $1";
            sqlx::query(select).bind(key).fetch_optional(connection).await
        })?;
        found
            .map(|row| row.try_get("value"))
            .transpose()
            .map_err(|error| unreadable(&self.path, &error))
    }

    pub(super) fn watches(&mut self) -> Result<Vec<WatchRecord>, Error> {
        let query = "SELECT name, selectors, rules, added_at, checked_at, version, footprint, \
                     touched, result, result_sha256 FROM watch ORDER BY name";
        self.list(query, |row| {
            Ok(WatchRecord {
                name: row.try_get("name")?,
                selectors: row.try_get("selectors")?,
                rules: row.try_get("rules")?,
                added_at: row.try_get("added_at")?,
                checked_at: row.try_get("checked_at")?,
                version: row.try_get("version")?,
                footprint: row.try_get("footprint")?,
                touched: row.try_get("touched")?,
                result: row.try_get("result")?,
                result_sha256: row.try_get("result_sha256")?,
            })
        })
    }

    pub(super) fn keep_watch(&mut self, watch: &WatchRecord) -> Result<(), Error> {
        self.run(async |connection| {
            let mut both = connection.begin().await?;
            let delete = "DELETE FROM watch WHERE name = $1";
            sqlx::query(delete).bind(&watch.name).execute(&mut *both).await?;
            let insert = "INSERT INTO watch (name, selectors, rules, added_at, checked_at, version, \
                          footprint, touched, result, result_sha256) \
                          VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
            sqlx::query(insert)
                .bind(&watch.name)
                .bind(&watch.selectors)
                .bind(&watch.rules)
                .bind(&watch.added_at)
                .bind(&watch.checked_at)
                .bind(&watch.version)
                .bind(&watch.footprint)
                .bind(&watch.touched)
                .bind(&watch.result)
                .bind(&watch.result_sha256)
                .execute(&mut *both)
                .await?;
            both.commit().await
        })
    }

    pub(super) fn remove_watch(&mut self, name: &str) -> Result<(), Error> {
        let count = self.run(async |connection| {
            let delete = "DELETE FROM watch WHERE name = $1";
            Ok(sqlx::query(delete).bind(name).execute(connection).await?.rows_affected())
        })?;
        if count == 0 {
            let message = Message::new("error-no-watch").with("name", name);
            return Err(Error::request(message).hint(Message::new("hint-no-watch")));
        }
        Ok(())
    }

    pub(super) fn log(&mut self, at: &str, act: &str, about: &str) -> Result<(), Error> {
        self.run(async |connection| log(connection, at, act, about).await)
    }

    pub(super) fn all_log(&mut self) -> Result<Vec<LogRecord>, Error> {
        self.list("SELECT at, act, about FROM log ORDER BY id", |row| {
            Ok(LogRecord {
                at: row.try_get("at")?,
                act: row.try_get("act")?,
                about: row.try_get("about")?,
            })
        })
    }

    fn list<T>(
        &mut self,
        query: &'static str,
        read: impl Fn(&SqliteRow) -> Result<T, sqlx::Error>,
    ) -> Result<Vec<T>, Error> {
        let rows = self.run(async |connection| sqlx::query(query).fetch_all(connection).await)?;
        let read: Result<Vec<T>, sqlx::Error> = rows.iter().map(read).collect();
        read.map_err(|error| unreadable(&self.path, &error))
    }

    fn run<T>(
        &mut self,
        work: impl AsyncFnOnce(&mut SqliteConnection) -> Result<T, sqlx::Error>,
    ) -> Result<T, Error> {
        let done = block_on(with(&mut self.connection, work));
        done.map_err(|error| unreadable(&self.path, &error))
    }
}

fn with<'c, T: 'c>(
    connection: &'c mut SqliteConnection,
    work: impl AsyncFnOnce(&mut SqliteConnection) -> Result<T, sqlx::Error> + 'c,
) -> impl Future<Output = Result<T, sqlx::Error>> + 'c {
    work(connection)
}

async fn log(
    connection: &mut SqliteConnection,
    at: &str,
    act: &str,
    about: &str,
) -> Result<(), sqlx::Error> {
    let insert = "INSERT INTO log (id, at, act, about) \
                  SELECT COALESCE(MAX(id), 0) + 1, $1, $2, $3 FROM log";
    sqlx::query(insert).bind(at).bind(act).bind(about).execute(connection).await?;
    Ok(())
}

fn unreadable(path: &Path, why: &dyn fmt::Display) -> Error {
    let message = Message::new("error-records").with("path", path.display()).with("why", why);
    Error::new(ErrorKind::Storage, message).hint(Message::new("hint-records"))
}
