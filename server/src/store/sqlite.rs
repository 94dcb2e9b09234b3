//! Opens SQLite files with the settings durability and erasure rest on, asserted at each opening.
//!
//! It must never hand out a connection whose settings differ. Every file of `store` goes through it.

use super::StoreError;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::Duration;

/// `application_id` of our files: "Mrd1".
const APPLICATION_ID: i32 = 0x4d72_6431;

/// How long a connection waits for another one's lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Statements kept prepared per connection.
const STATEMENT_CACHE: usize = 64;

/// What a file must be like: its name in messages, and its forward-only migrations.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    /// Name in messages.
    pub name: &'static str,
    /// One SQL script per version, each run once, in one transaction; never altered once shipped.
    pub migrations: &'static [&'static str],
}

/// Opens, sets, asserts, migrates.
///
/// # Errors
/// When the file is not ours, newer than this program, damaged, or keeps another setting.
pub fn open(path: &Path, schema: Schema) -> Result<Connection, StoreError> {
    let mut connection = Connection::open(path)?;
    set(&connection)?;
    assert_settings(&connection)?;
    #[cfg(feature = "fault-points")]
    spare_the_disk(&connection)?;
    check_integrity(&connection, schema)?;
    migrate(&mut connection, schema)?;
    Ok(connection)
}

/// Every page and row is read once: damage is named at the start, not in the middle of a night.
fn check_integrity(connection: &Connection, schema: Schema) -> Result<(), StoreError> {
    let finding: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if finding == "ok" {
        return Ok(());
    }
    Err(StoreError::Integrity {
        file: schema.name.to_owned(),
        finding,
    })
}

/// A connection that cannot write, for readers beside the writer.
pub fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
    connection.execute_batch(
        "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA temp_store=MEMORY;
         PRAGMA query_only=ON;",
    )?;
    Ok(connection)
}

/// Copies a database in one read transaction, whatever others write meanwhile; the copy is checked.
///
/// # Errors
/// When either file fails, or the copy is damaged.
pub fn copy_database(from: &Path, to: &Path) -> Result<(), StoreError> {
    let source = open_reader(from)?;
    let mut copy = Connection::open(to)?;
    rusqlite::backup::Backup::new(&source, &mut copy)?.step(-1)?;
    // One file: readers of the copy leave none beside it.
    copy.query_row("PRAGMA journal_mode=DELETE", [], |_| Ok(()))?;
    let finding: String = copy.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if finding == "ok" {
        return Ok(());
    }
    Err(StoreError::Integrity {
        file: from.display().to_string(),
        finding,
    })
}

fn set(connection: &Connection) -> Result<(), StoreError> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
    connection.execute_batch(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;
         PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;
         PRAGMA temp_store=MEMORY; PRAGMA journal_size_limit=4194304;",
    )?;
    Ok(())
}

/// With `MARAUDE_FAULT=synchronous-off`: nothing is synced, as a setting overlooked would have it.
#[cfg(feature = "fault-points")]
fn spare_the_disk(connection: &Connection) -> Result<(), StoreError> {
    if std::env::var_os("MARAUDE_FAULT").is_some_and(|fault| fault == "synchronous-off") {
        connection.execute_batch("PRAGMA synchronous=OFF")?;
    }
    Ok(())
}

/// With `MARAUDE_CHECKPOINTS=FILE`: a checkpoint after each commit, not after a thousand pages, and the
/// file is there while one runs, so that a test can aim at it and count what it hit.
#[cfg(feature = "fault-points")]
pub fn checkpoint_at_once(connection: &Connection) {
    let Some(mark) = std::env::var_os("MARAUDE_CHECKPOINTS") else {
        return;
    };
    let marked = std::fs::write(&mark, []);
    let done = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
    let unmarked = std::fs::remove_file(&mark);
    if marked.is_err() || done.is_err() || unmarked.is_err() {
        tracing::error!("a test's checkpoint failed");
    }
}

fn assert_settings(connection: &Connection) -> Result<(), StoreError> {
    let mode: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
    if !mode.eq_ignore_ascii_case("wal") {
        return Err(StoreError::Setting {
            setting: "journal_mode",
        });
    }
    let expected = [
        ("synchronous", 2),
        ("secure_delete", 1),
        ("foreign_keys", 1),
        ("trusted_schema", 0),
        ("cell_size_check", 1),
        ("temp_store", 2),
    ];
    for (setting, value) in expected {
        let sql = format!("PRAGMA {setting}");
        let found: i64 = connection.query_row(&sql, [], |row| row.get(0))?;
        if found != value {
            return Err(StoreError::Setting { setting });
        }
    }
    Ok(())
}

