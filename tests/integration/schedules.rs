//! Thousands of nights in which everything goes wrong: nothing acknowledged is lost, nothing revoked,
//! erased or purged comes back, and everybody reads the same in the end. Faults planted are found.

use maraude_tests::simulation::{Fault, Outcome, run};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Schedules of a run of the tests; `MARAUDE_SCHEDULES` asks for more.
const SCHEDULES: u64 = 2_000;

/// Schedules in which a planted fault must have been found.
const CAUGHT_WITHIN: u64 = 200;

/// Schedules that run at a time, each in a thread.
const THREADS: usize = 2;

fn number_from(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// Runs schedules `first..end` in threads; the sum, or the first that was broken.
fn run_all(first: u64, end: u64) -> Outcome {
    let next = AtomicU64::new(first);
    let one_after_the_other = || {
        let mut sum = Outcome::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= end {
                return sum;
            }
            match run(seed, None) {
                Ok(outcome) => sum += outcome,
                Err(broken) => panic!("{broken:#}; again with MARAUDE_SEED={seed}"),
            }
        }
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|_| scope.spawn(one_after_the_other))
            .collect();
        let mut sum = Outcome::default();
        for thread in threads {
            match thread.join() {
                Ok(part) => sum += part,
                Err(told) => std::panic::resume_unwind(told),
            }
        }
        sum
    })
}

#[test]
fn in_every_schedule_nothing_acknowledged_is_lost_and_all_read_the_same() {
    let one = number_from("MARAUDE_SEED");
    let first = one.unwrap_or(1);
    let asked = number_from("MARAUDE_SCHEDULES").unwrap_or(SCHEDULES);
    let number = one.map_or(asked, |_| 1);
    let since = Instant::now();
    let sum = run_all(first, first + number);
    println!(
        "{number} schedules in {:.0} s: {} changes acknowledged, {} deaths of the server, {} of \
         tablets, {} older copies of the log and {} of tablets put back, {} tablets cloned, {} \
         wiped, {} campaigns purged; 0 lost, 0 back",
        since.elapsed().as_secs_f64(),
        sum.acknowledged,
        sum.server_deaths,
        sum.replica_deaths,
        sum.restorations,
        sum.went_back,
        sum.clones,
        sum.wiped,
        sum.purges,
    );
    let met = [
        sum.server_deaths,
        sum.restorations,
        sum.went_back,
        sum.clones,
        sum.wiped,
        sum.purges,
    ];
    assert!(one.is_some() || !met.contains(&0), "not everything was met");
}

/// The schedule that finds a planted fault finds this, and no other thing.
fn check_caught(fault: Fault, expected: &str) {
    let found = (1..=CAUGHT_WITHIN).find_map(|seed| Some((seed, run(seed, Some(fault)).err()?)));
    let (seed, broken) = found.expect("the planted fault was not found");
    println!("{fault:?} found by schedule {seed}: {broken:#}");
    assert!(broken.to_string().contains(expected), "{broken:#}");
}

#[test]
fn a_server_that_acknowledges_before_storing_is_caught() {
    check_caught(
        Fault::AcknowledgesBeforeStoring,
        "was acknowledged and is lost",
    );
}

#[test]
fn a_purge_that_leaves_the_keys_is_caught() {
    check_caught(Fault::KeepsTheKeys, "a purged campaign can be read");
}

#[test]
fn a_tablet_that_obeys_anybody_is_caught() {
    check_caught(Fault::ObeysAnybody, "nobody who may had ordered it");
}

#[test]
fn a_tablet_that_draws_no_new_actor_is_caught() {
    check_caught(Fault::DrawsNoActor, "other heads");
}

#[test]
fn a_server_that_forgets_revocations_is_caught() {
    check_caught(
        Fault::ForgetsRevocation,
        "work of a revoked tablet was let in",
    );
}
