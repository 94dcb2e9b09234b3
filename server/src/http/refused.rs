//! What was refused is written down: failed logins, and acts that the table of routes does not let an
//! account do.
//!
//! It must never keep what was typed: identifiers of accounts and templates of routes alone. A flood
//! cannot fill the log: one row an hour for each account, act and refusal, with how many were
//! withheld since the last one.

use crate::app::App;
use crate::store::StoreError;
use maraude_core::model::TimestampMs;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// The same refusal is written down once in so long.
const EVERY_MS: i64 = 3_600_000;

/// Who is not known, as an author.
pub(super) const NOBODY: &str = "nobody";

/// Who, what, on what.
type Refusal = (String, &'static str, String);

struct Kept {
    written_at: TimestampMs,
    withheld: u32,
}

/// Refusals of the last hour. Its keys are accounts and routes: there are not many.
#[derive(Default)]
struct Refusals(Mutex<HashMap<Refusal, Kept>>);

/// Writes a refusal down, or counts it. One that cannot be written is said in the server's own log:
/// what was refused stays so. Blocks: call it from a pool.
pub(super) fn note_refusal(app: &App, author: &str, action: &'static str, subject: &str) {
    if let Err(error) = write(app, author, action, subject) {
        tracing::error!(%error, action, "a refusal is not in the audit log");
    }
}

fn write(app: &App, author: &str, action: &'static str, subject: &str) -> Result<(), StoreError> {
    let refusals = app.part(|_| Refusals::default());
    let now = app.clock().now();
    let key = (author.to_owned(), action, subject.to_owned());
    let withheld = {
        let mut all = refusals.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = all.get_mut(&key)
            && now - kept.written_at < EVERY_MS
        {
            kept.withheld = kept.withheld.saturating_add(1);
            return Ok(());
        }
        let fresh = Kept {
            written_at: now,
            withheld: 0,
        };
        all.insert(key, fresh).map_or(0, |before| before.withheld)
    };
    let subject = match withheld {
        0 => subject.to_owned(),
        more => format!("{subject} +{more}"),
    };
    app.server().add_audit(now, author, action, &subject)
}
