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
    /// Zeros are shown from this many walked parts of one whole, and only when no other walked
    /// part of it is withheld.
    pub zero_minimum_areas: u32,
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
            zero_minimum_areas: 2,
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
            ("zero_minimum_areas", self.zero_minimum_areas),
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
            // Earlier releases showed any zero of a walked area.
            zero_minimum_areas: number("zero_minimum_areas").unwrap_or(1),
            attack_minimum_values: number("attack_minimum_values")?,
        })
    }

    /// The same with one number changed, for a campaign whose data-protection officer wants more:
    /// only what protects more is taken.
    ///
    /// # Errors
    /// [`SettingFault`], with the limit.
    pub fn with(&self, name: &str, value: u32) -> Result<Self, SettingFault> {
        let mut changed = self.clone();
        let (at_least, number) = match name {
            "street_minimum_people" => (true, &mut changed.street_minimum_people),
            "site_minimum_people" => (true, &mut changed.site_minimum_people),
            "site_minimum_spots" => (true, &mut changed.site_minimum_spots),
            "maximum_share_percent" => (false, &mut changed.maximum_share_percent),
            "leaf_minimum_people" => (true, &mut changed.leaf_minimum_people),
            "leaf_minimum_spots" => (true, &mut changed.leaf_minimum_spots),
            "complement_rounding" => (true, &mut changed.complement_rounding),
            "attribute_rounding" => (true, &mut changed.attribute_rounding),
            "provisional_rounding" => (true, &mut changed.provisional_rounding),
            "spot_radius_m" => (true, &mut changed.spot_radius_m),
            "commune_minimum_residents" => (true, &mut changed.commune_minimum_residents),
            "walked_tolerance_percent" => (false, &mut changed.walked_tolerance_percent),
            "zero_minimum_areas" => (true, &mut changed.zero_minimum_areas),
            "attack_minimum_values" => (true, &mut changed.attack_minimum_values),
            _ => return Err(SettingFault::Unknown),
        };
        if (at_least && value < *number) || (!at_least && value > *number) {
            return Err(SettingFault::Weaker { limit: *number });
        }
        *number = value;
        // A withheld area has no more numbers than its minimum, a rounded complement no more than
        // its step.
        let most = changed
            .street_minimum_people
            .min(changed.complement_rounding);
        if changed.attack_minimum_values > most {
            return Err(SettingFault::TooMany { most });
        }
        Ok(changed)
    }
}

/// Why a number is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SettingFault {
    /// No setting of this name can be changed.
    #[error("there is no such setting, or it is fixed")]
    Unknown,
    /// It would protect less.
    #[error("this would protect less than {limit}")]
    Weaker {
        /// What stands now.
        limit: u32,
    },
    /// More numbers are to be left than withheld figures can have.
    #[error(
        "attack_minimum_values can be {most} at most: raise street_minimum_people and \
         complement_rounding first"
    )]
    TooMany {
        /// How many there can be.
        most: u32,
    },
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

    #[test]
    fn only_what_protects_more_is_taken() {
        let settings = Settings::default();
        let stricter = settings.with("street_minimum_people", 11).unwrap();
        assert_eq!(stricter.street_minimum_people, 11);
        let check = |name: &str, value: u32, expected: SettingFault| {
            assert_eq!(stricter.with(name, value), Err(expected), "{name}");
        };
        check(
            "street_minimum_people",
            10,
            SettingFault::Weaker { limit: 11 },
        );
        check(
            "maximum_share_percent",
            86,
            SettingFault::Weaker { limit: 85 },
        );
        check("square_sizes_m", 100, SettingFault::Unknown);
        check(
            "attack_minimum_values",
            6,
            SettingFault::TooMany { most: 5 },
        );
        let wider = stricter.with("complement_rounding", 10).unwrap();
        assert!(wider.with("attack_minimum_values", 10).is_ok());
    }
}
