//! What two campaigns tell, and to whom.

use super::super::counts::Definition;
use super::*;
use maraude_observatory::comparison::{Conclusion, Count, LeftOut};

/// A campaign of sectors: code, zone, walked, people, spots.
fn campaign(sectors: &[(&str, &str, bool, u32, u32)]) -> CampaignCounts {
    let sectors = sectors.iter().map(|(code, zone, walked, people, spots)| {
        let count = Count::one_by_one(*people, [f64::from(*people); 2]);
        let sector = SectorCount {
            sector: (*code).to_owned(),
            zone: Some((*zone).to_owned()),
            ground: Some("aa".to_owned()),
            walked: *walked,
            counts: BTreeMap::from([(Unit::Street, count)]),
        };
        let largest = people.div_ceil((*spots).max(1));
        let spread = Spread {
            people: *people,
            spots: *spots,
            largest,
        };
        (sector, spread)
    });
    CampaignCounts {
        name: "Nuit".to_owned(),
        nights: vec!["2026-01-22".to_owned()],
        defined: Definition {
            definition: "street-1".to_owned(),
            mode: "real".to_owned(),
            kind: "night_count".to_owned(),
        },
        provisional: false,
        open: false,
        sectors: sectors.collect(),
        elsewhere: Spread::default(),
        sites: BTreeMap::new(),
    }
}

/// No other comparison told anything.
fn alone() -> (&'static Settings, &'static ToldBefore) {
    static SETTINGS: std::sync::LazyLock<Settings> = std::sync::LazyLock::new(Settings::default);
    static NOTHING: std::sync::LazyLock<ToldBefore> = std::sync::LazyLock::new(ToldBefore::default);
    (&SETTINGS, &NOTHING)
}

fn told(before: &CampaignCounts, after: &CampaignCounts, reader: Reader) -> Compared {
    compare_campaigns(before, after, alone(), reader).unwrap()
}

const FIRST: [(&str, &str, bool, u32, u32); 4] = [
    ("A", "north", true, 40, 12),
    ("B", "north", true, 25, 9),
    ("C", "south", true, 31, 9),
    ("D", "south", false, 20, 6),
];

fn second() -> CampaignCounts {
    campaign(&[
        ("A", "north", true, 90, 20),
        ("B", "north", true, 47, 9),
        ("C", "south", true, 33, 9),
        ("D", "south", true, 22, 6),
        ("E", "south", true, 12, 4),
    ])
}

#[test]
fn the_coordination_reads_each_sector_walked_both_times_and_why_others_are_not() {
    let compared = told(&campaign(&FIRST), &second(), Reader::Coordination);
    assert_eq!(compared.sectors, 3);
    let left: Vec<_> = compared.left_out.iter().map(|one| one.why).collect();
    assert_eq!(left, [LeftOut::WalkedAfterOnly, LeftOut::OnlyAfter]);
    let street = compared.units[0].told.unwrap();
    assert_eq!((street.before, street.after), (96, 170));
    assert_eq!(street.conclusion, Conclusion::More);
    let zones: Vec<_> = compared
        .zones
        .iter()
        .map(|line| line.told.unwrap().after)
        .collect();
    assert_eq!(zones, [137, 33]);
    assert_eq!(compared.by_sector.len(), 3);
    assert_eq!(
        compared.by_sector[2].told.unwrap().conclusion,
        Conclusion::None
    );
}

#[test]
fn an_analyst_reads_tens_and_no_sector() {
    let compared = told(&campaign(&FIRST), &second(), Reader::Figures);
    assert!(compared.by_sector.is_empty());
    let street = compared.units[0].told.unwrap();
    assert_eq!((street.before, street.after), (100, 170));
    assert!(
        street
            .interval
            .iter()
            .all(|end| (end % 10.0).abs() < f64::EPSILON)
    );
    assert!(compared.zones.iter().all(|line| line.told.is_some()));
    // Squats are told by the whole territory alone.
    assert!(compared.units[1].told.is_none());
}

#[test]
fn an_analyst_reads_nothing_that_a_subtraction_would_make_small() {
    // The sector that is left out holds 3 people: the whole less the common ground would tell them.
    let mut first = FIRST;
    first[3].3 = 3;
    let compared = told(&campaign(&first), &second(), Reader::Figures);
    assert!(compared.units[0].told.is_none());
    assert!(compared.zones.iter().all(|line| line.told.is_none()));
    // Nobody there is no secret; a small zone takes another one with it.
    let mut first = FIRST;
    first[3].3 = 0;
    first[3].4 = 0;
    first[2].3 = 4;
    let compared = told(&campaign(&first), &second(), Reader::Figures);
    assert!(compared.units[0].told.is_some());
    assert!(compared.zones.iter().all(|line| line.told.is_none()));
    // Control: the coordination reads all of it.
    let whole = told(&campaign(&first), &second(), Reader::Coordination);
    assert!(whole.zones.iter().all(|line| line.told.is_some()));
}

