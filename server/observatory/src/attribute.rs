//! What people in the street are told apart by in tables: age, gender, household, situation; each a
//! short list of categories that leaves nobody out.
//!
//! It must never have more than one attribute at a time: there is no cross table. Disclosure control
//! and the estimation of shares call it.

use crate::typology::typology;
use maraude_core::model::{AgeInterval, SleepingPlace};
use serde::{Deserialize, Serialize};

/// Apparent or declared sex.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gender {
    /// A woman.
    Woman,
    /// A man.
    Man,
}

/// With whom somebody sleeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Household {
    /// By oneself.
    Alone,
    /// Two partners.
    Couple,
    /// With children.
    Family,
    /// With others.
    Group,
}

/// How long somebody has been without a home.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Duration {
    /// Under a month.
    UnderAMonth,
    /// One month to a year.
    UnderAYear,
    /// One to five years.
    UnderFiveYears,
    /// Five years and more.
    FiveYears,
}

impl Duration {
    /// Reads a code of the questionnaire; none for one that tells nothing.
    pub fn of_answer(code: &str) -> Option<Self> {
        Some(match code {
            "under_week" | "week_month" => Self::UnderAMonth,
            "month_quarter" | "quarter_year" => Self::UnderAYear,
            "years_1_3" | "years_3_5" => Self::UnderFiveYears,
            "years_5_10" | "over_10" => Self::FiveYears,
            _ => return None,
        })
    }
}

/// What is known of one counted person; nothing for places that are not one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Profile {
    /// Age, where an interval is known.
    pub age: Option<AgeInterval>,
    /// Gender; absent also for what is neither.
    pub gender: Option<Gender>,
    /// Household.
    pub household: Option<Household>,
    /// Where the person sleeps.
    pub sleeping_place: Option<SleepingPlace>,
    /// How long without a home; in no table of a release.
    pub duration: Option<Duration>,
}

/// What a table tells people apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attribute {
    /// Bands of age.
    Age,
    /// Women and men.
    Gender,
    /// With whom.
    Household,
    /// Category of the Institute of Global Homelessness, from the place.
    Situation,
}

/// Bands of age, years.
const AGES: [(&str, u8, u8); 5] = [
    ("0-17", 0, 17),
    ("18-24", 18, 24),
    ("25-39", 25, 39),
    ("40-54", 40, 54),
    ("55+", 55, u8::MAX),
];

/// The category of people of whom it is not known, in every table.
pub const UNKNOWN: &str = "unknown";

impl Attribute {
    /// All of them, in the order of files.
    pub const ALL: [Self; 4] = [Self::Age, Self::Gender, Self::Household, Self::Situation];

    /// Its code in files.
    pub fn code(self) -> &'static str {
        match self {
            Self::Age => "age",
            Self::Gender => "gender",
            Self::Household => "household",
            Self::Situation => "situation",
        }
    }

    /// The attribute of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    /// Its categories, in the order of files; the last is [`UNKNOWN`].
    pub fn categories(self) -> &'static [&'static str] {
        match self {
            Self::Age => &["0-17", "18-24", "25-39", "40-54", "55+", UNKNOWN],
            Self::Gender => &["women", "men", UNKNOWN],
            Self::Household => &["alone", "couple", "family", "group", UNKNOWN],
            Self::Situation => &["1a", "1b", "1c", "3f", UNKNOWN],
        }
    }

    /// The category of a person, as an index in [`Self::categories`].
    pub fn category_of(self, profile: &Profile) -> usize {
        let code = match self {
            Self::Age => profile.age.and_then(|age| {
                let holds =
                    |band: &&(&str, u8, u8)| age.from_years >= band.1 && age.to_years <= band.2;
                AGES.iter().find(holds).map(|band| band.0)
            }),
            Self::Gender => profile.gender.map(|gender| match gender {
                Gender::Woman => "women",
                Gender::Man => "men",
            }),
            Self::Household => profile.household.map(|household| match household {
                Household::Alone => "alone",
                Household::Couple => "couple",
                Household::Family => "family",
                Household::Group => "group",
            }),
            Self::Situation => profile
                .sleeping_place
                .and_then(typology)
                .map(|found| found.igh),
        };
        let categories = self.categories();
        code.and_then(|code| categories.iter().position(|one| *one == code))
            .unwrap_or(categories.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_that_no_band_holds_is_unknown() {
        let check = |age: &str, expected: &str| {
            let profile = Profile {
                age: Some(age.parse().unwrap()),
                ..Profile::default()
            };
            let found = Attribute::Age.category_of(&profile);
            assert_eq!(Attribute::Age.categories()[found], expected, "{age}");
        };
        check("0-17", "0-17");
        check("25-39", "25-39");
        check("55-69", "55+");
        check("70+", "55+");
        check("20-30", "unknown");
        let nothing = Profile::default();
        for attribute in Attribute::ALL {
            let last = attribute.categories().len() - 1;
            assert_eq!(attribute.category_of(&nothing), last);
            assert_eq!(Attribute::from_code(attribute.code()), Some(attribute));
        }
    }
}
