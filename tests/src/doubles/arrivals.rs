//! What one arrival costs when a whole night is stored, beside a full run.

use super::Night;
use maraude_linkage::{Linkage, Live, Parameters, link};
use std::io::Write;
use std::time::Instant;

/// Updates of a stored night, one observation at a time.
pub struct Arrivals {
    /// Observations stored before the first.
    pub stored: usize,
    /// Milliseconds of each arrival, sorted.
    pub arrived_ms: Vec<f64>,
    /// Milliseconds of each edit, sorted.
    pub edited_ms: Vec<f64>,
    /// Milliseconds of each withdrawal, sorted.
    pub withdrawn_ms: Vec<f64>,
    /// Seconds of a full run with the same snapshot.
    pub full_seconds: f64,
    /// Seconds to begin.
    pub begun_seconds: f64,
    /// What was kept up to date is what the full run says.
    pub equal: bool,
}

/// Stores all but `number` observations spread over the night, then lets those arrive, each edited
/// and, every other one, withdrawn and sent again.
pub fn arrivals(night: &Night, number: usize) -> Arrivals {
    let every = (night.observations.len() / number.max(1)).max(1);
    let (mut late, mut stored) = (Vec::new(), Vec::new());
    for (place, observation) in night.observations.iter().enumerate() {
        let to = if place % every == 0 && late.len() < number {
            &mut late
        } else {
            &mut stored
        };
        to.push(observation.clone());
    }
    let started = Instant::now();
    let mut live = Live::new(&stored, &[], &Parameters::default());
    let begun_seconds = started.elapsed().as_secs_f64();
    let mut made = Arrivals {
        stored: stored.len(),
        arrived_ms: Vec::new(),
        edited_ms: Vec::new(),
        withdrawn_ms: Vec::new(),
        full_seconds: 0.0,
        begun_seconds,
        equal: false,
    };
    let timed = |live: &mut Live, act: &dyn Fn(&mut Live)| {
        let started = Instant::now();
        act(live);
        started.elapsed().as_secs_f64() * 1_000.0
    };
    for (place, observation) in late.iter().enumerate() {
        let one = std::slice::from_ref(observation);
        let mut other = observation.clone();
        other.observed_at += 60_000;
        made.arrived_ms
            .push(timed(&mut live, &|live| live.update(one, &[])));
        if place % 2 == 0 {
            made.withdrawn_ms.push(timed(&mut live, &|live| {
                live.update(&[], &[observation.id]);
            }));
        }
        made.edited_ms.push(timed(&mut live, &|live| {
            live.update(std::slice::from_ref(&other), &[]);
        }));
        live.update(one, &[]);
    }
    for list in [
        &mut made.arrived_ms,
        &mut made.edited_ms,
        &mut made.withdrawn_ms,
    ] {
        list.sort_by(f64::total_cmp);
    }
    let started = Instant::now();
    let mut anew: Linkage = link(&night.observations, &[], live.snapshot());
    made.full_seconds = started.elapsed().as_secs_f64();
    let kept = live.linkage();
    // The first run learnt; one with its snapshot is given what it learnt.
    anew.training = kept.training;
    made.equal = kept == anew;
    made
}

/// Prints what arrivals cost.
pub fn print(out: &mut dyn Write, of: &Arrivals) -> std::io::Result<()> {
    writeln!(
        out,
        "\none observation at a time, {} stored; begun in {:.2} s; a full run takes {:.2} s; {}",
        of.stored,
        of.begun_seconds,
        of.full_seconds,
        if of.equal {
            "both tell the same, to the last digit"
        } else {
            "THEY DIFFER"
        }
    )?;
    writeln!(
        out,
        "{:<14} {:>6} {:>9} {:>9} {:>9} {:>20}",
        "ms", "number", "median", "p95", "most", "full run / median"
    )?;
    let lists = [
        ("arrived", &of.arrived_ms),
        ("edited", &of.edited_ms),
        ("withdrawn", &of.withdrawn_ms),
    ];
    for (name, list) in lists {
        let at = |share| quantile(list, share);
        writeln!(
            out,
            "{name:<14} {:>6} {:>9.2} {:>9.2} {:>9.2} {:>20.0}",
            list.len(),
            at(0.5),
            at(0.95),
            at(1.0),
            1_000.0 * of.full_seconds / at(0.5)
        )?;
    }
    Ok(())
}

/// The value below which so many of sorted ones lie.
pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = (share * sorted.len() as f64).ceil() as usize;
    sorted
        .get(place.saturating_sub(1))
        .copied()
        .unwrap_or(f64::NAN)
}
