//! Where two ways meet: the place where one comes nearest to the other.

use super::entry::NamedPlace;
use crate::geography::LocalFrame;
use crate::model::Coordinates;
use geo::line_intersection::{LineIntersection, line_intersection};
use geo::{Closest, ClosestPoint, Line, Point};

/// Two ways further apart than this do not meet, metres. Numbers stand beside their street, so it
/// is more than a street's width.
pub const MEET_M: f64 = 45.0;

/// Places where two ways come as near as anywhere, give or take, metres.
const AS_NEAR_M: f64 = 5.0;

/// Where two ways meet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Meets {
    /// The middle between their nearest points.
    pub at: Coordinates,
    /// How far apart these are, metres.
    pub apart_m: f64,
    /// How far off another place lies where they come as near, metres.
    pub spread_m: f64,
}

/// Where one way comes nearest to the other, if that is within so many metres.
pub fn nearest(one: &NamedPlace, other: &NamedPlace, within_m: f64) -> Option<Meets> {
    let frame = LocalFrame::around(one.at);
    let theirs = parts(other, &frame);
    let mut met: Vec<(Point, f64)> = Vec::new();
    for a in parts(one, &frame) {
        let each = theirs.iter().map(|b| between(a, *b));
        met.extend(each.filter(|(_, apart_m)| *apart_m <= within_m));
    }
    let (at, apart_m) = *met.iter().min_by(|a, b| a.1.total_cmp(&b.1))?;
    let as_near = met.iter().filter(|place| place.1 <= apart_m + AS_NEAR_M);
    let off = as_near.map(|(other, _)| (*other - at).0.x.hypot((*other - at).0.y));
    Some(Meets {
        at: frame.coordinates([at.x(), at.y()]),
        apart_m,
        spread_m: off.fold(0.0, f64::max),
    })
}

/// Parts of its lines; of a way known by its numbers alone, each number by itself.
fn parts(entry: &NamedPlace, frame: &LocalFrame) -> Vec<Line> {
    let flat = |at: &Coordinates| frame.metres(*at);
    if entry.lines.is_empty() {
        let point = |at: Coordinates| Line::new(flat(&at), flat(&at));
        return entry.numbers.iter().map(|house| point(house.at)).collect();
    }
    let of_line = |line: &Vec<Coordinates>| -> Vec<Line> {
        let part = |two: &[Coordinates]| Line::new(flat(&two[0]), flat(&two[1]));
        line.windows(2).map(part).collect()
    };
    entry.lines.iter().flat_map(of_line).collect()
}

/// The middle of the shortest way from one part to the other, and its length.
fn between(a: Line, b: Line) -> (Point, f64) {
    if let Some(LineIntersection::SinglePoint { intersection, .. }) = line_intersection(a, b) {
        return (intersection.into(), 0.0);
    }
    let to = |end: Point, line: Line| {
        let foot = match line.closest_point(&end) {
            Closest::Intersection(at) | Closest::SinglePoint(at) => at,
            Closest::Indeterminate => line.start_point(),
        };
        ((end + foot) / 2.0, (end - foot).0.x.hypot((end - foot).0.y))
    };
    let ways = [
        to(a.start_point(), b),
        to(a.end_point(), b),
        to(b.start_point(), a),
        to(b.end_point(), a),
    ];
    let shortest = ways.into_iter().min_by(|x, y| x.1.total_cmp(&y.1));
    shortest.unwrap_or((a.start_point(), f64::INFINITY))
}
