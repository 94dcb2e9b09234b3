//! Thousands of nights in which everything goes wrong: nothing acknowledged is lost, nothing erased
//! comes back, and everybody reads the same in the end.

use maraude_tests::simulation::{Fault, Outcome, run};
use std::time::Instant;

/// Schedules of a run of the tests; `MARAUDE_SCHEDULES` asks for more.
const SCHEDULES: u64 = 400;

/// Schedules in which a planted fault must have been found.
const CAUGHT_WITHIN: u64 = 100;

fn number_from(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

#[test]
fn in_every_schedule_nothing_acknowledged_is_lost_and_all_read_the_same() {
    let one = number_from("MARAUDE_SEED");
    let first = one.unwrap_or(1);
    let number = one.map_or_else(
        || number_from("MARAUDE_SCHEDULES").unwrap_or(SCHEDULES),
        |_| 1,
    );
    let since = Instant::now();
    let mut sum = Outcome::default();
    for seed in first..first + number {
        match run(seed, None) {
            Ok(outcome) => {
                sum.acknowledged += outcome.acknowledged;
                sum.server_deaths += outcome.server_deaths;
                sum.replica_deaths += outcome.replica_deaths;
                sum.restorations += outcome.restorations;
            }
            Err(broken) => panic!("{broken:#}; again with MARAUDE_SEED={seed}"),
        }
    }
    println!(
        "{number} schedules in {:.0} s: {} changes acknowledged, {} deaths of the server, {} of \
         tablets, {} older copies put back; 0 lost",
        since.elapsed().as_secs_f64(),
        sum.acknowledged,
        sum.server_deaths,
        sum.replica_deaths,
        sum.restorations,
    );
    assert!(one.is_some() || sum.server_deaths > 0 && sum.restorations > 0);
}

#[test]
fn a_server_that_acknowledges_before_storing_is_caught() {
    let caught =
        (1..=CAUGHT_WITHIN).any(|seed| run(seed, Some(Fault::AcknowledgesBeforeStoring)).is_err());
    assert!(caught);
}
