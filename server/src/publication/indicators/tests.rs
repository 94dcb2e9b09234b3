//! A small night, counted by hand.

use super::{Contacts, Indicators, Reader, Row};
use crate::geolocation::LiveView;
use crate::projection::fixtures::{
    AT, World, departure, device, observation, place, sector, squat,
};
use crate::publication::tests::told;
use maraude_core::model::{
    AccountId, Answer, AnswerValue, CampaignState, Certainty, Closure, ClosureId, Contact,
    Coverage, Decision, DecisionId, Observation, RiskClass, Sector, SlotRef, Stamp, Verdict,
};
use maraude_observatory::breakdown::Breakdown;

struct Small {
    world: World,
    live: LiveView,
}

fn answer(of: &mut Observation, question: &str, code: &str) {
    let choice = Answer::Known(AnswerValue::Choice(code.into()));
    of.answers.insert(question.into(), choice);
}

/// Somebody of a grid of people 300 m apart: 25 men, 3 women, 2 of whom nothing is known; the last 12
/// in tents; the first 12 told for how long.
fn somebody(number: u8) -> Observation {
    let (column, row) = (f64::from(number % 6), f64::from(number / 6));
    let at = place(-1_900.0 + column * 300.0, -900.0 + row * 350.0);
    let mut of = observation(1, number, at);
    match number {
        0..25 => answer(&mut of, "gender", "m"),
        25..28 => answer(&mut of, "gender", "f"),
        28 => of.contact = Contact::Refused,
        _ => of.contact = Contact::Asleep,
    }
    let age = if number < 15 { "25-39" } else { "40-54" };
    answer(&mut of, "age_band", age);
    if number >= 18 {
        answer(&mut of, "sleeping_place", "tent");
    }
    if number < 12 {
        let told = ["years_1_3", "years_3_5"][usize::from(number % 2)];
        answer(&mut of, "duration", told);
    }
    of
}

impl Small {
    fn new() -> Self {
        let world = World::new();
        let live = world.live("run");
        let small = Self { world, live };
        small.write(1, |w| {
            for number in 0..30 {
                w.put_observation(&somebody(number));
            }
            w.put_observation(&squat(1, 60, place(-1_500.0, 980.0), 12));
            w.put_observation(&squat(1, 61, place(-500.0, 980.0), 9));
        });
        small.write(2, |w| {
            // Seen again, by another team that knew nothing of her; a coordinator says so.
            let mut again = observation(2, 125, somebody(25).fix.unwrap().coordinates);
            again.contact = Contact::Asleep;
            again.certainty = Certainty::Probable;
            w.put_observation(&again);
        });
        small.world.review(|w| {
            let slot = |id| SlotRef {
                observation: id,
                slot: 0,
            };
            w.put_decision(&Decision {
                id: DecisionId::from_random([9; 16]),
                one: slot(somebody(25).id),
                other: slot(observation(2, 125, place(0.0, 0.0)).id),
                verdict: Verdict::Same,
                author: AccountId::from_random([3; 16]),
                decided_at: AT,
                reason: None,
                undone_at: None,
            });
        });
        small
    }

    fn write(&self, number: u8, write: impl FnOnce(&mut maraude_core::document::Writer<'_>)) {
        let key = self.world.round_key(number, Some(number));
        self.world.tablet_writes(&key, device(number), None, |w| {
            w.put_departure(&key, &departure(number));
            write(w);
        });
        self.world.clock.advance(1_000);
    }

    fn close(&self, number: u8, coverage: Coverage, zero_found: bool) {
        self.write(number, |w| {
            w.put_closure(&Closure {
                id: ClosureId::from_random([number; 16]),
                stamp: Stamp {
                    device: device(number),
                    at: AT,
                },
                coverage,
                not_walked: None,
                zero_found,
                reopened_at: None,
            });
        });
    }

    fn lock(&self) {
        self.live.catch_up().unwrap();
        let mut campaign = self.live.view().campaign().unwrap().unwrap();
        campaign.state = CampaignState::Locked;
        self.world.plan(|w| w.put_campaign(&campaign));
    }

    fn told(&self, reader: Reader) -> Indicators {
        told(&self.live, reader)
    }
}

/// People by category of a breakdown.
fn people(of: &Indicators, breakdown: Breakdown) -> Vec<(&'static str, Option<u32>)> {
    let table = of.tables.iter().find(|table| table.breakdown == breakdown);
    let rows = table.unwrap().rows.iter();
    rows.map(|row| (row.code, row.people)).collect()
}

fn unit<'a>(of: &'a Indicators, code: &str) -> &'a Row {
    of.units.iter().find(|row| row.code == code).unwrap()
}

