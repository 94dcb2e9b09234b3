//! The ground of a simulated night: sectors drawn by hand over a city centre, invented known places.

use maraude_core::model::SiteKind;

/// A sector as drawn.
#[derive(Debug, Clone)]
pub struct SectorShape {
    /// Code.
    pub code: &'static str,
    /// Name.
    pub name: &'static str,
    /// Index of its zone.
    pub zone: usize,
    /// Closed ring of `[longitude, latitude]`.
    pub ring: Vec<[f64; 2]>,
    /// Nobody sleeps there tonight.
    pub empty: bool,
}

/// A place known beforehand; invented.
#[derive(Debug, Clone)]
pub struct KnownPlace {
    /// Code.
    pub code: &'static str,
    /// What it is.
    pub kind: SiteKind,
    /// `[longitude, latitude]`.
    pub at: [f64; 2],
    /// Index of its sector.
    pub sector: usize,
    /// People expected.
    pub expected: (u32, u32),
    /// Kept for professionals.
    pub professionals: bool,
}

/// Where a night takes place.
#[derive(Debug, Clone)]
pub struct Ground {
    /// Codes and names of the zones.
    pub zones: Vec<(&'static str, &'static str)>,
    /// Sectors.
    pub sectors: Vec<SectorShape>,
    /// Known places.
    pub places: Vec<KnownPlace>,
}

/// Metres east and north of a reference in Montpellier.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Metres {
    /// East.
    pub east: f64,
    /// North.
    pub north: f64,
}

/// The reference of [`Metres`]: longitude, latitude.
const REFERENCE: [f64; 2] = [3.877, 43.610];
const METRES_PER_DEGREE_NORTH: f64 = 111_195.0;
const METRES_PER_DEGREE_EAST: f64 = 80_517.0;

impl Metres {
    /// From degrees.
    pub fn of(at: [f64; 2]) -> Self {
        Self {
            east: (at[0] - REFERENCE[0]) * METRES_PER_DEGREE_EAST,
            north: (at[1] - REFERENCE[1]) * METRES_PER_DEGREE_NORTH,
        }
    }

    /// In degrees.
    pub fn degrees(self) -> [f64; 2] {
        [
            REFERENCE[0] + self.east / METRES_PER_DEGREE_EAST,
            REFERENCE[1] + self.north / METRES_PER_DEGREE_NORTH,
        ]
    }

    /// Metres to another place.
    pub fn to(self, other: Self) -> f64 {
        (self.east - other.east).hypot(self.north - other.north)
    }

    /// So many metres further.
    #[must_use]
    pub fn plus(self, east: f64, north: f64) -> Self {
        Self {
            east: self.east + east,
            north: self.north + north,
        }
    }
}

impl SectorShape {
    /// Its corners in metres.
    pub fn corners(&self) -> Vec<Metres> {
        self.ring.iter().map(|&at| Metres::of(at)).collect()
    }

    /// Whether it holds a place (even-odd rule).
    pub fn holds(&self, at: Metres) -> bool {
        let corners = self.corners();
        let mut inside = false;
        for edge in corners.windows(2) {
            let (a, b) = (edge[0], edge[1]);
            if (a.north > at.north) != (b.north > at.north) {
                let share = (at.north - a.north) / (b.north - a.north);
                if at.east < a.east + share * (b.east - a.east) {
                    inside = !inside;
                }
            }
        }
        inside
    }

    /// Metres from a place to its border.
    pub fn border_m(&self, at: Metres) -> f64 {
        let corners = self.corners();
        corners
            .windows(2)
            .map(|edge| distance_to_edge(at, edge[0], edge[1]))
            .fold(f64::INFINITY, f64::min)
    }
}

fn distance_to_edge(at: Metres, a: Metres, b: Metres) -> f64 {
    let (de, dn) = (b.east - a.east, b.north - a.north);
    let square = (de * de + dn * dn).max(f64::MIN_POSITIVE);
    let share = ((at.east - a.east) * de + (at.north - a.north) * dn) / square;
    at.to(a.plus(de * share.clamp(0.0, 1.0), dn * share.clamp(0.0, 1.0)))
}

