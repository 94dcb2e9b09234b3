//! People met at the doors of several squats: each counts in one.

use super::*;
use crate::projection::fixtures::{AT, observation, place, squat, team};
use crate::projection::{PlacementRow, Standing};
use maraude_core::model::{DocumentId, HeadCount, ObservationKind, Position, PositionSource};
use maraude_linkage::Cluster;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Metres between two doors: farther than one place reaches.
const APART_M: f64 = 500.0;

/// Door, bidonville rather than squat, minute, first person, people seen together, counted.
type Drawn = (u8, bool, i64, u8, u8, bool);

fn line(number: u8, door: u8, unit: Unit, minute: i64) -> ObservationLine {
    let at = place(f64::from(door) * APART_M, 0.0);
    ObservationLine {
        document: DocumentId::from_random([1; 16]),
        observation: observation(1, number, at),
        team: team(1),
        team_code: "E1".to_owned(),
        sector: None,
        sector_code: None,
        night: crate::projection::fixtures::night(),
        observed_at: AT + minute * 60_000,
        changed_at: AT,
        late: false,
        unplanned: false,
        conflicts: 0,
        read: false,
        ruling: None,
        standing: Standing::Counted,
        placement: Some(PlacementRow {
            unit,
            position: Some(Position {
                coordinates: at,
                accuracy_m: Some(10.0),
                source: PositionSource::Fix,
                fixed_at: None,
            }),
            reason: "fix".to_owned(),
            commune: None,
            in_perimeter: true,
            quartier: None,
            sous_quartier: None,
            zone: None,
            sector: None,
            site: None,
            oddities: Vec::new(),
        }),
    }
}

/// A night at the doors: lines, and the people behind their slots.
struct Doors {
    lines: Vec<ObservationLine>,
    people: BTreeMap<u8, Vec<SlotRef>>,
}

impl Doors {
    fn of(met: &[Drawn], told: &[Option<u8>]) -> Self {
        let mut made = Self {
            lines: Vec::new(),
            people: BTreeMap::new(),
        };
        for (door, told) in (0_u8..).zip(told) {
            if let Some(people) = told {
                let mut head_count = line(200 + door, door, Unit::Squat, 0);
                let at = place(f64::from(door) * APART_M, 0.0);
                head_count.observation = squat(1, 200 + door, at, u32::from(*people));
                made.lines.push(head_count);
            }
        }
        for (number, &(door, bidonville, minute, first, together, counted)) in (1_u8..).zip(met) {
            let unit = if bidonville {
                Unit::Bidonville
            } else {
                Unit::Squat
            };
            let mut seen = line(number, door, unit, minute);
            seen.late = !counted;
            if together > 1 {
                seen.observation.kind = ObservationKind::Group;
                seen.observation.heads = HeadCount::exactly(u32::from(together));
            }
            for slot in 0..together {
                let at = SlotRef {
                    observation: seen.observation.id,
                    slot: u16::from(slot),
                };
                made.people.entry(first + slot).or_default().push(at);
            }
            made.lines.push(seen);
        }
        made
    }

    fn reviewed(&self) -> Reviewed {
        let clusters = self.people.values().map(|slots| Cluster {
            slots: slots.clone(),
        });
        Reviewed::made(self.lines.clone(), clusters.collect())
    }

    /// Distinct people met at doors of a unit.
    fn met(&self, unit: Unit) -> u32 {
        let counts = |slot: &SlotRef| {
            let held = self.lines.iter();
            let mut of = held.filter(|line| line.observation.id == slot.observation);
            of.any(|line| line.unit() == unit && counting(line) == Counting::Counted)
        };
        let people = self.people.values();
        people.filter(|slots| slots.iter().any(counts)).count() as u32
    }
}

/// At least, at most, over the doors of a unit.
fn total(places: &[LastingPlace], unit: Unit) -> [u32; 2] {
    let of = places.iter().filter(|place| place.unit == unit);
    of.fold([0, 0], |sum, place| {
        [sum[0] + place.met[0], sum[1] + place.met[1]]
    })
}

proptest! {
    #[test]
    fn people_met_at_the_doors_add_up_to_the_people_there_are(
        met in prop::collection::vec(
            (0_u8..4, any::<bool>(), 0_i64..5, 0_u8..8, 1_u8..4, prop::bool::weighted(0.9)),
            0..14,
        ),
        told in prop::collection::vec(prop::option::of(0_u8..6), 4),
    ) {
        let mut doors = Doors::of(&met, &told);
        let reviewed = doors.reviewed();
        let places = reviewed.lasting_places(&doors.lines);
        for unit in [Unit::Squat, Unit::Bidonville] {
            let people = doors.met(unit);
            // Heads were counted exactly: nothing lies between the least and the most.
            prop_assert_eq!(total(&places, unit), [people, people]);
        }
        for place in &places {
            let told = place.told.unwrap_or([0, 0]);
            let most = [told[0].max(place.met[0]), told[1].max(place.met[1])];
            prop_assert_eq!(place.people, most);
        }
        doors.lines.reverse();
        let mut told: Vec<_> = places.iter().map(|of| (of.unit, of.at, of.people)).collect();
        let again = reviewed.lasting_places(&doors.lines);
        let mut anew: Vec<_> = again.iter().map(|of| (of.unit, of.at, of.people)).collect();
        let east = |of: &(Unit, Option<maraude_core::model::Coordinates>, [u32; 2])| {
            (of.0, of.1.map(|at| (at.longitude * 1e7) as i64))
        };
        told.sort_by_key(east);
        anew.sort_by_key(east);
        prop_assert_eq!(told, anew, "the order of lines changes nothing");
    }
}

#[test]
fn somebody_met_at_two_doors_is_of_the_first_and_counting_doors_alone_would_not_tell() {
    // Person 3 at the second door at 0:05, at the first at 0:09.
    let met = [(0, false, 9, 3, 1, true), (1, false, 5, 3, 1, true)];
    let doors = Doors::of(&met, &[]);
    let reviewed = doors.reviewed();
    let places = reviewed.lasting_places(&doors.lines);
    let told: Vec<_> = places.iter().map(|place| place.people).collect();
    assert_eq!(told, [[0, 0], [1, 1]]);
    // The control: who was met at each door, whatever the other doors say.
    let each_door = lasting_places(&doors.lines, &|met| {
        let held = met
            .iter()
            .flat_map(|line| reviewed.clusters_of(line.observation.id));
        held.collect::<BTreeSet<_>>().len() as u32
    });
    assert_eq!(total(&each_door, Unit::Squat), [2, 2]);
}
