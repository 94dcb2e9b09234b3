//! A long series of cities in blocks: how far it is, and where it goes on when it was stopped.

use std::fmt::Write as _;
use std::ops::Range;
use std::path::PathBuf;
use std::time::Instant;

/// Cities between two words about how far it is.
const BLOCK: u64 = 50;

/// What some cities came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Figures shown.
    pub(super) figures: u64,
    /// Cells of tables by attribute.
    pub(super) told: u64,
    /// Of these, shown.
    pub(super) shown: u64,
    /// Filter pairs.
    pub(super) pairs: u64,
    /// Cities that were corrected.
    pub(super) corrections: u64,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.figures += other.figures;
        self.told += other.told;
        self.shown += other.shown;
        self.pairs += other.pairs;
        self.corrections += other.corrections;
    }
}

/// A series under way; what is done is kept in the file that `MARAUDE_CITIES_DONE` names.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Series {
    /// Cities that are done, from the first.
    pub(super) cities: u64,
    /// What they came to.
    pub(super) tally: Tally,
    /// How long they took.
    pub(super) seconds: f64,
    kept: Option<PathBuf>,
}

impl Series {
    /// Goes on where a series that was stopped ended; from the first city otherwise.
    pub(super) fn begun() -> Self {
        let Some(kept) = std::env::var_os("MARAUDE_CITIES_DONE").map(PathBuf::from) else {
            return Self::default();
        };
        let told = std::fs::read_to_string(&kept).unwrap_or_default();
        Self {
            kept: Some(kept),
            ..Self::read(&told)
        }
    }

    /// Lines that follow one another; a line that was cut off, or is of another place, ends them.
    fn read(told: &str) -> Self {
        let mut series = Self::default();
        for line in told.lines() {
            let numbers: Vec<u64> = line.split(' ').map_while(|n| n.parse().ok()).collect();
            let &[
                from,
                to,
                millis,
                figures,
                told,
                shown,
                pairs,
                corrections,
                end,
            ] = numbers.as_slice()
            else {
                break;
            };
            if from != series.cities || to <= from || end != to {
                break;
            }
            series.cities = to;
            series.seconds += millis as f64 / 1_000.0;
            series.tally.add(Tally {
                figures,
                told,
                shown,
                pairs,
                corrections,
            });
        }
        series
    }

    /// The next block.
    pub(super) fn next(&mut self, count: u64, attacked: impl Fn(Range<u64>) -> Tally) {
        let (from, since) = (self.cities, Instant::now());
        let to = count.min(from + BLOCK);
        let of = attacked(from..to);
        let seconds = since.elapsed().as_secs_f64();
        self.cities = to;
        self.seconds += seconds;
        self.tally.add(of);
        let left_s = seconds / (to - from) as f64 * (count - to) as f64;
        eprintln!(
            "{to} of {count} cities, about {:.0} min left",
            left_s / 60.0
        );
        if let Some(kept) = &self.kept {
            let line = line(from..to, seconds, of);
            let told = std::fs::read_to_string(kept).unwrap_or_default();
            // What follows a line that was cut off is not read.
            let whole = told.rfind('\n').map_or("", |end| &told[..=end]);
            std::fs::write(kept, format!("{whole}{line}")).unwrap();
        }
    }
}

/// The last city stands twice: a line without its end is not taken.
fn line(block: Range<u64>, seconds: f64, of: Tally) -> String {
    let mut line = format!("{} {} {:.0}", block.start, block.end, seconds * 1_000.0);
    for number in [of.figures, of.told, of.shown, of.pairs, of.corrections] {
        // Writing to a text cannot fail.
        let _ = write!(line, " {number}");
    }
    format!("{line} {}\n", block.end)
}

#[test]
fn a_series_that_was_stopped_goes_on_where_it_ended() {
    let of = Tally {
        figures: 5,
        pairs: 2,
        ..Tally::default()
    };
    let two = line(0..50, 1.0, of) + &line(50..100, 2.0, of);
    let read = Series::read(&two);
    assert_eq!(
        (read.cities, read.tally.figures, read.seconds),
        (100, 10, 3.0)
    );
    // Controls: a line cut off, and one that does not follow.
    assert_eq!(Series::read(&two[..two.len() - 4]).cities, 50);
    assert_eq!(Series::read(&line(50..100, 2.0, of)).cities, 0);
    assert_eq!(Series::read("").cities, 0);
}
