//! Places that last: squats, bidonvilles, camps known before the night.

use super::{Audience, Coordinates, HeadCount, Night, SiteId};
use serde::{Deserialize, Serialize};

/// What kind of lasting place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum SiteKind {
    /// A building.
    Squat,
    /// A piece of land with huts, caravans, tents.
    Bidonville,
    /// Tents in public space; counted with the street.
    Camp,
}

/// A place that lasts.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Site {
    /// Identifier.
    pub id: SiteId,
    /// What kind.
    pub kind: SiteKind,
    /// Short code, as on the coordination's list; never a person's name.
    pub code: String,
    /// Where.
    pub coordinates: Coordinates,
    /// Who may see it and go.
    pub audience: Audience,
    /// How many people are expected.
    pub expected: Option<HeadCount>,
    /// Access, dangers, contact, at most 280 characters.
    pub note: Option<String>,
    /// [`SiteFacts`] as documents hold them; only the register has them, no team is sent them.
    #[serde(default)]
    pub facts: Option<String>,
}

/// What the coordination knows of a site beside the night, for the national platform of bidonvilles.
/// What is unknown is absent.
///
/// # Source
/// MTES-MCT/resorption-bidonvilles, `shantytowns`: names and codes of its columns.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(default)]
pub struct SiteFacts {
    /// Address, at most 120 characters.
    pub address: Option<String>,
    /// Since when it stands, `2026-03-01`.
    pub built_at: Option<String>,
    /// When it was reported.
    pub declared_at: Option<String>,
    /// A [`SITE_STATES`] code: the platform's `status`.
    pub state: Option<String>,
    /// Since when it is closed.
    pub closed_at: Option<String>,
    /// An [`SITE_OWNERS`] code; never a name.
    pub owner_type: Option<String>,
    /// Its people came from another site.
    pub is_reinstallation: Option<bool>,
    /// A [`SITE_CENSUSES`] code: the social diagnosis.
    pub census_status: Option<String>,
    /// When that was done.
    pub census_conducted_at: Option<String>,
    /// Minors who go to school.
    pub minors_in_school: Option<u32>,
    /// A [`SITE_WATERS`] code.
    pub water_access_type: Option<String>,
}

crate::redacts!(SiteFacts);

/// Whether a site stands, and why not.
pub const SITE_STATES: [&str; 5] = ["open", "closed_by_justice", "resorbed", "other", "unknown"];

/// Whose the ground is.
pub const SITE_OWNERS: [&str; 3] = ["public", "prive", "inconnu"];

/// Whether a social diagnosis is planned or made.
pub const SITE_CENSUSES: [&str; 3] = ["none", "scheduled", "done"];

/// Where people get water.
pub const SITE_WATERS: [&str; 7] = [
    "fontaine_publique",
    "borne_incendie",
    "achat_bouteille",
    "reservoir",
    "robinet_connecte_au_reseau",
    "autre",
    "inconnu",
];

/// Longest address, characters.
pub const SITE_ADDRESS_CHARACTERS: usize = 120;

impl SiteFacts {
    /// As documents hold them; nothing where nothing is known.
    pub fn written(&self) -> Option<String> {
        let known = *self != Self::default();
        known.then(|| serde_json::to_string(self).unwrap_or_default())
    }

    /// Of what a document holds; what is not understood is unknown.
    pub fn read(facts: Option<&str>) -> Self {
        let read = facts.and_then(|facts| serde_json::from_str(facts).ok());
        read.unwrap_or_default()
    }

    /// The first that is no date, no code, or too long: its name.
    pub fn odd(&self) -> Option<&'static str> {
        let dates = [
            ("built_at", &self.built_at),
            ("declared_at", &self.declared_at),
            ("closed_at", &self.closed_at),
            ("census_conducted_at", &self.census_conducted_at),
        ];
        let codes = [
            ("state", &self.state, &SITE_STATES[..]),
            ("owner_type", &self.owner_type, &SITE_OWNERS),
            ("census_status", &self.census_status, &SITE_CENSUSES),
            ("water_access_type", &self.water_access_type, &SITE_WATERS),
        ];
        let is_date = |text: &String| text.parse::<Night>().is_ok();
        let date = dates
            .iter()
            .find(|(_, date)| date.as_ref().is_some_and(|d| !is_date(d)));
        let code = codes.iter().find(|(_, code, known)| {
            let code = code.as_ref();
            code.is_some_and(|code| !known.contains(&code.as_str()))
        });
        let address = self.address.as_ref();
        let long = address.is_some_and(|text| text.chars().count() > SITE_ADDRESS_CHARACTERS);
        let first = date.map(|(name, _)| *name).or(code.map(|(name, ..)| *name));
        first.or(long.then_some("address"))
    }
}

crate::redacts!(Site);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_written_and_read_and_nothing_is_made_of_nothing() {
        let facts = SiteFacts {
            built_at: Some("2024-05-01".to_owned()),
            is_reinstallation: Some(false),
            ..SiteFacts::default()
        };
        assert!(SiteFacts::read(facts.written().as_deref()) == facts);
        assert_eq!(SiteFacts::default().written(), None);
        for odd in [None, Some(""), Some("{\"built_at\":3}"), Some("[]")] {
            assert!(SiteFacts::read(odd) == SiteFacts::default());
        }
    }

    #[test]
    fn what_is_no_date_or_code_is_named() {
        let check = |change: fn(&mut SiteFacts), odd: Option<&str>| {
            let mut facts = SiteFacts::default();
            change(&mut facts);
            assert_eq!(facts.odd(), odd);
        };
        check(|_| (), None);
        check(
            |f| f.closed_at = Some("2026-02-30".to_owned()),
            Some("closed_at"),
        );
        check(|f| f.state = Some("gone".to_owned()), Some("state"));
        check(|f| f.state = Some("resorbed".to_owned()), None);
        check(|f| f.address = Some("é".repeat(121)), Some("address"));
    }
}
