//! The numbers of disclosure control, with the project's defaults; printed on every output, to be
//! confirmed by the data-protection officer.

use serde::{Deserialize, Serialize};

/// Thresholds and sizes.
///
/// # Source
/// Design D11; 11 by analogy with INSEE's gridded data, 3 and 85 % with French business statistics
/// (INSEE, *manuel de protection des tableaux*, rules annex).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Fewest people in the street shown for a large area.
    pub street_minimum_people: u32,
    /// Fewest people in squats, bidonvilles or at partners' shown.
    pub site_minimum_people: u32,
    /// Fewest spots behind such a figure.
    pub site_minimum_spots: u32,
    /// Largest share of one spot in a figure that is protected by spots, per cent.
    pub maximum_share_percent: u32,
    /// Fewest people in a leaf, and in each category of a table by attribute.
    pub leaf_minimum_people: u32,
    /// Fewest spots in a leaf.
    pub leaf_minimum_spots: u32,
    /// A wider total is rounded to this where a complement is too small.
    pub complement_rounding: u32,
    /// In tables by attribute a wider total is rounded to this where a complement is too small.
    pub attribute_rounding: u32,
    /// A provisional figure is rounded to this.
    pub provisional_rounding: u32,
    /// Street observations this near are one spot, metres.
    pub spot_radius_m: u32,
    /// Communes of fewer residents are grouped.
    pub commune_minimum_residents: u32,
    /// Sides of the squares, metres, widest first; each divides the one before.
    pub square_sizes_m: Vec<u32>,
    /// An area is walked when all but this share of its ground was, per cent.
    pub walked_tolerance_percent: u32,
    /// An attacker must be left at least this many possible values for a withheld figure.
    pub attack_minimum_values: u32,
}

/// One less than the fewest people of a category: what may be hidden then fits in the error.
const ATTRIBUTE_ROUNDING: u32 = 10;

impl Default for Settings {
    fn default() -> Self {
        Self {
            street_minimum_people: 5,
            site_minimum_people: 5,
            site_minimum_spots: 3,
            maximum_share_percent: 85,
            leaf_minimum_people: 11,
            leaf_minimum_spots: 3,
            complement_rounding: 5,
            attribute_rounding: ATTRIBUTE_ROUNDING,
            provisional_rounding: 10,
            spot_radius_m: 30,
            commune_minimum_residents: 5_000,
            square_sizes_m: vec![1_600, 800, 400, 200],
            walked_tolerance_percent: 2,
            attack_minimum_values: 5,
        }
    }
}

impl Settings {
    /// `name=value` lines, as printed on every output.
    pub fn lines(&self) -> Vec<String> {
        let sizes: Vec<String> = self.square_sizes_m.iter().map(u32::to_string).collect();
        [
            ("street_minimum_people", self.street_minimum_people),
            ("site_minimum_people", self.site_minimum_people),
            ("site_minimum_spots", self.site_minimum_spots),
            ("maximum_share_percent", self.maximum_share_percent),
            ("leaf_minimum_people", self.leaf_minimum_people),
            ("leaf_minimum_spots", self.leaf_minimum_spots),
            ("complement_rounding", self.complement_rounding),
            ("attribute_rounding", self.attribute_rounding),
            ("provisional_rounding", self.provisional_rounding),
            ("spot_radius_m", self.spot_radius_m),
            ("commune_minimum_residents", self.commune_minimum_residents),
            ("walked_tolerance_percent", self.walked_tolerance_percent),
            ("attack_minimum_values", self.attack_minimum_values),
        ]
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .chain(std::iter::once(format!(
            "square_sizes_m={}",
            sizes.join("/")
        )))
        .collect()
    }

    /// The settings that printed these lines; unknown lines are left out, a missing one is refused.
    pub fn parse(lines: &[String]) -> Option<Self> {
        let value = |name: &str| {
            lines
                .iter()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix('='))
        };
        let number = |name: &str| value(name)?.parse::<u32>().ok();
        let sizes: Option<Vec<u32>> = value("square_sizes_m")?
            .split('/')
            .map(|size| size.parse().ok())
            .collect();
        Some(Self {
            street_minimum_people: number("street_minimum_people")?,
            site_minimum_people: number("site_minimum_people")?,
            site_minimum_spots: number("site_minimum_spots")?,
            maximum_share_percent: number("maximum_share_percent")?,
            leaf_minimum_people: number("leaf_minimum_people")?,
            leaf_minimum_spots: number("leaf_minimum_spots")?,
            complement_rounding: number("complement_rounding")?,
            // Releases from before tables by attribute hold none.
            attribute_rounding: number("attribute_rounding").unwrap_or(ATTRIBUTE_ROUNDING),
            provisional_rounding: number("provisional_rounding")?,
            spot_radius_m: number("spot_radius_m")?,
            commune_minimum_residents: number("commune_minimum_residents")?,
            square_sizes_m: sizes?,
            walked_tolerance_percent: number("walked_tolerance_percent")?,
            attack_minimum_values: number("attack_minimum_values")?,
        })
    }

    /// The largest error of a total rounded because a complement is too small.
    pub fn rounding_error(&self) -> u32 {
        self.complement_rounding.saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_settings_read_back() {
        let settings = Settings::default();
        assert_eq!(Settings::parse(&settings.lines()), Some(settings));
        assert_eq!(Settings::parse(&[]), None);
    }
}
