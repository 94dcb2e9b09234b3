//! Spots: street observations within 30 m of each other, chained; or one squat, or one bidonville.
//!
//! It must never depend on the order of what it is given. The placing of counted places calls it.

use geo::Coord;
use std::collections::BTreeMap;

/// The spot of each place, by the smallest index among its members.
///
/// Two places belong together when a chain of steps of at most `radius_m` links them.
pub fn chained(places: &[Coord<f64>], radius_m: f64) -> Vec<usize> {
    let radius = radius_m.max(f64::MIN_POSITIVE);
    let cell = |c: &Coord<f64>| ((c.x / radius).floor() as i64, (c.y / radius).floor() as i64);
    let mut grid: BTreeMap<(i64, i64), Vec<usize>> = BTreeMap::new();
    for (index, place) in places.iter().enumerate() {
        grid.entry(cell(place)).or_default().push(index);
    }
    let mut leader: Vec<usize> = (0..places.len()).collect();
    for (index, place) in places.iter().enumerate() {
        let (column, row) = cell(place);
        for near in (column - 1..=column + 1).flat_map(|x| (row - 1..=row + 1).map(move |y| (x, y)))
        {
            for &other in grid.get(&near).into_iter().flatten() {
                let far = (place.x - places[other].x).hypot(place.y - places[other].y);
                if other < index && far <= radius {
                    join(&mut leader, index, other);
                }
            }
        }
    }
    (0..places.len())
        .map(|index| lead(&mut leader, index))
        .collect()
}

fn lead(leader: &mut [usize], index: usize) -> usize {
    let mut here = index;
    while leader[here] != here {
        leader[here] = leader[leader[here]];
        here = leader[here];
    }
    here
}

fn join(leader: &mut [usize], one: usize, other: usize) {
    let (one, other) = (lead(leader, one), lead(leader, other));
    leader[one.max(other)] = one.min(other);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_of_short_steps_is_one_spot() {
        let at = |x: f64| Coord { x, y: 0.0 };
        let places = [at(0.0), at(90.0), at(29.0), at(58.0), at(200.0)];
        assert_eq!(chained(&places, 30.0), vec![0, 1, 0, 0, 4]);
        assert_eq!(chained(&places, 32.0), vec![0, 0, 0, 0, 4]);
    }
}
