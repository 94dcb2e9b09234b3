//! Where observations lie, in metres: places on the sphere, and a team's track for those without.
//!
//! It must never invent precision: a place taken from a track says how coarse it is.

use crate::parameters::Parameters;
use crate::slot::{LinkageObservation, Place};
use maraude_core::model::{Night, TeamId};
use std::collections::BTreeMap;

/// Mean radius of the Earth, metres (IUGG).
const EARTH_RADIUS_M: f64 = 6_371_008.8;
/// Accuracies are held between these, metres: no fix is perfect, none is worse than useless.
const ACCURACY_RANGE_M: (f64, f64) = (3.0, 1_000.0);
/// A team's track places an observation only between fixes this close in time, milliseconds.
const TRACK_GAP_MS: i64 = 20 * 60_000;
/// Accuracy of a place taken from a track: at a fix, and added per second away from it, metres.
const TRACK_ACCURACY_M: f64 = 40.0;
const TRACK_DRIFT_M_S: f64 = 0.3;

/// A place in metres.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Located {
    /// On the sphere, metres from its centre.
    pub xyz: [f64; 3],
    /// 68 % radius, metres.
    pub accuracy_m: f64,
}

impl Located {
    pub fn of(place: Place, parameters: &Parameters) -> Self {
        let (low, high) = ACCURACY_RANGE_M;
        let accuracy_m = place
            .accuracy_m
            .filter(|metres| metres.is_finite() && *metres >= 0.0)
            .unwrap_or(parameters.unknown_accuracy_m);
        let longitude = place.coordinates.longitude.to_radians();
        let latitude = place.coordinates.latitude.to_radians();
        Self {
            xyz: [
                EARTH_RADIUS_M * latitude.cos() * longitude.cos(),
                EARTH_RADIUS_M * latitude.cos() * longitude.sin(),
                EARTH_RADIUS_M * latitude.sin(),
            ],
            accuracy_m: accuracy_m.clamp(low, high),
        }
    }

    /// Metres between two places, along the chord.
    pub fn distance_m(&self, other: &Self) -> f64 {
        let square: f64 = self
            .xyz
            .iter()
            .zip(&other.xyz)
            .map(|(a, b)| (a - b) * (a - b))
            .sum();
        square.sqrt()
    }
}

/// One place per observation: its own, else its team's track at that time, else none.
pub(crate) fn places(
    observations: &[LinkageObservation],
    parameters: &Parameters,
) -> Vec<Option<Located>> {
    let mut tracks: BTreeMap<(TeamId, Night), Vec<(i64, Located)>> = BTreeMap::new();
    let own: Vec<Option<Located>> = observations
        .iter()
        .map(|observation| {
            let located = Located::of(valid(observation.place)?, parameters);
            tracks
                .entry((observation.team, observation.night))
                .or_default()
                .push((observation.observed_at, located));
            Some(located)
        })
        .collect();
    for track in tracks.values_mut() {
        track.sort_by_key(|(at, _)| *at);
    }
    observations
        .iter()
        .zip(own)
        .map(|(observation, own)| {
            own.or_else(|| {
                let track = tracks.get(&(observation.team, observation.night))?;
                on_track(track, observation.observed_at)
            })
        })
        .collect()
}

pub(crate) fn valid(place: Option<Place>) -> Option<Place> {
    place.filter(|place| {
        let c = place.coordinates;
        c.longitude.is_finite()
            && c.latitude.is_finite()
            && c.longitude.abs() <= 180.0
            && c.latitude.abs() <= 90.0
    })
}

pub(crate) fn on_track(track: &[(i64, Located)], at: i64) -> Option<Located> {
    let after = track.partition_point(|(fixed_at, _)| *fixed_at <= at);
    let near = |entry: Option<&(i64, Located)>| {
        entry
            .copied()
            .filter(|(fixed_at, _)| (fixed_at - at).abs() <= TRACK_GAP_MS)
    };
    let before = after
        .checked_sub(1)
        .and_then(|index| near(track.get(index)));
    let next = near(track.get(after));
    match (before, next) {
        (Some((t0, p0)), Some((t1, p1))) => {
            let share = (at - t0) as f64 / ((t1 - t0).max(1)) as f64;
            let mut xyz = [0.0; 3];
            for (axis, value) in xyz.iter_mut().enumerate() {
                *value = p0.xyz[axis] + share * (p1.xyz[axis] - p0.xyz[axis]);
            }
            let mut between = coarse(xyz, (at - t0).min(t1 - at));
            // Between two fixes a team cannot be much farther off than they are apart.
            let most_m = TRACK_ACCURACY_M + p0.distance_m(&p1) / 2.0;
            between.accuracy_m = between.accuracy_m.min(most_m);
            Some(between)
        }
        (Some((fixed_at, place)), None) | (None, Some((fixed_at, place))) => {
            Some(coarse(place.xyz, (fixed_at - at).abs()))
        }
        (None, None) => None,
    }
}

fn coarse(xyz: [f64; 3], away_ms: i64) -> Located {
    let drift_m = TRACK_DRIFT_M_S * away_ms as f64 / 1_000.0;
    Located {
        xyz,
        accuracy_m: (TRACK_ACCURACY_M + drift_m).min(ACCURACY_RANGE_M.1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use maraude_core::model::Coordinates;

    #[test]
    fn metres_are_metres() {
        let at = |longitude, latitude| {
            let coordinates = Coordinates {
                longitude,
                latitude,
            };
            Located::of(
                Place {
                    coordinates,
                    accuracy_m: None,
                },
                &Parameters::default(),
            )
        };
        let north = at(3.87, 43.61).distance_m(&at(3.87, 43.62));
        assert!((north - 1_111.95).abs() < 0.5, "{north}");
        let east = at(3.87, 43.61).distance_m(&at(3.88, 43.61));
        assert!((east - 805.1).abs() < 0.5, "{east}");
    }
}
