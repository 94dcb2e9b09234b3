//! One writer thread per campaign: batches of many submitters in one transaction (group commit).
//!
//! A submitter hears of its batch only after the commit is on disk: that is what "acknowledged"
//! means (design D4). The queue is bounded; a full one is told at once. The sync engine calls it.

use super::log::{Appended, Batch, BatchRefusal, HashValue, Log, LogPosition};
use super::{Reserve, StoreError};
use crate::measures::measures;
use maraude_core::model::DocumentId;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::thread::JoinHandle;
use std::time::Instant;
use tokio::sync::{broadcast, mpsc, oneshot};

/// Batches that may wait: beyond, a submitter is told to come back.
const QUEUE: usize = 256;

/// Most batches in one transaction.
const GROUP: usize = 64;

/// Commits a slow listener may be behind before it must read the log instead.
const BROADCAST: usize = 1024;

/// A commit that added changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// The log's last position.
    pub position: LogPosition,
    /// Documents that gained a change.
    pub documents: Vec<DocumentId>,
}

/// Why a batch is not in the log.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CommitError {
    /// The queue is full: come back in a moment.
    #[error("too much is waiting")]
    Busy,
    /// The disk is full.
    #[error("the disk is full")]
    Full,
    /// The batch was refused, its neighbours not.
    #[error(transparent)]
    Refused(#[from] BatchRefusal),
    /// Storage failed; the cause was logged.
    #[error("storage failed")]
    Failed,
    /// The writer has stopped.
    #[error("the writer has stopped")]
    Stopped,
}

type Outcome = Result<Appended, CommitError>;

/// Told of each batch that is on disk, before its submitter is, in the order of the log.
pub type OnCommit = Box<dyn Fn(&Batch, &Appended) + Send + Sync>;

struct Submission {
    batch: Batch,
    reply: oneshot::Sender<Outcome>,
}

/// The writer of one campaign's log.
pub struct LogWriter {
    sender: Option<mpsc::Sender<Submission>>,
    commits: broadcast::Sender<Committed>,
    full: Arc<AtomicBool>,
    noted_by: Arc<OnceLock<OnCommit>>,
    thread: Option<JoinHandle<()>>,
}

/// A place in the queue, taken before the work that fills it.
pub struct Slot {
    permit: mpsc::OwnedPermit<Submission>,
}

/// A batch on its way to the disk: await it, or [`Pending::wait`] on a blocking thread.
#[must_use = "a batch is acknowledged only once this is ready"]
pub struct Pending(oneshot::Receiver<Outcome>);

impl LogWriter {
    /// Starts the thread.
    pub fn start(log: Arc<dyn Log>, reserve: Reserve) -> Result<Self, StoreError> {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let (commits, _) = broadcast::channel(BROADCAST);
        let full = Arc::new(AtomicBool::new(false));
        let noted_by = Arc::new(OnceLock::new());
        let work = Work {
            noted_by: noted_by.clone(),
            log,
            reserve,
            commits: commits.clone(),
            full: full.clone(),
        };
        let thread = std::thread::Builder::new()
            .name("log-writer".to_owned())
            .spawn(move || work.run(receiver))
            .map_err(|cause| StoreError::File {
                path: "log-writer".into(),
                cause,
            })?;
        Ok(Self {
            sender: Some(sender),
            commits,
            full,
            noted_by,
            thread: Some(thread),
        })
    }

    /// Takes a place in the queue.
    ///
    /// # Errors
    /// [`CommitError::Busy`], [`CommitError::Full`] or [`CommitError::Stopped`], at once.
    pub fn reserve(&self) -> Result<Slot, CommitError> {
        if self.full.load(Ordering::Relaxed) {
            return Err(CommitError::Full);
        }
        self.place()
    }

    /// Ready once everything submitted before is on disk or lost. It writes nothing, so a full disk
    /// does not stand in the way: what is there can be read.
    pub fn barrier(&self) -> Result<Pending, CommitError> {
        self.look_for(Vec::new())
    }

    /// As [`Self::barrier`], and refused as [`crate::store::BatchRefusal::Missing`] unless these
    /// changes are in the log by then.
    pub fn look_for(&self, requires: Vec<(DocumentId, HashValue)>) -> Result<Pending, CommitError> {
        let batch = Batch {
            requires,
            ..Batch::default()
        };
        Ok(self.place()?.submit(batch))
    }

    fn place(&self) -> Result<Slot, CommitError> {
        let sender = self.sender.clone().ok_or(CommitError::Stopped)?;
        match sender.try_reserve_owned() {
            Ok(permit) => Ok(Slot { permit }),
            Err(mpsc::error::TrySendError::Full(_)) => Err(CommitError::Busy),
            Err(mpsc::error::TrySendError::Closed(_)) => Err(CommitError::Stopped),
        }
    }

    /// Batches that wait for their commit.
    pub fn waiting(&self) -> usize {
        let free = self.sender.as_ref().map_or(QUEUE, mpsc::Sender::capacity);
        QUEUE.saturating_sub(free)
    }

    /// New positions, as they are committed. A listener that lags reads the log from where it was.
    pub fn subscribe(&self) -> broadcast::Receiver<Committed> {
        self.commits.subscribe()
    }

