//! The loads of `cargo xtask bench sync` (rounds made from the published first change and schema,
//! pushed to our server and to a peer) and of `bench geo` (typed places with a known answer; areas and
//! exports).
//!
//! It must never run inside the tests: it measures.

pub mod contender;
pub mod crowd;
pub mod messy;
pub mod ours;
pub mod peer;
pub mod places;
pub mod report;
pub mod rounds;
pub mod server;
pub mod told;
pub mod watched;
pub mod wire;

use anyhow::Result;
use server::Process;
use std::sync::Barrier;
use std::time::{Duration, Instant};

/// What one run came to.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Measured {
    /// Observations acknowledged per second.
    pub observations_per_s: f64,
    /// Processor seconds of the server.
    pub server_cpu_s: f64,
    /// Its largest memory, MB.
    pub peak_mb: f64,
    /// 95th percentile of the time to acknowledgement, milliseconds.
    pub p95_ms: f64,
}

/// The 95th percentile of some times, milliseconds.
pub fn p95_ms(times: Vec<Duration>) -> f64 {
    percentile_ms(times, 95)
}

/// A percentile of some times, milliseconds.
pub fn percentile_ms(mut times: Vec<Duration>, percent: usize) -> f64 {
    times.sort_unstable();
    let rank = (times.len() * percent).div_ceil(100).max(1) - 1;
    times
        .get(rank)
        .map_or(0.0, |time| time.as_secs_f64() * 1000.0)
}

/// The middle one of several runs, figure by figure.
pub fn median(runs: &[Measured]) -> Measured {
    let middle = |of: fn(&Measured) -> f64| {
        let mut values: Vec<f64> = runs.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    Measured {
        observations_per_s: middle(|run| run.observations_per_s),
        server_cpu_s: middle(|run| run.server_cpu_s),
        peak_mb: middle(|run| run.peak_mb),
        p95_ms: middle(|run| run.p95_ms),
    }
}

/// All connections push at once; so many observations in all.
pub fn measure<P: Send>(
    process: &Process,
    observations: u32,
    pushers: Vec<P>,
    push: fn(P) -> Result<Vec<Duration>>,
) -> Result<Measured> {
    let cpu_before = process.cpu_s()?;
    let start_line = Barrier::new(pushers.len() + 1);
    let (took, times) = std::thread::scope(|scope| {
        let waiting: Vec<_> = pushers
            .into_iter()
            .map(|pusher| {
                let start_line = &start_line;
                scope.spawn(move || {
                    start_line.wait();
                    push(pusher)
                })
            })
            .collect();
        start_line.wait();
        let start = Instant::now();
        let times: Result<Vec<Vec<Duration>>> = waiting
            .into_iter()
            .map(|thread| {
                thread
                    .join()
                    .map_err(|_| anyhow::anyhow!("a connection panicked"))?
            })
            .collect();
        (start.elapsed(), times)
    });
    Ok(Measured {
        observations_per_s: f64::from(observations) / took.as_secs_f64(),
        server_cpu_s: process.cpu_s()? - cpu_before,
        peak_mb: process.peak_mb()?,
        p95_ms: p95_ms(times?.concat()),
    })
}
