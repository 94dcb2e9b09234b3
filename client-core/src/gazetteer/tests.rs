//! An invented town, and what people type of it at night.

use super::{Answer, FoundKind, Gazetteer, HouseNumber, NamedPlace, NamedPlaceKind};
use crate::geography::distance_m;
use crate::model::Coordinates;

fn at(east: i32, north: i32) -> Coordinates {
    // About a metre each.
    Coordinates {
        longitude: 3.0 + f64::from(east) * 0.000_012_4,
        latitude: 43.0 + f64::from(north) * 0.000_009,
    }
}

/// A street from one point to another, with a number every ten metres: odd ones on one side.
fn street(name: &str, commune: &str, from: (i32, i32), to: (i32, i32)) -> NamedPlace {
    let length = (to.0 - from.0).abs().max((to.1 - from.1).abs());
    let along = |m: i32| {
        at(
            from.0 + (to.0 - from.0) * m / length,
            from.1 + (to.1 - from.1) * m / length,
        )
    };
    let numbers = (1..=length / 10)
        .filter(|n| *n != 8)
        .map(|n| HouseNumber {
            number: n as u32,
            suffix: String::new(),
            at: along(n * 10),
        })
        .collect();
    NamedPlace {
        kind: NamedPlaceKind::Street,
        name: name.to_owned(),
        commune: commune.to_owned(),
        at: along(length / 2),
        reach_m: f64::from(length) / 2.0,
        numbers,
        lines: vec![vec![along(0), along(length)]],
    }
}

fn landmark(name: &str, east: i32, north: i32) -> NamedPlace {
    NamedPlace {
        kind: NamedPlaceKind::Landmark,
        name: name.to_owned(),
        commune: "Clapas".to_owned(),
        at: at(east, north),
        reach_m: 10.0,
        numbers: Vec::new(),
        lines: Vec::new(),
    }
}

fn town() -> Gazetteer {
    Gazetteer::new(vec![
        street("Rue Saint-Évariste", "Clapas", (0, 0), (300, 0)),
        street("Boulevard Sernan", "Clapas", (100, -200), (100, 200)),
        street("Avenue du Maréchal Folch", "Clapas", (0, 500), (600, 500)),
        street("Rue du Jeu de Boules", "Clapas", (200, 400), (200, 700)),
        street("Place du 9 Novembre 1917", "Clapas", (900, 0), (960, 0)),
        street("Rue Honoré Bézaque", "Clapas", (0, 900), (400, 900)),
        street(
            "Rue Honoré Bézaque",
            "Pignolles",
            (9_000, 900),
            (9_400, 900),
        ),
        street("Impasse des Tilleuls", "Clapas", (500, 100), (500, 160)),
        street("Allée des Tilleuls", "Clapas", (1_500, 100), (1_500, 300)),
        landmark("Pont de Sernan", 100, 210),
        landmark("Pont Folch", 300, 510),
        landmark("Gare routière", 700, 700),
        landmark("Parc Bézaque", 420, 950),
    ])
}

fn first(answer: &Answer) -> (&str, FoundKind) {
    let best = &answer.found[0];
    (best.label.as_str(), best.kind)
}

/// What teams type, and what they mean.
const TYPED: &[(&str, &str, FoundKind)] = &[
    (
        "12 rue saint evariste",
        "12 Rue Saint-Évariste, Clapas",
        FoundKind::Address,
    ),
    (
        "12 r st évariste",
        "12 Rue Saint-Évariste, Clapas",
        FoundKind::Address,
    ),
    (
        "12 saint evarsite",
        "12 Rue Saint-Évariste, Clapas",
        FoundKind::Address,
    ),
    (
        "12bis r. St-Evariste 99000 Clapas",
        "12 bis Rue Saint-Évariste, Clapas",
        FoundKind::Address,
    ),
    (
        "8 rue st evariste",
        "8 Rue Saint-Évariste, Clapas",
        FoundKind::Interpolated,
    ),
    (
        "dvt le 3 av mal folch",
        "3 Avenue du Maréchal Folch, Clapas",
        FoundKind::Address,
    ),
    (
        "3 av folch",
        "3 Avenue du Maréchal Folch, Clapas",
        FoundKind::Address,
    ),
    (
        "ss pont sernan",
        "Pont de Sernan, Clapas",
        FoundKind::Landmark,
    ),
    (
        "sous le pt de Sernant",
        "Pont de Sernan, Clapas",
        FoundKind::Landmark,
    ),
    (
        "derriere la gare routiere",
        "Gare routière, Clapas",
        FoundKind::Landmark,
    ),
    (
        "pl du 9 novembre",
        "Place du 9 Novembre 1917, Clapas",
        FoundKind::Street,
    ),
    (
        "angle Folch et Jeu de Boules",
        "Avenue du Maréchal Folch × Rue du Jeu de Boules, Clapas",
        FoundKind::Crossing,
    ),
    (
        "bd sernan / r st evariste",
        "Boulevard Sernan × Rue Saint-Évariste, Clapas",
        FoundKind::Crossing,
    ),
    (
        "15 rue honore bezaque pignolles",
        "15 Rue Honoré Bézaque, Pignolles",
        FoundKind::Address,
    ),
    (
        "imp tilleuls",
        "Impasse des Tilleuls, Clapas",
        FoundKind::Street,
    ),
    (
        "4 rue onoré bézac face au parc",
        "4 Rue Honoré Bézaque, Clapas",
        FoundKind::Address,
    ),
];

