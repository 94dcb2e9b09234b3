//! What is known of the certificate that is served: since when, and whether a newer one is refused.

use super::App;
use maraude_core::model::TimestampMs;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The certificate that is served.
#[derive(Debug, Default)]
pub struct ServedPair(Mutex<PairState>);

/// Its state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PairState {
    /// When it was read; none where the server speaks no TLS.
    pub since: Option<TimestampMs>,
    /// Why the one now in the files is not served, and since when.
    pub refused: Option<(TimestampMs, String)>,
}

impl ServedPair {
    /// It is served from now on.
    pub fn taken(&self, at: TimestampMs) {
        *self.lock() = PairState {
            since: Some(at),
            refused: None,
        };
    }

    /// The one in the files is of no use; the former is served on.
    pub fn refused(&self, at: TimestampMs, cause: String) {
        self.lock().refused = Some((at, cause));
    }

    /// As it is now.
    pub fn state(&self) -> PairState {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, PairState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl App {
    /// The certificate that is served.
    pub fn served_pair(&self) -> Arc<ServedPair> {
        self.part(|_| ServedPair::default())
    }
}