#[test]
fn the_coordination_reads_every_count_of_a_night() {
    let small = Small::new();
    let told = small.told(Reader::Coordination);
    assert!(told.unsettled.open && !told.unsettled.is_settled());
    assert_eq!(told.waits, None);
    let some = |list: &[(&'static str, u32)]| -> Vec<(&'static str, Option<u32>)> {
        list.iter()
            .map(|(code, people)| (*code, Some(*people)))
            .collect()
    };
    let check = |breakdown, expected: &[(&'static str, u32)]| {
        assert_eq!(people(&told, breakdown), some(expected), "{breakdown:?}");
    };
    check(
        Breakdown::Gender,
        &[("women", 3), ("men", 25), ("unknown", 2)],
    );
    let ages = [
        ("0-17", 0),
        ("18-24", 0),
        ("25-39", 15),
        ("40-54", 15),
        ("55+", 0),
        ("unknown", 0),
    ];
    check(Breakdown::Age, &ages);
    let igh = [("1a", 18), ("1b", 0), ("1c", 0), ("3f", 12), ("unknown", 0)];
    check(Breakdown::Igh, &igh);
    check(Breakdown::EthosLight, &[("1", 30), ("unknown", 0)]);
    check(Breakdown::Insee, &[("sans-abri", 30), ("unknown", 0)]);
    let durations = [
        ("under-month", 0),
        ("months-1-12", 0),
        ("years-1-5", 12),
        ("years-5", 0),
        ("unknown", 18),
    ];
    check(Breakdown::Duration, &durations);
    check(
        Breakdown::Household,
        &[
            ("alone", 0),
            ("couple", 0),
            ("family", 0),
            ("group", 0),
            ("unknown", 30),
        ],
    );
    let street = unit(&told, "street");
    assert_eq!((street.people, street.places), (Some(30), None));
    let squat = unit(&told, "squat");
    // Each told with two people more at most.
    assert_eq!((squat.people, squat.places), (Some(21), Some(2)));
    assert_eq!(squat.interval, Some([21, 25]));
    assert_eq!(unit(&told, "bidonville").people, Some(0));
}

#[test]
fn parts_have_the_interval_of_the_total() {
    let small = Small::new();
    let told = small.told(Reader::Coordination);
    let [low, high] = unit(&told, "street").interval.unwrap();
    // Thirty-one were filed and a decision took one out: nobody stands near anybody else.
    assert!(low <= 30 && (30..=31).contains(&high), "{low} to {high}");
    for table in &told.tables {
        let people: u32 = table.rows.iter().filter_map(|row| row.people).sum();
        assert_eq!(people, 30, "{:?}", table.breakdown);
        for row in &table.rows {
            let [low, high] = row.interval.unwrap();
            let people = row.people.unwrap();
            assert!(
                low <= people && people <= high,
                "{:?} {row:?}",
                table.breakdown
            );
        }
    }
}

#[test]
fn contacts_are_of_counted_observations() {
    let told = Small::new().told(Reader::Coordination);
    let Contacts {
        rows,
        asked_answered,
    } = told.contacts.unwrap();
    let of = |code: &str| rows.iter().find(|row| row.0 == code).unwrap().1;
    // Twenty-eight people and two squats answered; one refused; one slept, and one whom two teams saw.
    assert_eq!(of("answered"), Some(30));
    assert_eq!(of("refused"), Some(1));
    assert_eq!(of("asleep"), Some(2));
    assert_eq!(asked_answered, Some([31, 30]));
}

#[test]
fn zero_found_is_told_from_not_visited() {
    let small = Small::new();
    let third = sector(3);
    small.world.plan(|w| {
        w.put_sector(&Sector {
            id: third,
            code: "S3".into(),
            name: "Secteur 3".into(),
            zone: None,
            risk: RiskClass::Ordinary,
            boundary: geo::MultiPolygon(Vec::new()),
        });
    });
    let check = |expected: [u32; 6]| {
        let told = small.told(Reader::Figures).coverage;
        let sectors: Vec<u32> = told.iter().map(|(_, sectors)| *sectors).collect();
        // walked, zero, partial, under way, not walked, not visited
        assert_eq!(sectors, expected);
    };
    check([0, 0, 0, 2, 0, 1]);
    small.close(1, Coverage::Full, false);
    small.close(2, Coverage::Partial, false);
    check([1, 0, 1, 0, 0, 1]);
    let empty = small.world.round_key(3, Some(3));
    small.world.tablet_writes(&empty, device(3), None, |w| {
        w.put_departure(&empty, &departure(3));
    });
    small.close(3, Coverage::NotWalked, false);
    check([1, 0, 1, 0, 1, 0]);
    small.write(3, |w| {
        w.put_closure(&Closure {
            id: ClosureId::from_random([3; 16]),
            stamp: Stamp {
                device: device(3),
                at: AT,
            },
            coverage: Coverage::Full,
            not_walked: None,
            zero_found: true,
            reopened_at: None,
        });
    });
    check([1, 1, 1, 0, 0, 0]);
}

#[test]
fn who_works_on_figures_alone_reads_no_small_count() {
    let small = Small::new();
    let open = small.told(Reader::Figures);
    assert_eq!(open.waits, Some("campaign-open"));
    assert!(open.tables.is_empty() && open.contacts.is_none());
    assert_eq!(unit(&open, "street").people, Some(30));
    // Two squats: a release would tell neither.
    let squat = unit(&open, "squat");
    assert_eq!(
        (squat.people, squat.places, squat.interval),
        (None, None, None)
    );
    assert_eq!(open.outside, None);

    small.lock();
    let told = small.told(Reader::Figures);
    assert_eq!(told.waits, None);
    // Three women and two unknown are five, under eleven: nothing of the table stands.
    let gender = [("women", None), ("men", None), ("unknown", None)];
    assert_eq!(people(&told, Breakdown::Gender), gender);
    // Twelve told, eighteen did not, and nobody else: zeros are withheld, and the smallest with them.
    let shown = |breakdown| people(&told, breakdown).into_iter().filter_map(|row| row.1);
    assert_eq!(shown(Breakdown::Duration).collect::<Vec<_>>(), [18]);
    assert_eq!(shown(Breakdown::Igh).collect::<Vec<_>>(), [18]);
    assert_eq!(shown(Breakdown::EthosLight).count(), 0);
    for table in &told.tables {
        for row in &table.rows {
            assert!(row.people.is_none_or(|people| people >= 11), "{row:?}");
            assert_eq!(row.people.is_none(), row.interval.is_none());
        }
        let withheld: Vec<&Row> = table
            .rows
            .iter()
            .filter(|row| row.people.is_none())
            .collect();
        // What is withheld can never be one subtraction away.
        assert_ne!(withheld.len(), 1, "{:?}", table.breakdown);
        let told: u32 = table.rows.iter().filter_map(|row| row.people).sum();
        assert!(
            withheld.is_empty() || 30 - told >= 11,
            "{:?}",
            table.breakdown
        );
    }
    let contacts = told.contacts.unwrap();
    assert_eq!(contacts.asked_answered, None);
    assert!(
        contacts
            .rows
            .iter()
            .all(|row| row.1.is_none_or(|n| n >= 11))
    );
}
