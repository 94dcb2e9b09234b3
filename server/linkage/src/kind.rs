//! What is held of two observations before looking closer: two teams, two nights, or one team that
//! may have met the same people again.
//!
//! It must never look at what was told of people, only at who met them, when and how.

use crate::comparison::Level;
use crate::distance::Surroundings;
use crate::slot::LinkageObservation;
use maraude_core::model::Contact;

impl Surroundings<'_> {
    /// The prior's level.
    pub fn kind(&self, one: usize, other: usize) -> Level {
        let p = self.parameters;
        let (a, b) = (&self.observations[one], &self.observations[other]);
        if a.night != b.night {
            return Level::OtherNight;
        }
        if a.team != b.team {
            return Level::OtherTeam;
        }
        let (first, then) = if (a.observed_at, a.id) <= (b.observed_at, b.id) {
            (a, b)
        } else {
            (b, a)
        };
        let minutes = minutes_apart(first, then);
        if was_only_seen(first) && then.answered() {
            if minutes >= p.at_once_minutes {
                Level::SeenThenInterviewed
            } else {
                Level::SeenThenInterviewedAtOnce
            }
        } else if a.device != b.device
            && minutes <= p.two_tablets_minutes
            && is_one_contact(first, then)
        {
            Level::TwoTablets
        } else {
            Level::SameTeam
        }
    }

    /// How much likelier the minutes between two observations are for one person than for two
    /// whom one team met at one place: it passes a place once, and comes back for a sleeper.
    ///
    /// # Formula
    /// h(t) / (0.9·e^(−t/μ)/μ + 0.1/240), h uniform over the minutes in question.
    pub fn time_ratio(&self, one: usize, other: usize) -> f64 {
        let p = self.parameters;
        let minutes = minutes_apart(&self.observations[one], &self.observations[other]);
        let if_same = match self.kind(one, other) {
            Level::SeenThenInterviewed => 1.0 / BACK_WITHIN_MINUTES,
            Level::TwoTablets => 1.0 / p.two_tablets_minutes,
            _ => return 1.0,
        };
        let passing = (1.0 - LINGERING) * (-minutes / PASS_MINUTES).exp() / PASS_MINUTES;
        if_same / (passing + LINGERING / OUTING_MINUTES)
    }
}

/// Mean minutes between two people whom a team meets side by side.
const PASS_MINUTES: f64 = 10.0;
/// Share of those met at any other time of the outing, and how long that lasts, minutes.
const LINGERING: f64 = 0.1;
const OUTING_MINUTES: f64 = 240.0;
/// A team that comes back for somebody it saw asleep does so within, minutes.
const BACK_WITHIN_MINUTES: f64 = 180.0;

fn minutes_apart(one: &LinkageObservation, other: &LinkageObservation) -> f64 {
    (one.observed_at - other.observed_at).abs() as f64 / 60_000.0
}

/// Seen, and not spoken to: somebody who declined, or whose language nobody speaks, is not
/// interviewed by the same team an hour later.
fn was_only_seen(of: &LinkageObservation) -> bool {
    matches!(of.contact, Contact::Asleep | Contact::Observed)
}

/// Two tablets tell of one contact alike; whether an interview was complete is a matter of opinion.
fn is_one_contact(one: &LinkageObservation, other: &LinkageObservation) -> bool {
    one.contact == other.contact || (one.answered() && other.answered())
}
