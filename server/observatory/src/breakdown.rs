//! What the console's own indicators tell people in the street apart by: the attributes of releases,
//! how long without a home, and the wider typologies of the same raw place.
//!
//! It must never change a table of a release. `server/src/publication` and
//! [`crate::disclosure::Inner`] call it.

use crate::attribute::{Attribute, Duration, Profile, UNKNOWN};

/// What a table of the console tells people apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Breakdown {
    /// Category of the Institute of Global Homelessness.
    Igh,
    /// Category of ETHOS Light.
    EthosLight,
    /// Category of INSEE.
    Insee,
    /// Bands of age.
    Age,
    /// Women and men.
    Gender,
    /// With whom.
    Household,
    /// How long without a home.
    Duration,
}

impl Breakdown {
    /// All of them, in the order of the screen.
    pub const ALL: [Self; 7] = [
        Self::Igh,
        Self::EthosLight,
        Self::Insee,
        Self::Age,
        Self::Gender,
        Self::Household,
        Self::Duration,
    ];

    /// Its code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Igh => "igh",
            Self::EthosLight => "ethos_light",
            Self::Insee => "insee",
            Self::Age => "age",
            Self::Gender => "gender",
            Self::Household => "household",
            Self::Duration => "duration",
        }
    }

    /// Its categories, in the order of the screen; the last is [`UNKNOWN`].
    pub fn categories(self) -> &'static [&'static str] {
        match self {
            Self::Igh => Attribute::Situation.categories(),
            Self::EthosLight => &["1", UNKNOWN],
            Self::Insee => &["sans-abri", UNKNOWN],
            Self::Age => Attribute::Age.categories(),
            Self::Gender => Attribute::Gender.categories(),
            Self::Household => Attribute::Household.categories(),
            Self::Duration => &[
                "under-month",
                "months-1-12",
                "years-1-5",
                "years-5",
                UNKNOWN,
            ],
        }
    }

    /// The category of a person, as an index in [`Self::categories`].
    pub fn category_of(self, profile: &Profile) -> usize {
        let unknown = self.categories().len() - 1;
        match self {
            Self::Igh => Attribute::Situation.category_of(profile),
            Self::EthosLight | Self::Insee => self.wider(Attribute::Situation.category_of(profile)),
            Self::Age => Attribute::Age.category_of(profile),
            Self::Gender => Attribute::Gender.category_of(profile),
            Self::Household => Attribute::Household.category_of(profile),
            Self::Duration => profile.duration.map_or(unknown, |told| match told {
                Duration::UnderAMonth => 0,
                Duration::UnderAYear => 1,
                Duration::UnderFiveYears => 2,
                Duration::FiveYears => 3,
            }),
        }
    }

    /// Whether its categories are those of [`Self::Igh`] taken together: it tells nothing more.
    pub fn is_wider(self) -> bool {
        matches!(self, Self::EthosLight | Self::Insee)
    }

    /// The category that holds one of [`Self::Igh`]'s; of others than the wider ones, the same.
    pub fn wider(self, igh: usize) -> usize {
        if self.is_wider() {
            // Whoever is in the street sleeps rough: category 1 of ETHOS Light, *sans-abri* of INSEE.
            usize::from(igh == Attribute::Situation.categories().len() - 1)
        } else {
            igh
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::typology::typology;
    use maraude_core::model::SleepingPlace;

    #[test]
    fn one_raw_place_gives_the_three_typologies_of_the_versioned_table() {
        for place in [
            SleepingPlace::Street,
            SleepingPlace::Woods,
            SleepingPlace::Station,
            SleepingPlace::Vehicle,
            SleepingPlace::Tent,
            SleepingPlace::Other,
        ] {
            let profile = Profile {
                sleeping_place: Some(place),
                ..Profile::default()
            };
            let told = |of: Breakdown| of.categories()[of.category_of(&profile)];
            let row = typology(place);
            assert_eq!(told(Breakdown::Igh), row.map_or(UNKNOWN, |row| row.igh));
            let ethos = row.map_or(UNKNOWN, |row| row.ethos_light);
            assert_eq!(told(Breakdown::EthosLight), ethos);
            assert_eq!(told(Breakdown::Insee), row.map_or(UNKNOWN, |row| row.insee));
        }
    }

    #[test]
    fn every_answer_of_the_questionnaire_has_a_duration() {
        use maraude_core::form::questionnaire;
        let form = questionnaire("");
        let mut found = std::collections::BTreeSet::new();
        for choice in &form.lists["durations"] {
            let duration = Duration::of_answer(&choice.name);
            assert!(duration.is_some(), "{}", choice.name);
            found.insert(duration);
        }
        assert_eq!(found.len(), 4);
        assert_eq!(Duration::of_answer("for_ever"), None);
        for of in Breakdown::ALL {
            let last = of.categories().len() - 1;
            assert_eq!(of.category_of(&Profile::default()), last);
            assert_eq!(of.categories()[last], UNKNOWN);
        }
    }
}