#[test]
fn what_is_not_the_same_is_refused_with_its_reason() {
    let check = |alter: fn(&mut CampaignCounts), reader, expected| {
        let mut after = second();
        alter(&mut after);
        let said = compare_campaigns(&campaign(&FIRST), &after, alone(), reader);
        assert_eq!(said.err(), expected);
    };
    let coordination = Reader::Coordination;
    check(|_| {}, coordination, None);
    check(
        |of| of.defined.definition = "street-2".to_owned(),
        coordination,
        Some(NotCompared::OtherDefinition),
    );
    check(
        |of| of.defined.mode = "exercise".to_owned(),
        coordination,
        Some(NotCompared::OtherMode),
    );
    check(
        |of| of.defined.kind = "year_round".to_owned(),
        coordination,
        Some(NotCompared::OtherKind),
    );
    check(
        |of| of.sectors.clear(),
        coordination,
        Some(NotCompared::NoCommonGround),
    );
    check(|of| of.open = true, coordination, None);
    check(
        |of| of.open = true,
        Reader::Figures,
        Some(NotCompared::Open),
    );
}

/// Nights on the same ground, in which some sectors were not walked whole.
fn nights(not_walked: &[&str]) -> Vec<CampaignCounts> {
    let people: [(&str, u32); 6] = [
        ("A", 40),
        ("B", 31),
        ("C", 4),
        ("D", 26),
        ("E", 3),
        ("F", 1),
    ];
    let each = not_walked.iter().enumerate().map(|(number, left_out)| {
        let sectors: Vec<_> = people
            .iter()
            .map(|(code, people)| {
                let spots = people.div_ceil(2);
                (
                    *code,
                    "north",
                    !left_out.contains(code),
                    people + number as u32,
                    spots,
                )
            })
            .collect();
        CampaignCounts {
            nights: vec![format!("20{:02}-01-22", 20 + number)],
            elsewhere: Spread {
                people: 14,
                spots: 6,
                largest: 4,
            },
            ..campaign(&sectors)
        }
    });
    each.collect()
}

#[test]
fn a_comparison_is_told_beside_those_before_only_where_nothing_small_can_be_computed() {
    let settings = Settings::default();
    let all = nights(&["", "C", "E", "F", "CE", "CF"]);
    let of: Vec<&CampaignCounts> = all.iter().collect();
    let mut told = vec![Vec::new(); all.len()];
    let (mut shown, mut kept_back) = (0, 0);
    for later in 1..all.len() {
        for earlier in 0..later {
            let before = ToldBefore::of(&of, [earlier, later], &settings);
            let read = |before: &ToldBefore| {
                let (one, other) = (of[earlier], of[later]);
                compare_campaigns(one, other, (&settings, before), Reader::Figures).unwrap()
            };
            let alone = read(&ToldBefore::default()).units[0].told;
            let together = read(&before).units[0].told;
            // What others told never opens a figure.
            assert!(together.is_none() || together == alone);
            shown += u32::from(together.is_some());
            kept_back += u32::from(alone.is_some() && together.is_none());
            if together.is_some() {
                let codes = |of: &CampaignCounts| -> std::collections::BTreeSet<String> {
                    let walked = of.sectors.iter().filter(|(of, _)| of.walked);
                    walked.map(|(of, _)| of.sector.clone()).collect()
                };
                let common: std::collections::BTreeSet<String> = codes(of[earlier])
                    .intersection(&codes(of[later]))
                    .cloned()
                    .collect();
                for side in [earlier, later] {
                    let held = of[side]
                        .sectors
                        .iter()
                        .filter(|(of, _)| common.contains(&of.sector));
                    let people = held.map(|(_, spread)| spread.people).sum();
                    told[side].push(ToldGround::rounded(common.clone(), people, ROUNDED_TO));
                }
            }
        }
    }
    assert!(shown > 0, "{shown} told, {kept_back} kept back");
    for (lines, side) in told.iter().zip(&of) {
        let people: u32 = side.sectors.iter().map(|(_, spread)| spread.people).sum();
        let whole = Some(people + side.elsewhere.people);
        let found = maraude_observatory::disclosure::attack_comparisons(lines, whole, &settings);
        assert_eq!(found, []);
    }
}
