//! Invented landmarks, and how a team names them when it has no reception.

use super::Metres;

/// Name and place.
pub const LANDMARKS: [(&str, Metres); 6] = [
    ("Gare", at(150.0, -450.0)),
    ("Grande place", at(60.0, -60.0)),
    ("Halles", at(-250.0, 120.0)),
    ("Jardin haut", at(-750.0, 250.0)),
    ("Théâtre", at(420.0, 220.0)),
    ("Passerelle", at(1_450.0, -350.0)),
];

const fn at(east: f64, north: f64) -> Metres {
    Metres { east, north }
}

/// Beyond this nobody names a landmark to say where they stand, metres.
const BESIDE_M: f64 = 250.0;

/// What a team without reception types: the landmark it stands by, in its way of writing.
pub fn typed_beside(place: Metres) -> Option<String> {
    let near = LANDMARKS
        .iter()
        .map(|(name, landmark)| (landmark.to(place), name))
        .filter(|(metres, _)| *metres <= BESIDE_M);
    let (metres, name) = near.min_by(|a, b| a.0.total_cmp(&b.0))?;
    let beside = if metres < 80.0 { "dvt" } else { "pres de" };
    Some(format!("{beside} {}", name.to_lowercase()))
}
