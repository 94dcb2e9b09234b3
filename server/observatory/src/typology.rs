//! Typologies derived from one raw place: ETHOS Light, INSEE, and the framework of the Institute of
//! Global Homelessness, by a table with a version.
//!
//! A row must never be changed without a new [`VERSION`]: figures of two nights are compared under
//! the version that both were told with. Tables by attribute and internal exports call it.

use maraude_core::model::SleepingPlace;
use serde::{Deserialize, Serialize};

/// Version of the table, printed with the figures that rest on it.
pub const VERSION: u32 = 1;

/// Where a place stands in each typology.
///
/// # Source
/// FEANTSA, *ETHOS Light* (2017), operational categories 1 and 5. INSEE, *sans-abri* (place not meant
/// for habitation) and makeshift dwelling. Busch-Geertsema, Culhane and Fitzpatrick (2016), *Habitat
/// International* 55, pp. 124-132, categories 1a-1d, 3d, 3f and 3h.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Typology {
    /// ETHOS Light: `1` living rough, `5` non-conventional dwelling.
    pub ethos_light: &'static str,
    /// INSEE: `sans-abri` or `fortune`.
    pub insee: &'static str,
    /// Institute of Global Homelessness, such as `1a`.
    pub igh: &'static str,
}

const fn row(ethos_light: &'static str, insee: &'static str, igh: &'static str) -> Typology {
    Typology {
        ethos_light,
        insee,
        igh,
    }
}

/// The typology of a raw place; none for one that does not tell it.
pub fn typology(place: SleepingPlace) -> Option<Typology> {
    use SleepingPlace as P;
    Some(match place {
        P::Street | P::Square | P::Park | P::Woods | P::Bridge | P::Verge | P::OnTheMove => {
            row("1", "sans-abri", "1a")
        }
        P::Doorway | P::Station | P::CarPark | P::Hospital | P::CommonParts => {
            row("1", "sans-abri", "1b")
        }
        P::Vehicle => row("1", "sans-abri", "1c"),
        P::Tent | P::Camp => row("1", "sans-abri", "3f"),
        P::Squat => row("5", "fortune", "3d"),
        P::Bidonville => row("5", "fortune", "3h"),
        P::Other => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_agrees_with_the_models_own_situation() {
        use maraude_core::model::{EthosCategory, InseeCategory};
        for place in [
            SleepingPlace::Street,
            SleepingPlace::Vehicle,
            SleepingPlace::Tent,
            SleepingPlace::Squat,
            SleepingPlace::Bidonville,
        ] {
            let found = typology(place).unwrap();
            let model = place.situation();
            assert_eq!(
                found.ethos_light == "1",
                model.ethos == EthosCategory::LivingRough
            );
            assert_eq!(
                found.insee == "sans-abri",
                model.insee == InseeCategory::SansAbri
            );
        }
        assert_eq!(typology(SleepingPlace::Other), None);
    }
}