#[test]
fn what_teams_type_finds_the_place_they_mean() {
    let town = town();
    for (query, label, kind) in TYPED {
        let answer = town.search(query, Some(at(200, 300)), 5);
        assert_eq!(first(&answer), (*label, *kind), "{query}: {answer:#?}");
    }
}

#[test]
fn a_crossing_lies_where_the_two_meet() {
    let answer = town().search("croisement r saint evariste et bd sernan", None, 3);
    let best = &answer.found[0];
    assert_eq!(best.kind, FoundKind::Crossing);
    assert!(distance_m(best.at, at(100, 0)) < 3.0);
    // These two are far apart: no crossing is made up.
    let none = town().search("angle bezaque et evariste", None, 5);
    assert!(
        none.found
            .iter()
            .all(|found| found.kind != FoundKind::Crossing)
    );
}

#[test]
fn a_crossing_told_in_a_sentence_is_found_and_is_sure() {
    let town = town();
    let met = "Avenue du Maréchal Folch × Rue du Jeu de Boules, Clapas";
    for query in [
        "un monsieur assis angle Folch et Jeu de Boules devant la banque",
        "au croisement de l'av Folch avec la rue du jeu de boules côté tram",
        "couple avec un chien av mal Folch coin jeu de boules",
        "il dort là où l'avenue folch croise la rue du jeu de boules",
        "caravane av Folch au niveau de l'angle avec la rue du jeu de boules",
        "angle Folch jeu de boules",
    ] {
        let answer = town.search(query, None, 5);
        assert_eq!(first(&answer), (met, FoundKind::Crossing), "{query}");
        assert!(answer.confident, "{query}: {answer:#?}");
    }
    // Negative control: the same ways, and nothing that says that they meet.
    let apart = town.search("folch devant jeu de boules", None, 5);
    assert_ne!(apart.found[0].kind, FoundKind::Crossing);
    // Half of what was told is not sure.
    let one = Gazetteer::new(vec![street("Impasse Courte", "Clapas", (0, 0), (60, 0))]);
    let half = one.search("angle impasse courte et rue qui manque", Some(at(0, 0)), 5);
    assert!(!half.confident && !one.search("coin impasse courte", None, 5).confident);
    assert!(one.search("impasse courte", None, 5).confident);
}

#[test]
fn two_ways_that_are_said_to_meet_and_nearly_do_are_shown_and_never_sure() {
    let town = town();
    let answer = town.search(
        "angle impasse tilleuls et rue st evariste",
        Some(at(400, 50)),
        5,
    );
    let best = &answer.found[0];
    assert_eq!(best.kind, FoundKind::Crossing);
    // 224 m apart: between the two, and that far off.
    assert!(best.accuracy_m > 112.0 && !answer.confident, "{answer:#?}");
    // Negative control: nobody said that they meet.
    let both = town.search("impasse tilleuls et rue st evariste", None, 5);
    let crossing = |found: &super::Found| found.kind == FoundKind::Crossing;
    assert!(!both.found.iter().any(crossing));
}