/// Corners of the sectors: five columns and three rows, bent by hand along the streets.
const CORNERS: [[[f64; 2]; 5]; 3] = [
    [
        [3.8612, 43.6028],
        [3.8691, 43.6021],
        [3.8768, 43.6034],
        [3.8850, 43.6026],
        [3.8931, 43.6035],
    ],
    [
        [3.8621, 43.6091],
        [3.8702, 43.6097],
        [3.8773, 43.6089],
        [3.8842, 43.6095],
        [3.8926, 43.6090],
    ],
    [
        [3.8609, 43.6158],
        [3.8697, 43.6163],
        [3.8779, 43.6155],
        [3.8855, 43.6164],
        [3.8934, 43.6157],
    ],
];

const NAMES: [[(&str, &str); 4]; 2] = [
    [
        ("S1", "Figuerolles"),
        ("S2", "Gambetta"),
        ("S3", "Gare"),
        ("S4", "Antigone"),
    ],
    [
        ("N1", "Arceaux"),
        ("N2", "Écusson"),
        ("N3", "Corum"),
        ("N4", "Beaux-Arts"),
    ],
];

impl Ground {
    /// Nine sectors in two zones around the centre of Montpellier, one of them empty tonight, and
    /// twelve invented known places.
    pub fn montpellier() -> Self {
        let mut sectors = Vec::new();
        for (row, names) in NAMES.iter().enumerate() {
            for (column, &(code, name)) in names.iter().enumerate() {
                let corner = |up: usize, right: usize| CORNERS[row + up][column + right];
                sectors.push(SectorShape {
                    code,
                    name,
                    zone: row,
                    ring: vec![
                        corner(0, 0),
                        corner(0, 1),
                        corner(1, 1),
                        corner(1, 0),
                        corner(0, 0),
                    ],
                    empty: false,
                });
            }
        }
        sectors.push(SectorShape {
            code: "S5",
            name: "Berges du Lez",
            zone: 0,
            ring: vec![
                CORNERS[0][4],
                [3.8985, 43.6040],
                [3.8979, 43.6087],
                CORNERS[1][4],
                CORNERS[0][4],
            ],
            empty: true,
        });
        let mut ground = Self {
            zones: vec![("SUD", "Zone sud"), ("NORD", "Zone nord")],
            sectors,
            places: Vec::new(),
        };
        ground.places = PLACES
            .iter()
            .map(|&(code, kind, at, expected, professionals)| KnownPlace {
                code,
                kind,
                at,
                sector: ground.sector_of(Metres::of(at)).unwrap_or(0),
                expected,
                professionals,
            })
            .collect();
        ground
    }

    /// The sector that holds a place.
    pub fn sector_of(&self, at: Metres) -> Option<usize> {
        self.sectors.iter().position(|sector| sector.holds(at))
    }
}

type PlaceRow = (&'static str, SiteKind, [f64; 2], (u32, u32), bool);

/// Invented places: no squat or bidonville is known at any of them.
const PLACES: [PlaceRow; 12] = [
    ("LV-01", SiteKind::Squat, [3.8640, 43.6050], (12, 18), false),
    ("LV-02", SiteKind::Squat, [3.8672, 43.6075], (6, 9), true),
    ("LV-03", SiteKind::Squat, [3.8725, 43.6052], (20, 30), false),
    (
        "LV-04",
        SiteKind::Bidonville,
        [3.8748, 43.6043],
        (35, 45),
        true,
    ),
    ("LV-05", SiteKind::Squat, [3.8801, 43.6061], (8, 12), false),
    (
        "LV-06",
        SiteKind::Bidonville,
        [3.8905, 43.6046],
        (25, 40),
        false,
    ),
    ("LV-07", SiteKind::Squat, [3.8880, 43.6078], (15, 20), false),
    ("LV-08", SiteKind::Squat, [3.8650, 43.6129], (10, 14), false),
    (
        "LV-09",
        SiteKind::Bidonville,
        [3.8630, 43.6144],
        (18, 26),
        false,
    ),
    ("LV-10", SiteKind::Squat, [3.8741, 43.6138], (7, 11), false),
    ("LV-11", SiteKind::Camp, [3.8815, 43.6121], (6, 8), false),
    (
        "LV-12",
        SiteKind::Bidonville,
        [3.8911, 43.6140],
        (40, 60),
        true,
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_known_place_lies_in_one_sector() {
        let ground = Ground::montpellier();
        for place in &ground.places {
            let at = Metres::of(place.at);
            let holders = ground.sectors.iter().filter(|s| s.holds(at)).count();
            assert_eq!(holders, 1, "{}", place.code);
        }
    }
}