    /// Who notes what is committed; the first one set stays. It must not wait for the writer.
    pub fn on_commit(&self, note: OnCommit) {
        // A second engine over one writer would be a bug; the first goes on.
        let _ = self.noted_by.set(note);
    }

    /// The disk has room again: take work in.
    pub fn disk_has_room(&self, room: bool) {
        self.full.store(!room, Ordering::Relaxed);
    }

    /// The disk was found full: nothing is taken in.
    pub fn disk_is_full(&self) -> bool {
        self.full.load(Ordering::Relaxed)
    }
}

impl Drop for LogWriter {
    /// Lets the queue run dry, then stops the thread.
    fn drop(&mut self) {
        self.sender = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the log's writer had panicked");
        }
    }
}

impl Slot {
    /// Hands the batch to the writer; batches are committed in the order of these calls.
    pub fn submit(self, batch: Batch) -> Pending {
        let (reply, receiver) = oneshot::channel();
        self.permit.send(Submission { batch, reply });
        Pending(receiver)
    }
}

impl Pending {
    /// Waits on this thread, which must not be one that drives asynchronous work.
    pub fn wait(self) -> Outcome {
        self.0.blocking_recv().unwrap_or(Err(CommitError::Stopped))
    }
}

impl Future for Pending {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        Pin::new(&mut self.0)
            .poll(context)
            .map(|outcome| outcome.unwrap_or(Err(CommitError::Stopped)))
    }
}

struct Work {
    log: Arc<dyn Log>,
    reserve: Reserve,
    commits: broadcast::Sender<Committed>,
    full: Arc<AtomicBool>,
    noted_by: Arc<OnceLock<OnCommit>>,
}

impl Work {
    fn run(&self, mut receiver: mpsc::Receiver<Submission>) {
        while let Some(first) = receiver.blocking_recv() {
            let mut group = vec![first];
            while group.len() < GROUP
                && let Ok(next) = receiver.try_recv()
            {
                group.push(next);
            }
            self.commit(group);
        }
    }

    fn commit(&self, group: Vec<Submission>) {
        let (batches, replies): (Vec<Batch>, Vec<oneshot::Sender<Outcome>>) = group
            .into_iter()
            .map(|submission| (submission.batch, submission.reply))
            .unzip();
        #[cfg(feature = "fault-points")]
        let replies = faults::acknowledge_before_commit(&batches, replies);
        let began = Instant::now();
        match self.log.append(&batches) {
            Ok(outcomes) => {
                measures().committed(batches.len(), began.elapsed());
                self.tell(&batches, outcomes, replies);
            }
            Err(error) => self.fail(&error, replies),
        }
    }

    fn tell(
        &self,
        batches: &[Batch],
        outcomes: Vec<Result<Appended, BatchRefusal>>,
        replies: Vec<oneshot::Sender<Outcome>>,
    ) {
        let mut committed = Committed {
            position: 0,
            documents: Vec::new(),
        };
        for (batch, outcome) in batches.iter().zip(&outcomes) {
            let Ok(appended) = outcome else { continue };
            if let Some(note) = self.noted_by.get() {
                note(batch, appended);
            }
            committed.position = committed.position.max(appended.last);
            committed.documents.extend(&appended.documents);
        }
        committed.documents.sort_unstable();
        committed.documents.dedup();
        // Announced first: what a submitter was told of, every follower has been told of.
        if !committed.documents.is_empty() {
            // Nobody listening is no failure.
            let _ = self.commits.send(committed);
        }
        for (outcome, reply) in outcomes.into_iter().zip(replies) {
            // A submitter that went away hears of its batch when it asks again.
            let _ = reply.send(outcome.map_err(CommitError::Refused));
        }
    }

    fn fail(&self, error: &StoreError, replies: Vec<oneshot::Sender<Outcome>>) {
        tracing::error!(%error, batches = replies.len(), "a commit failed");
        let told = if matches!(error, StoreError::Full) {
            self.full.store(true, Ordering::Relaxed);
            if let Err(error) = self.reserve.give_up() {
                tracing::error!(%error, "the reserve was not given up");
            }
            CommitError::Full
        } else {
            CommitError::Failed
        };
        for reply in replies {
            let _ = reply.send(Err(told.clone()));
        }
    }
}

/// Faults planted on purpose, to prove that the durability tests find them.
#[cfg(feature = "fault-points")]
mod faults {
    use super::{Appended, Batch, Outcome, oneshot};
    use std::time::Duration;

    /// How long the commit comes after the false acknowledgement: longer than a busy machine takes
    /// to hand it to a tablet and to kill the server afterwards.
    const DELAY: Duration = Duration::from_millis(250);

    /// With `MARAUDE_FAULT=ack-before-commit`: tells submitters before the disk has anything.
    pub(super) fn acknowledge_before_commit(
        batches: &[Batch],
        replies: Vec<oneshot::Sender<Outcome>>,
    ) -> Vec<oneshot::Sender<Outcome>> {
        if std::env::var_os("MARAUDE_FAULT").is_none_or(|fault| fault != "ack-before-commit") {
            return replies;
        }
        for (batch, reply) in batches.iter().zip(replies) {
            let appended = Appended {
                positions: vec![0; batch.changes.len()],
                ..Appended::default()
            };
            let _ = reply.send(Ok(appended));
        }
        std::thread::sleep(DELAY);
        Vec::new()
    }
}
