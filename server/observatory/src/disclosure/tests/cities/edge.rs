//! Totals at the edge of what their parts can hold.

use super::City;
use crate::area::AreaTree;
use crate::disclosure::verify::check;
use crate::disclosure::{Figure, Rule, Settings};
use crate::indicator::Unit;

/// A city that a long run found: whoever adds up its figures has just room for everybody.
const AT_THE_EDGE: u64 = 597;

#[test]
fn a_total_that_parts_have_just_room_for_is_rounded() {
    let city = City::drawn(AT_THE_EDGE);
    let mut published = city.published(&Settings::default());
    let earlier = [city.provisional(AT_THE_EDGE)];
    assert_eq!(check(&published, &earlier), vec![]);
    let perimeter = &mut published.areas[AreaTree::ROOT].figures;
    assert!(matches!(perimeter[&Unit::Street], Figure::Rounded { .. }));
    // Control: told exactly, each withheld part would be held to be at its most.
    let placed = city.placed();
    let street = placed.iter().filter(|place| place.unit == Unit::Street);
    let people = street.map(|place| place.people).sum();
    perimeter.insert(Unit::Street, Figure::Exact(people));
    let found = check(&published, &earlier);
    assert!(found.iter().any(|finding| finding.rule == Rule::Attack));
}