fn migrate(connection: &mut Connection, schema: Schema) -> Result<(), StoreError> {
    let application: i32 = pragma(connection, "application_id")?;
    let version: i32 = pragma(connection, "user_version")?;
    let fresh = application == 0 && version == 0;
    let newest = i32::try_from(schema.migrations.len()).unwrap_or(i32::MAX);
    if (!fresh && application != APPLICATION_ID) || version < 0 {
        return Err(StoreError::Foreign {
            file: schema.name,
            version,
        });
    }
    if version > newest {
        return Err(StoreError::Newer {
            file: schema.name,
            version,
            known: newest,
        });
    }
    for (number, script) in (1_i32..).zip(schema.migrations) {
        if number <= version {
            continue;
        }
        #[cfg(feature = "fault-points")]
        if migrates_outside() {
            connection.execute_batch(script)?;
            pause_at(&format!("migrating-{}-{number}", schema.name));
            connection.pragma_update(None, "user_version", number)?;
            continue;
        }
        let transaction = connection.transaction()?;
        transaction.execute_batch(script)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", number)?;
        pause_at(&format!("migrating-{}-{number}", schema.name));
        transaction.commit()?;
        pause_at(&format!("migrated-{}-{number}", schema.name));
    }
    Ok(())
}

/// With `MARAUDE_FAULT=migrate-outside`: a script and its number are not one transaction.
#[cfg(feature = "fault-points")]
fn migrates_outside() -> bool {
    std::env::var_os("MARAUDE_FAULT").is_some_and(|fault| fault == "migrate-outside")
}

/// With `MARAUDE_PAUSE=STEP=FILE` the process stands still after a step, once the file is there, so that a
/// test can kill it there.
#[cfg(feature = "fault-points")]
pub fn pause_at(step: &str) {
    let asked = std::env::var("MARAUDE_PAUSE").unwrap_or_default();
    let Some(file) = asked
        .strip_prefix(step)
        .and_then(|rest| rest.strip_prefix('='))
    else {
        return;
    };
    if std::fs::write(file, []).is_ok() {
        loop {
            std::thread::park();
        }
    }
}

/// Nothing stands still in a shipped program.
#[cfg(not(feature = "fault-points"))]
pub const fn pause_at(_step: &str) {}

fn pragma(connection: &Connection, name: &str) -> Result<i32, StoreError> {
    Ok(connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Schema = Schema {
        name: "a.db",
        migrations: &["CREATE TABLE a(x INTEGER) STRICT;"],
    };
    const TWO: Schema = Schema {
        name: "a.db",
        migrations: &[
            "CREATE TABLE a(x INTEGER) STRICT;",
            "ALTER TABLE a ADD COLUMN y TEXT;",
        ],
    };

    #[test]
    fn an_older_file_is_migrated_and_a_newer_one_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        drop(open(&path, ONE).unwrap());
        let connection = open(&path, TWO).unwrap();
        connection
            .execute("INSERT INTO a(x, y) VALUES (1, 'b')", [])
            .unwrap();
        drop(connection);
        assert!(matches!(
            open(&path, ONE),
            Err(StoreError::Newer {
                version: 2,
                known: 1,
                ..
            })
        ));
    }

    #[test]
    fn a_damaged_file_is_not_opened() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let connection = open(&path, ONE).unwrap();
        let fill = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
                    INSERT INTO a(x) SELECT i FROM n";
        connection.execute(fill, []).unwrap();
        drop(connection);
        drop(open(&path, ONE).unwrap());
        let mut bytes = std::fs::read(&path).unwrap();
        let page = bytes.len() / 2 / 4096 * 4096;
        bytes[page..page + 64].fill(0xa5);
        std::fs::write(&path, bytes).unwrap();
        assert!(matches!(
            open(&path, ONE),
            Err(StoreError::Integrity { .. })
        ));
    }

    #[test]
    fn a_file_of_another_program_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let other = Connection::open(&path).unwrap();
        other
            .execute_batch("PRAGMA application_id=7; CREATE TABLE z(q);")
            .unwrap();
        drop(other);
        assert!(matches!(open(&path, ONE), Err(StoreError::Foreign { .. })));
    }

    #[test]
    fn a_reader_cannot_write() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let _writer = open(&path, ONE).unwrap();
        let reader = open_reader(&path).unwrap();
        assert!(reader.execute("INSERT INTO a(x) VALUES (1)", []).is_err());
    }
}
