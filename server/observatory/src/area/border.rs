//! How long the border is that two boundaries of one layer share.
//!
//! It must never be asked about boundaries of different layers: only segments drawn alike count.
//! The grouping of small communes calls it.

use geo::{Coord, MultiPolygon};
use std::collections::BTreeMap;

/// Segments are alike when their ends agree to the centimetre.
const GRAIN_M: f64 = 0.01;

type End = (i64, i64);

/// Shared border lengths, metres, by pair of indexes (smaller first).
pub fn shared_borders(shapes: &[MultiPolygon<f64>]) -> BTreeMap<(usize, usize), f64> {
    let mut owners: BTreeMap<(End, End), Vec<(usize, f64)>> = BTreeMap::new();
    for (index, shape) in shapes.iter().enumerate() {
        for ring in shape
            .iter()
            .flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()))
        {
            for line in ring.lines() {
                let (one, other) = (end(line.start), end(line.end));
                if one == other {
                    continue;
                }
                let length = (line.end.x - line.start.x).hypot(line.end.y - line.start.y);
                owners
                    .entry((one.min(other), one.max(other)))
                    .or_default()
                    .push((index, length));
            }
        }
    }
    let mut shared = BTreeMap::new();
    for holders in owners.values() {
        for (i, (one, length)) in holders.iter().enumerate() {
            for (other, _) in &holders[i + 1..] {
                if one != other {
                    *shared
                        .entry((*one.min(other), *one.max(other)))
                        .or_insert(0.0) += length;
                }
            }
        }
    }
    shared
}

fn end(c: Coord<f64>) -> End {
    (
        (c.x / GRAIN_M).round() as i64,
        (c.y / GRAIN_M).round() as i64,
    )
}
