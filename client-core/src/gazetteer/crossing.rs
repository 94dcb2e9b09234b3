//! Where two ways meet: the place where one comes nearest to the other.

use super::entry::NamedPlace;
use crate::geography::LocalFrame;
use crate::model::Coordinates;
use geo::line_intersection::{LineIntersection, line_intersection};
use geo::{Closest, ClosestPoint, Line, Point};

/// Two ways further apart than this do not meet, metres. Numbers stand beside their street, so it
/// is more than a street's width.
pub const MEET_M: f64 = 45.0;

/// The middle between the nearest points of two ways, and how far apart these are, metres.
pub fn nearest(one: &NamedPlace, other: &NamedPlace) -> Option<(Coordinates, f64)> {
    let frame = LocalFrame::around(one.at);
    let theirs = parts(other, &frame);
    let mut best: Option<(Point, f64)> = None;
    for a in parts(one, &frame) {
        for b in &theirs {
            let (middle, apart) = between(a, *b);
            if best.is_none_or(|(_, least)| apart < least) {
                best = Some((middle, apart));
            }
        }
    }
    best.map(|(at, apart)| (frame.coordinates([at.x(), at.y()]), apart))
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
