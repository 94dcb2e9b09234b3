//! Bodies on their way in: read piece by piece, and bounded over all requests together.
//!
//! It must never hold more than the bound, however many tablets send at once and however slowly: who
//! finds no room is told to come back, and takes room only for what has arrived. `sync` calls it.

use super::problem::Problem;
use axum::body::Body;
use futures_util::StreamExt;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes of bodies held at once: a hundred and thirty of the largest that tablets send.
const HELD_BYTES: usize = 32 * 1024 * 1024;

/// Room for bodies, shared by all requests.
pub(super) struct Bodies(Arc<Semaphore>);

/// A body that was read; its room is given back when it is dropped.
pub(super) struct Held {
    pub(super) bytes: Vec<u8>,
    room: Option<OwnedSemaphorePermit>,
}

/// Why a body was not read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// Larger than one may be.
    TooLarge,
    /// Cut off on its way.
    Broken,
    /// Too much is held already.
    Busy,
}

impl Default for Bodies {
    fn default() -> Self {
        Self::of(HELD_BYTES)
    }
}

impl Bodies {
    /// Room for so many bytes.
    pub(super) fn of(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes)))
    }

    /// Reads a body of at most `cap` bytes.
    pub(super) async fn read(&self, body: Body, cap: usize) -> Result<Held, Unread> {
        let mut held = Held {
            bytes: Vec::new(),
            room: None,
        };
        let mut pieces = body.into_data_stream();
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(|_| Unread::Broken)?;
            if held.bytes.len() + piece.len() > cap {
                return Err(Unread::TooLarge);
            }
            let taken = self.0.clone().try_acquire_many_owned(piece.len() as u32);
            let taken = taken.map_err(|_| Unread::Busy)?;
            match &mut held.room {
                Some(room) => room.merge(taken),
                none => *none = Some(taken),
            }
            held.bytes.extend_from_slice(&piece);
        }
        Ok(held)
    }
}

impl From<Unread> for Problem {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::TooLarge => Self::new(
                axum::http::StatusCode::PAYLOAD_TOO_LARGE,
                "request-too-large",
                "Send less at once.",
            ),
            Unread::Broken => Self::malformed("The request broke off."),
            Unread::Busy => Self::busy(),
        }
    }
}
