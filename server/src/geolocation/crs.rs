//! Coordinate systems of imported files: WGS 84 and Lambert-93.

use proj4rs::Proj;
use proj4rs::transform::transform;

/// EPSG:2154, RGF93 / Lambert-93. RGF93 and WGS 84 are the same to the metre.
///
/// # Source
/// EPSG registry, coordinate reference system 2154.
const LAMBERT_93: &str = "+proj=lcc +lat_0=46.5 +lon_0=3 +lat_1=49 +lat_2=44 +x_0=700000 \
     +y_0=6600000 +ellps=GRS80 +towgs84=0,0,0,0,0,0,0 +units=m +no_defs +type=crs";

/// EPSG:4326, longitude first.
const WGS_84: &str = "+proj=longlat +ellps=WGS84 +datum=WGS84 +no_defs +type=crs";

/// A coordinate system a file may be in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crs {
    /// EPSG:4326.
    Wgs84,
    /// EPSG:2154.
    Lambert93,
}

impl Crs {
    /// Reads the name in a GeoJSON `crs` member; `None` for another system.
    pub fn named(name: &str) -> Option<Self> {
        let upper = name.to_ascii_uppercase();
        let code = upper.rsplit(':').next().unwrap_or_default();
        match code {
            "4326" | "CRS84" | "4171" | "WGS84" => Some(Self::Wgs84),
            "2154" => Some(Self::Lambert93),
            _ => None,
        }
    }

    /// The system that coordinates without a `crs` member must be in, from their extent; `None`
    /// when they fit neither.
    pub fn guess([west, south, east, north]: [f64; 4]) -> Option<Self> {
        if west >= -180.0 && east <= 180.0 && south >= -90.0 && north <= 90.0 {
            Some(Self::Wgs84)
        } else if west >= -400_000.0 && east <= 1_400_000.0 && south >= 5.9e6 && north <= 7.3e6 {
            Some(Self::Lambert93)
        } else {
            None
        }
    }
}

/// Turns coordinates of a file into WGS 84 degrees.
pub struct Reprojection {
    systems: Option<(Proj, Proj)>,
}

impl Reprojection {
    /// From that system.
    pub fn from(crs: Crs) -> Self {
        let system = |definition| Proj::from_proj_string(definition).ok();
        Self {
            systems: match crs {
                Crs::Wgs84 => None,
                Crs::Lambert93 => system(LAMBERT_93).zip(system(WGS_84)),
            },
        }
    }

    /// The other way: coordinates of that system for degrees, longitude first; `None` where the
    /// projection has no answer.
    pub fn metres(&self, [longitude, latitude]: [f64; 2]) -> Option<[f64; 2]> {
        let Some((from, to)) = &self.systems else {
            return Some([longitude, latitude]);
        };
        let mut place = (longitude.to_radians(), latitude.to_radians(), 0.0);
        transform(to, from, &mut place).ok()?;
        let metres = [place.0, place.1];
        metres.iter().all(|v| v.is_finite()).then_some(metres)
    }

    /// Degrees, longitude first; `None` where the projection has no answer.
    pub fn degrees(&self, [x, y]: [f64; 2]) -> Option<[f64; 2]> {
        let Some((from, to)) = &self.systems else {
            return Some([x, y]);
        };
        let mut place = (x, y, 0.0);
        transform(from, to, &mut place).ok()?;
        let degrees = [place.0.to_degrees(), place.1.to_degrees()];
        degrees.iter().all(|v| v.is_finite()).then_some(degrees)
    }
}

#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lambert_93_reads_as_degrees() {
        let [lon, lat] = Reprojection::from(Crs::Lambert93)
            .degrees([769_588.62, 6_276_876.75])
            .unwrap();
        assert!((lon - 3.861_405).abs() < 1e-6, "{lon}");
        assert!((lat - 43.587_533).abs() < 1e-6, "{lat}");
        let [lon, lat] = Reprojection::from(Crs::Lambert93)
            .degrees([700_000.0, 6_600_000.0])
            .unwrap();
        assert!((lon - 3.0).abs() < 1e-9 && (lat - 46.5).abs() < 1e-9);
        let [x, y] = Reprojection::from(Crs::Lambert93)
            .metres([lon, lat])
            .unwrap();
        assert!((x - 700_000.0).abs() < 1e-3 && (y - 6_600_000.0).abs() < 1e-3);
    }

    #[test]
    fn the_system_is_told_by_name_or_extent() {
        assert_eq!(
            Crs::named("urn:ogc:def:crs:EPSG::2154"),
            Some(Crs::Lambert93)
        );
        assert_eq!(
            Crs::named("urn:ogc:def:crs:OGC:1.3:CRS84"),
            Some(Crs::Wgs84)
        );
        assert_eq!(Crs::named("EPSG:27572"), None);
        assert_eq!(Crs::guess([3.7, 43.5, 4.0, 43.7]), Some(Crs::Wgs84));
        assert_eq!(Crs::guess([7e5, 6.2e6, 8e5, 6.3e6]), Some(Crs::Lambert93));
        assert_eq!(Crs::guess([0.0, 0.0, 7e5, 6.3e6]), None);
    }
}
