//! The dates a campaign has from its first day on: when exact places and marks go, when all goes.
//!
//! It must never let a real campaign begin without them. `command` and `http` call it.

use jiff::{SignedDuration, Timestamp};
use maraude_core::model::{CampaignMode, Night, RetentionFrame, TimestampMs};

/// An exercise whose dates nobody said is coarsened after so many days, and purged after so many.
const EXERCISE_DAYS: (i64, i64) = (30, 90);

/// Dates that cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RetentionWrong {
    /// A real campaign names both from the first day on.
    #[error("a real campaign needs the dates --coarsen-on and --purge-on from its first day on")]
    Missing {
        /// Which.
        field: &'static str,
    },
    /// The purge comes before the coarsening.
    #[error("the purge comes before the coarsening")]
    BeforeCoarsening,
}

impl RetentionWrong {
    /// Stable kebab-case code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing { .. } => "missing",
            Self::BeforeCoarsening => "before-coarsening",
        }
    }

    /// Where.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Missing { field } => field,
            Self::BeforeCoarsening => "purge_on",
        }
    }
}

/// The dates of a new campaign.
///
/// # Errors
/// [`RetentionWrong`]
pub fn retention_at_creation(
    mode: CampaignMode,
    said: RetentionFrame,
    now: TimestampMs,
) -> Result<RetentionFrame, RetentionWrong> {
    let usual = |days: i64, field: &'static str| match mode {
        CampaignMode::Real => Err(RetentionWrong::Missing { field }),
        CampaignMode::Exercise => Ok(day_after(now, days)),
    };
    let coarsen_on = match said.coarsen_on {
        Some(day) => day,
        None => usual(EXERCISE_DAYS.0, "coarsen_on")?,
    };
    let purge_on = match said.purge_on {
        Some(day) => day,
        None => usual(EXERCISE_DAYS.1, "purge_on")?.max(coarsen_on),
    };
    if purge_on < coarsen_on {
        return Err(RetentionWrong::BeforeCoarsening);
    }
    Ok(RetentionFrame {
        coarsen_on: Some(coarsen_on),
        purge_on: Some(purge_on),
    })
}

fn day_after(now: TimestampMs, days: i64) -> Night {
    let at = Timestamp::from_millisecond(now).unwrap_or(Timestamp::UNIX_EPOCH);
    let later = at
        .checked_add(SignedDuration::from_hours(24 * days))
        .unwrap_or(at);
    Night::of(later.as_millisecond(), 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::NOW;

    #[test]
    fn a_real_campaign_names_both_dates_and_an_exercise_has_its_own() {
        let frame = |coarsen: Option<&str>, purge: Option<&str>| RetentionFrame {
            coarsen_on: coarsen.map(|day| day.parse().unwrap()),
            purge_on: purge.map(|day| day.parse().unwrap()),
        };
        let of = |mode, said| retention_at_creation(mode, said, NOW);
        let (real, exercise) = (CampaignMode::Real, CampaignMode::Exercise);
        let field = |said| of(real, said).unwrap_err().field();
        assert_eq!(field(frame(None, None)), "coarsen_on");
        assert_eq!(field(frame(Some("2026-04-01"), None)), "purge_on");
        let both = frame(Some("2026-04-01"), Some("2026-07-01"));
        assert_eq!(of(real, both), Ok(both));
        for mode in [real, exercise] {
            let turned = frame(Some("2026-07-01"), Some("2026-04-01"));
            assert_eq!(of(mode, turned), Err(RetentionWrong::BeforeCoarsening));
        }
        let own = of(exercise, frame(None, None)).unwrap();
        assert_eq!(own, frame(Some("2026-02-21"), Some("2026-04-22")));
        let far = of(exercise, frame(Some("2027-01-01"), None)).unwrap();
        assert_eq!(far, frame(Some("2027-01-01"), Some("2027-01-01")));
    }
}