#[test]
fn two_ways_that_meet_twice_are_not_sure() {
    let bow = |second: i32| {
        let mut bow = street("Rue de l'Arc", "Clapas", (0, 0), (0, 10));
        bow.lines = vec![vec![at(100, 0), at(100, 90), at(second, 90), at(second, 0)]];
        (bow.at, bow.reach_m) = (at(100, 0), 500.0);
        Gazetteer::new(vec![bow, street("Rue Droite", "Clapas", (0, 0), (500, 0))])
    };
    let query = "angle rue droite et rue de l'arc";
    assert!(!bow(400).search(query, None, 3).confident);
    // Negative control: the two places are one.
    assert!(bow(130).search(query, None, 3).confident);
}

#[test]
fn how_many_were_met_and_when_is_no_number_of_a_house() {
    let town = town();
    for query in [
        "3 personnes rue saint evariste",
        "vers 23h rue saint evariste",
        "22h30 rue saint evariste",
        "23 h rue saint evariste",
        "2 hommes et 1 chien rue saint evariste",
    ] {
        let answer = town.search(query, None, 5);
        let street = ("Rue Saint-Évariste, Clapas", FoundKind::Street);
        assert_eq!(first(&answer), street, "{query}");
    }
    // Negative control: a number before a street is.
    let answer = town.search("un homme assis 12 bis rue saint evariste", None, 5);
    assert_eq!(first(&answer).1, FoundKind::Address);
}

#[test]
fn ways_without_a_name_are_not_indexed() {
    let nameless = [
        "Voie non dénommée",
        "Rue sans nom",
        "Chemin inconnu",
        "Non dénommée",
    ];
    let places = nameless.map(|name| street(name, "Clapas", (0, 0), (300, 0)));
    assert!(Gazetteer::new(places.to_vec()).is_empty());
    let named = [
        "Rue du Soldat Inconnu",
        "Rue de la Dame sans Nom",
        "Autoroute A99",
    ];
    let places = named.map(|name| street(name, "Clapas", (0, 0), (300, 0)));
    assert_eq!(Gazetteer::new(places.to_vec()).len(), 3);
}

#[test]
fn what_may_be_two_places_is_never_sure_and_what_is_near_comes_first() {
    let town = town();
    let far = Some(at(9_100, 800));
    let answer = town.search("15 rue honoré bézaque", far, 5);
    assert_eq!(answer.found[0].label, "15 Rue Honoré Bézaque, Pignolles");
    assert!(!answer.confident);
    assert!(!town.search("les tilleuls", None, 5).confident);
    assert!(!town.search("rue du jeu", None, 5).found.is_empty());
    assert!(town.search("12 rue saint evariste", None, 5).confident);
}

#[test]
fn two_places_of_one_name_are_both_shown_and_neither_is_sure() {
    let one = |east| landmark("Laverie des Arcades", east, 0);
    let alone = Gazetteer::new(vec![one(0)]);
    assert!(alone.search("dvt laverie des arcades", None, 5).confident);
    let two = Gazetteer::new(vec![one(0), one(2_000)]);
    let answer = two.search("dvt laverie des arcades", None, 5);
    assert_eq!(answer.found.len(), 2);
    assert!(!answer.confident);
    // However few are shown.
    assert!(!two.search("dvt laverie des arcades", None, 1).confident);
}

#[test]
fn what_names_nothing_finds_nothing_sure() {
    let town = town();
    for query in [
        "",
        "   ",
        "?",
        "devant",
        "12",
        "zzzzzz qqqq",
        "🙂",
        "rue",
        &"a ".repeat(5_000),
    ] {
        let answer = town.search(query, None, 5);
        assert!(!answer.confident, "{query}");
    }
    assert!(
        Gazetteer::default()
            .search("12 rue haute", None, 5)
            .found
            .is_empty()
    );
}

/// A tablet writes the label of what was chosen: the server must find that very place by it.
#[test]
fn a_label_finds_the_place_it_is_of() {
    let gazetteer = town();
    let mut labels = 0;
    for (typed, ..) in TYPED {
        for found in gazetteer.search(typed, None, 5).found {
            let again = gazetteer.search(&found.label, None, 5);
            let best = &again.found[0];
            assert_eq!(
                (&best.label, best.kind),
                (&found.label, found.kind),
                "{typed}"
            );
            assert!(distance_m(best.at, found.at) < 1.0, "{}", found.label);
            labels += 1;
        }
    }
    assert!(labels > TYPED.len(), "{labels} labels");
}
