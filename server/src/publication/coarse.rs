//! What stays of a campaign's people after its first date: one row per counted place, at 200 m in the
//! street, at the commune or less for squats and bidonvilles, without hour, mark, word or identifier.
//!
//! It must never tell an exact place, when somebody was met, or by whom. These rows are still of
//! persons: they did not pass disclosure control. `app` seals them.

use super::Prepared;
use super::archive::quoted;
use maraude_observatory::area::{AreaTree, Level};
use maraude_observatory::attribute::Attribute;
use maraude_observatory::indicator::{CountedPlace, Unit};
use maraude_observatory::plane::Plane;

/// The rows' file.
pub const COARSE_FILE: &str = "coarse.csv";

/// Side of the squares that places are told by, metres (design D8).
const SIDE_M: f64 = 200.0;

/// One row per counted place, in an order that tells nothing.
///
/// # Shape
/// `unit, area, square, people_at_least, people_at_most, age, gender, household, situation`: `area` is the code of the large area (the commune of squats and bidonvilles),
/// `square` the INSEE name of the square of 200 m that holds a street place; empty = unknown.
pub fn coarse_rows(prepared: &Prepared) -> String {
    let plane = Plane::new();
    let tree = prepared.tree.as_ref().ok();
    let mut rows: Vec<String> = prepared
        .places
        .iter()
        .map(|place| row(place, tree, &plane))
        .collect();
    rows.sort_unstable();
    let mut text = String::from(
        "unit,area,square,people_at_least,people_at_most,age,gender,household,situation\n",
    );
    for row in rows {
        text.push_str(&row);
        text.push('\n');
    }
    text
}

fn row(place: &CountedPlace, tree: Option<&AreaTree>, plane: &Plane) -> String {
    let square = place
        .coordinates
        .filter(|_| place.unit == Unit::Street)
        .and_then(|at| plane.metres(at))
        .map(|at| {
            let corner = |metres: f64| ((metres / SIDE_M).floor() * SIDE_M) as i64;
            format!("200mN{}E{}", corner(at.y), corner(at.x))
        });
    let mut cells = vec![
        place.unit.code().to_owned(),
        quoted(&area_of(place, tree).unwrap_or_default()),
        square.unwrap_or_default(),
        place.people_at_least.to_string(),
        place.people_at_most.to_string(),
    ];
    // An exact age is a mark: bands alone stay.
    cells.extend(Attribute::ALL.iter().map(|attribute| {
        let known = place.unit == Unit::Street;
        let category = attribute.categories()[attribute.category_of(&place.profile)];
        if known { category } else { "" }.to_owned()
    }));
    cells.join(",")
}

/// The smallest large area of a place in the street; of another, nothing finer than its commune.
fn area_of(place: &CountedPlace, tree: Option<&AreaTree>) -> Option<String> {
    let tree = tree?;
    let held = match (place.coordinates, &place.within) {
        (Some(at), _) => tree.locate(at)?,
        (None, Some(code)) => tree.areas().iter().position(|area| area.code == *code)?,
        (None, None) => return None,
    };
    let coarse = |level: Level| matches!(level, Level::Perimeter | Level::Commune);
    tree.up_from(held)
        .find(|index| place.unit == Unit::Street || coarse(tree.areas()[*index].level))
        .map(|index| tree.areas()[index].code.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use maraude_core::model::Coordinates;
    use maraude_observatory::attribute::Profile;

    fn place(unit: Unit, at: Option<[f64; 2]>) -> CountedPlace {
        CountedPlace {
            unit,
            coordinates: at.map(|[longitude, latitude]| Coordinates {
                longitude,
                latitude,
            }),
            within: None,
            people_at_least: 1,
            people_at_most: 2,
            profile: Profile {
                age: Some("31-32".parse().unwrap()),
                ..Profile::default()
            },
        }
    }

    #[test]
    fn a_street_place_is_told_by_its_square_and_a_squat_by_none() {
        let plane = Plane::new();
        let told = |unit, at| row(&place(unit, at), None, &plane);
        let here = Some([3.8767, 43.6112]);
        let street = told(Unit::Street, here);
        let expected = "street,\"\",200mN2298200E3826000,1,2,25-39,unknown,unknown,unknown";
        assert_eq!(street, expected);
        // Control: a place ten metres on is told alike, one a kilometre on is not.
        assert_eq!(told(Unit::Street, Some([3.8768, 43.6112])), street);
        assert_ne!(told(Unit::Street, Some([3.8867, 43.6112])), street);
        assert_eq!(told(Unit::Squat, here), "squat,\"\",,1,2,,,,");
        assert_eq!(told(Unit::Bidonville, here), "bidonville,\"\",,1,2,,,,");
        assert!(told(Unit::Street, None).starts_with("street,\"\",,1,2"));
    }
}
