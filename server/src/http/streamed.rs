//! Files on their way out, written as they are made.
//!
//! It must never hold more of a file than [`WAITING`] pieces, however long it is and however slowly it is
//! taken; who takes nothing for [`STALLED`] is let go. `releases` calls it.

use super::problem::Problem;
use axum::body::Body;
use bytes::Bytes;
use futures_util::StreamExt;
use std::io::{Error, ErrorKind, Write};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

/// Bytes of a piece.
const PIECE_BYTES: usize = 64 * 1024;

/// Pieces that wait to be taken.
const WAITING: usize = 4;

/// A reader that takes nothing for so long is gone.
const STALLED: Duration = Duration::from_mins(1);

/// Where a file is written: pieces of it wait for whoever reads it.
struct Pieces {
    waiting: mpsc::Sender<Result<Bytes, Error>>,
    piece: Vec<u8>,
    runtime: Handle,
    stalled: Duration,
}

impl Pieces {
    fn send(&self, piece: Result<Bytes, Error>) -> Result<(), Error> {
        let sent = self.waiting.send(piece);
        let sent = self
            .runtime
            .block_on(tokio::time::timeout(self.stalled, sent));
        match sent {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Error::new(ErrorKind::BrokenPipe, "the reader is gone")),
            Err(_) => Err(Error::new(ErrorKind::TimedOut, "the reader takes nothing")),
        }
    }

    fn send_piece(&mut self) -> Result<(), Error> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let piece = std::mem::take(&mut self.piece);
        self.send(Ok(Bytes::from(piece)))
    }
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        let room = PIECE_BYTES - self.piece.len();
        let taken = &bytes[..bytes.len().min(room)];
        self.piece.extend_from_slice(taken);
        if self.piece.len() == PIECE_BYTES {
            self.send_piece()?;
        }
        Ok(taken.len())
    }

    /// Only whole pieces are sent, and the last one when the file is whole.
    fn flush(&mut self) -> Result<(), Error> {
        Ok(())
    }
}

/// The body of a file that is written by another thread while it is read.
///
/// # Errors
/// What `write` says, where it wrote nothing that was sent; what breaks off later ends the body without
/// its end, so that nobody takes it for whole.
pub(super) async fn streamed(
    write: impl FnOnce(&mut dyn Write) -> Result<(), Problem> + Send + 'static,
) -> Result<Body, Problem> {
    streamed_within(STALLED, write).await
}

async fn streamed_within(
    stalled: Duration,
    write: impl FnOnce(&mut dyn Write) -> Result<(), Problem> + Send + 'static,
) -> Result<Body, Problem> {
    let (waiting, mut pieces) = mpsc::channel(WAITING);
    let mut out = Pieces {
        waiting,
        piece: Vec::new(),
        runtime: Handle::current(),
        stalled,
    };
    let written = tokio::task::spawn_blocking(move || {
        write(&mut out)?;
        // Nobody is there any more to be told.
        let _ = out.send_piece();
        Ok(())
    });
    let Some(first) = pieces.recv().await else {
        return match written.await {
            Ok(Ok(())) => Ok(Body::empty()),
            Ok(Err(problem)) => Err(problem),
            Err(_) => Err(Problem::broken()),
        };
    };
    let first = futures_util::stream::once(async { first });
    let rest = ReceiverStream::new(pieces);
    let end = futures_util::stream::once(async {
        if let Ok(Ok(())) = written.await {
            return Ok(Bytes::new());
        }
        tracing::warn!("a file broke off on its way out");
        Err(Error::other("the file broke off"))
    });
    Ok(Body::from_stream(first.chain(rest).chain(end)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn run<T>(work: impl Future<Output = T>) -> T {
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = runtime.worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(work)
    }

    /// The most bytes of a file of so many that were made and not taken yet, and how many were taken.
    fn held_at_most(of: usize) -> (usize, usize) {
        run(async {
            let made = Arc::new(AtomicUsize::new(0));
            let counted = made.clone();
            let body = streamed(move |out| {
                for _ in 0..of / 1_000 {
                    counted.fetch_add(1_000, Ordering::SeqCst);
                    out.write_all(&[b'x'; 1_000])
                        .map_err(|_| Problem::broken())?;
                }
                Ok(())
            });
            let mut pieces = body.await.unwrap().into_data_stream();
            let (mut taken, mut most) = (0, 0);
            while let Some(piece) = pieces.next().await {
                most = most.max(made.load(Ordering::SeqCst) - taken);
                taken += piece.unwrap().len();
            }
            (most, taken)
        })
    }

    #[test]
    fn what_is_held_does_not_grow_with_the_file() {
        // Those that wait, the one that is taken, the one being filled, and one that finds no room.
        let bound = (WAITING + 4) * PIECE_BYTES;
        let (small, taken) = held_at_most(2_000_000);
        assert_eq!(taken, 2_000_000);
        let (large, taken) = held_at_most(40_000_000);
        assert_eq!(taken, 40_000_000);
        println!("held at most of 2 MB: {small} bytes, of 40 MB: {large} bytes");
        assert!(small <= bound && large <= bound, "{small} {large}");
    }

    #[test]
    fn a_file_that_fails_before_its_first_piece_is_a_problem_and_later_no_whole_file() {
        run(async {
            let fails = |bytes: usize| {
                streamed(move |out| {
                    out.write_all(&vec![b'x'; bytes])
                        .map_err(|_| Problem::broken())?;
                    Err(Problem::not_found())
                })
            };
            let refused = fails(10).await.err().unwrap();
            assert_eq!(refused.code(), Problem::not_found().code());
            let body = fails(3 * PIECE_BYTES).await.ok().unwrap();
            let mut pieces = body.into_data_stream();
            let mut last = None;
            while let Some(piece) = pieces.next().await {
                last = Some(piece.is_ok());
            }
            assert_eq!(last, Some(false));
        });
    }

    #[test]
    fn who_takes_nothing_is_let_go() {
        run(async {
            let (told, heard) = std::sync::mpsc::channel();
            let body = streamed_within(Duration::from_millis(50), move |out| {
                let written = out.write_all(&vec![b'x'; 20 * PIECE_BYTES]);
                told.send(written.map_err(|error| error.kind())).ok();
                Ok(())
            });
            let held = body.await.ok().unwrap();
            let heard = tokio::task::spawn_blocking(move || heard.recv())
                .await
                .unwrap();
            assert_eq!(heard, Ok(Err(ErrorKind::TimedOut)));
            drop(held);
        });
    }
}
