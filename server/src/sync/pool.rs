//! Work that burns processor time or waits for a disk, on a bounded number of threads.
//!
//! What finds no place is told at once instead of queueing without end.

use std::sync::Arc;
use tokio::sync::Semaphore;

/// Pieces of work that may wait for a thread.
const WAITING: usize = 256;

/// Bounded blocking threads.
#[derive(Debug, Clone)]
pub struct Pool {
    admitted: Arc<Semaphore>,
    running: Arc<Semaphore>,
    places: usize,
}

/// Why work was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PoolError {
    /// Too much is waiting: come back in a moment.
    #[error("too much is waiting")]
    Busy,
    /// The work panicked: a bug, contained.
    #[error("the work failed")]
    Panicked,
}

impl Pool {
    /// A pool of so many threads.
    pub fn new(threads: usize) -> Self {
        Self::with_queue(threads, WAITING)
    }

    /// A pool of so many threads, for which so much work may wait.
    pub fn with_queue(threads: usize, waiting: usize) -> Self {
        Self {
            admitted: Arc::new(Semaphore::new(threads + waiting)),
            running: Arc::new(Semaphore::new(threads)),
            places: threads + waiting,
        }
    }

    /// As many threads as processors, four at most and two at least.
    pub fn sized_for_this_machine() -> Self {
        let found = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Self::new(found.clamp(2, 4))
    }

    /// Pieces of work that run or wait.
    pub fn busy(&self) -> usize {
        self.places
            .saturating_sub(self.admitted.available_permits())
    }

    /// Places that are free.
    #[cfg(test)]
    pub(crate) fn places(&self) -> usize {
        self.admitted.available_permits()
    }

    /// All places are taken.
    #[cfg(test)]
    pub(crate) fn is_full(&self) -> bool {
        self.places() == 0
    }

    /// Does the work on a blocking thread.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PoolError> {
        let Ok(_admitted) = self.admitted.try_acquire() else {
            return Err(PoolError::Busy);
        };
        let Ok(permit) = self.running.clone().acquire_owned().await else {
            return Err(PoolError::Busy);
        };
        let done = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        });
        done.await.map_err(|_| PoolError::Panicked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_beyond_the_bound_is_told_at_once() {
        let pool = Pool::new(1);
        let (hold, held) = std::sync::mpsc::channel::<()>();
        let held = std::sync::Mutex::new(held);
        let first = tokio::spawn({
            let pool = pool.clone();
            async move { pool.run(move || held.lock().unwrap().recv().ok()).await }
        });
        let waiting: Vec<_> = (0..WAITING)
            .map(|_| {
                let pool = pool.clone();
                tokio::spawn(async move { pool.run(|| ()).await })
            })
            .collect();
        while pool.admitted.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(pool.run(|| ()).await, Err(PoolError::Busy));
        hold.send(()).unwrap();
        assert_eq!(first.await.unwrap(), Ok(Some(())));
        for done in waiting {
            assert_eq!(done.await.unwrap(), Ok(()));
        }
        assert_eq!(
            pool.run(|| panic!("on purpose")).await,
            Err(PoolError::Panicked)
        );
    }
}
