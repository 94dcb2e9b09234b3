//! What the audit log promises: whoever alters its file is found out.

use super::*;
use crate::store::random;
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use zeroize::Zeroizing;

const KEY: [u8; 32] = [9; 32];

fn log_of(rows: u32, kept_under_a_key: bool) -> (tempfile::TempDir, ServerStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = ServerStore::open(&folder.path().join("server.db")).unwrap();
    if kept_under_a_key {
        store.keep_audit_under(Zeroizing::new(KEY), true).unwrap();
    }
    for number in 0..rows {
        let subject = format!("subject-{number}");
        let deed = Deed {
            author: if number % 2 == 0 { "command" } else { "claire" },
            action: "clusters-exported",
            subject: &subject,
            reason: if number % 3 == 0 {
                "étude annuelle"
            } else {
                ""
            },
        };
        store.add_deed(i64::from(number) * 60_000, deed).unwrap();
    }
    (folder, store)
}

/// As somebody who can write the file may: the triggers are no hindrance.
fn without_triggers(store: &ServerStore) {
    let drop = "DROP TRIGGER audit_keeps_its_rows; DROP TRIGGER audit_loses_no_row;";
    store.connection().execute_batch(drop).unwrap();
}

#[test]
fn an_altered_audit_row_is_named() {
    let (_folder, store) = log_of(3, true);
    assert_eq!(store.verify_audit().unwrap(), None);
    let alter = "UPDATE audit SET subject = 'z' WHERE number = 2";
    assert!(store.connection().execute(alter, []).is_err());
    without_triggers(&store);
    store.connection().execute(alter, []).unwrap();
    assert_eq!(store.verify_audit().unwrap(), Some(2));
}

/// One random change of the table, inside a transaction that is rolled back.
fn tamper(store: &ServerStore, rows: u64, rng: &mut ChaCha20Rng) -> bool {
    let mut below = |n: u64| rng.next_u64() % n;
    let (row, other) = (1 + below(rows), 1 + below(rows));
    let columns = ["at", "author", "action", "subject", "reason"];
    let sql = match below(8) {
        0 | 1 => {
            let column = columns[below(5) as usize];
            let value = match column {
                "at" => (below(1 << 40) as i64 + 1).to_string(),
                _ => format!("'{:x}'", below(u64::MAX)),
            };
            format!("UPDATE audit SET {column} = {value} WHERE number = {row}")
        }
        2 => format!("UPDATE audit SET reason = '' WHERE number = {row} AND reason <> ''"),
        3 => {
            let column = if below(2) == 0 { "hash" } else { "previous" };
            let byte = below(32) + 1;
            format!(
                "UPDATE audit SET {column} = CAST(substr({column}, 1, {byte} - 1) AS BLOB) ||
                 CASE substr({column}, {byte}, 1) WHEN x'00' THEN x'01' ELSE x'00' END ||
                 CAST(substr({column}, {byte} + 1) AS BLOB) WHERE number = {row}"
            )
        }
        4 => format!("DELETE FROM audit WHERE number = {row}"),
        5 => format!("DELETE FROM audit WHERE number > {}", row - 1),
        6 if row != other => format!(
            "UPDATE audit SET number = -1 WHERE number = {row};
             UPDATE audit SET number = {row} WHERE number = {other};
             UPDATE audit SET number = {other} WHERE number = -1"
        ),
        _ => format!(
            "INSERT INTO audit(number, at, author, action, subject, previous, hash)
             SELECT {rows} + 1, at, author, action, subject, hash, previous FROM audit
             WHERE number = {row}"
        ),
    };
    let connection = store.connection();
    let before = connection.total_changes();
    connection.execute_batch("SAVEPOINT tampering").unwrap();
    connection.execute_batch(&sql).unwrap_or(());
    let changed = connection.total_changes() != before;
    drop(connection);
    let found = store.verify_audit().unwrap();
    store
        .connection()
        .execute_batch("ROLLBACK TO tampering; RELEASE tampering")
        .unwrap();
    if changed {
        assert!(found.is_some(), "not found: {sql}");
    }
    changed
}

#[test]
fn ten_thousand_edits_deletions_and_swaps_are_all_found() {
    const ROWS: u32 = 40;
    const TRIES: u32 = 10_000;
    let (_folder, store) = log_of(ROWS, true);
    without_triggers(&store);
    let seed: [u8; 32] = random().unwrap();
    println!("seed {seed:?}");
    let mut rng = ChaCha20Rng::from_seed(seed);
    let mut done = 0;
    while done < TRIES {
        done += u32::from(tamper(&store, ROWS.into(), &mut rng));
    }
    assert_eq!(store.verify_audit().unwrap(), None, "all were rolled back");
    println!("{done} alterations of {ROWS} rows, all found");
}

#[test]
fn rows_cut_off_or_hashed_anew_are_found_by_the_key_and_only_by_it() {
    for kept_under_a_key in [true, false] {
        let (_folder, store) = log_of(5, kept_under_a_key);
        without_triggers(&store);
        let cut = "DELETE FROM audit WHERE number = 5";
        store.connection().execute(cut, []).unwrap();
        let found = store.verify_audit().unwrap();
        assert_eq!(found, kept_under_a_key.then_some(5), "cut off");

        let (_folder, store) = log_of(5, kept_under_a_key);
        without_triggers(&store);
        let mut last = store.audit(1).unwrap().remove(0);
        last.subject = "nothing".to_owned();
        last.hash = last.computed_hash();
        store
            .connection()
            .execute(
                "UPDATE audit SET subject = ?1, hash = ?2 WHERE number = 5",
                params![last.subject, last.hash],
            )
            .unwrap();
        let found = store.verify_audit().unwrap();
        assert_eq!(found, kept_under_a_key.then_some(5), "hashed anew");
    }
}

#[test]
fn an_end_that_is_forged_or_taken_away_is_found() {
    let (_folder, store) = log_of(2, true);
    for forged in ["x''", "zeroblob(72)"] {
        let sql = format!("UPDATE settings SET value = {forged} WHERE name = 'audit_head'");
        store.connection().execute(&sql, []).unwrap();
        assert_eq!(store.verify_audit().unwrap(), Some(2));
    }
    let sql = "DELETE FROM settings WHERE name = 'audit_head'";
    store.connection().execute(sql, []).unwrap();
    assert_eq!(store.verify_audit().unwrap(), Some(2));
}
