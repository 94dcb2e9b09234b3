//! Metres in, metres out: distances, containment of a place in a boundary, what an accuracy
//! radius leaves open, and which fixes cannot be believed.
//!
//! It must never read a file or keep an index: callers bring boundaries and places. The server's
//! geolocation, linkage and the tablet's map call it.

mod accuracy;
mod banded;
mod containment;
mod distance;

pub use accuracy::{
    FixOddity, IMPOSSIBLE_SPEED_KMH, IMPRECISE_M, Membership, STALE_FIX_MS, is_impossible_move,
    is_imprecise, is_null_island, is_stale, looks_swapped, membership,
};
pub use banded::BandedBoundary;
pub use containment::{Bounds, contains, distance_to_border_m, interior_place};
pub use distance::{
    EARTH_RADIUS_M, LocalFrame, WALKING_SPEED_KMH, distance_m, haversine_m, speed_kmh,
    walking_minutes,
};
