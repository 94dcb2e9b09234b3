//! What a team writes down of whom it meets: forms and answers, with the slips of a real night.

use super::ground::{Ground, Metres};
use super::landmarks::typed_beside;
use super::people::{AGE_BANDS, Person, age_band};
use super::route::Visit;
use super::stay::{NIGHT_S, Stay};
use super::{World, place_code};
use crate::dice::Dice;
use maraude_core::form::FormKind;
use maraude_core::model::{Answer, AnswerValue, ObservationKind, SiteKind, SleepingPlace};
use std::collections::BTreeSet;

/// How a contact went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Questions answered.
    Answered,
    /// Some of them.
    Partial,
    /// Declined.
    Refused,
    /// Asleep.
    Asleep,
    /// No common language.
    Language,
    /// Not safe.
    Unsafe,
    /// Seen only.
    Observed,
}

/// A fix as the tablet reports it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fix {
    /// `[longitude, latitude]`.
    pub at: [f64; 2],
    /// 68 % radius told, metres.
    pub accuracy_m: f64,
}

/// One observation to come, with its truth.
#[derive(Debug, Clone)]
pub struct Encounter {
    /// Second of the night.
    pub at_s: u32,
    /// Team, by index.
    pub team: u32,
    /// Tablet of the team, 0 or 1.
    pub tablet: u32,
    /// Sector of the round, by index.
    pub sector: usize,
    /// Kind it will have.
    pub kind: ObservationKind,
    /// How the contact went.
    pub outcome: Outcome,
    /// Form it is filled in.
    pub form: FormKind,
    /// Answers in the order they are given.
    pub answers: Vec<(&'static str, Answer<AnswerValue>)>,
    /// The tablet's fix; none where there was none.
    pub fix: Option<Fix>,
    /// The place as typed, where there was no fix and something stands near.
    pub typed: Option<String>,
    /// Known place, by index.
    pub site: Option<usize>,
    /// Who is in each slot, by index; none where the team counted somebody who is not there.
    pub people: Vec<Option<u32>>,
}

type Answered = Vec<(&'static str, Answer<AnswerValue>)>;

fn choice(code: impl Into<String>) -> Answer<AnswerValue> {
    Answer::Known(AnswerValue::Choice(code.into()))
}

fn number(value: u32) -> Answer<AnswerValue> {
    Answer::Known(AnswerValue::Integer(i64::from(value)))
}

/// All street observations of the visits.
pub(super) fn record(
    world: &World,
    stays: &[Stay],
    people: &[Person],
    visits: &[Visit],
    dice: &mut Dice,
) -> Vec<Encounter> {
    let mut recorded = Vec::new();
    let mut answered: BTreeSet<usize> = BTreeSet::new();
    for visit in visits {
        let stay = &stays[visit.stay];
        let outcome = outcome(world, stay, visit.at_s, dice);
        let writer = Writer {
            world,
            stay,
            people,
            met_before: answered.contains(&visit.stay),
        };
        let first = writer.write(visit, outcome, dice);
        if matches!(outcome, Outcome::Answered | Outcome::Partial) {
            answered.insert(visit.stay);
        }
        if dice.chance(world.entered_twice) {
            let mut twice = writer.write(visit, outcome, dice);
            twice.tablet = 1 - first.tablet;
            twice.at_s += dice.whole(20, 500);
            recorded.push(twice);
        }
        let later = outcome == Outcome::Asleep && dice.chance(world.interviewed_later);
        if later {
            let mut again = *visit;
            again.at_s += dice.whole(900, 4_000);
            if stay.at(again.at_s).to(stay.at(visit.at_s)) < 1.0 {
                recorded.push(writer.write(&again, Outcome::Answered, dice));
                answered.insert(visit.stay);
            }
        }
        recorded.push(first);
    }
    recorded
}

fn outcome(world: &World, stay: &Stay, at_s: u32, dice: &mut Dice) -> Outcome {
    let late = f64::from(at_s) / f64::from(NIGHT_S);
    let closed = matches!(stay.place, SleepingPlace::Tent | SleepingPlace::Vehicle);
    let asleep = world.asleep * (0.6 + 0.8 * late) * if closed { 1.5 } else { 1.0 };
    dice.weighted(&[
        (Outcome::Asleep, asleep),
        (Outcome::Refused, world.refuses),
        (Outcome::Language, 0.04),
        (Outcome::Unsafe, 0.02),
        (Outcome::Observed, 0.16),
        (Outcome::Partial, 0.10),
        (Outcome::Answered, 0.40),
    ])
}

struct Writer<'a> {
    world: &'a World,
    stay: &'a Stay,
    people: &'a [Person],
    met_before: bool,
}

impl Writer<'_> {
    fn write(&self, visit: &Visit, outcome: Outcome, dice: &mut Dice) -> Encounter {
        let (form, answers, slots) = match outcome {
            Outcome::Answered | Outcome::Partial => self.interview(outcome, dice),
            Outcome::Refused if dice.chance(0.5) => self.declined(),
            Outcome::Observed if self.stay.people.len() > 1 || dice.chance(0.6) => {
                self.counted(dice)
            }
            _ => self.without_contact(outcome, dice),
        };
        let kind = if slots.len() == 1 {
            ObservationKind::Individual
        } else {
            ObservationKind::Group
        };
        let place = self.stay.at(visit.at_s);
        let tablet = u32::from(dice.chance(0.35));
        let fix = fix(self.world, place, dice);
        Encounter {
            at_s: visit.at_s,
            team: visit.team,
            tablet,
            sector: visit.sector,
            kind,
            outcome,
            form,
            answers,
            typed: typed_beside(place).filter(|_| fix.is_none()),
            fix,
            site: None,
            people: slots,
        }
    }

    fn slipped(&self, dice: &mut Dice) -> bool {
        dice.chance(self.world.slip)
    }

    /// Apparent men, women, minors, in the order of slots.
    fn by_appearance(&self) -> (u32, u32, u32, Vec<Option<u32>>) {
        let of = |wanted: fn(&Person) -> bool| -> Vec<Option<u32>> {
            let all = self.stay.people.iter().copied();
            all.filter(|&who| wanted(&self.people[who as usize]))
                .map(Some)
                .collect()
        };
        let men = of(|p| p.age >= 18 && p.gender == "m");
        let women = of(|p| p.age >= 18 && p.gender == "f");
        let minors = of(|p| p.age < 18);
        let numbers = (men.len() as u32, women.len() as u32, minors.len() as u32);
        let slots = [men, women, minors].concat();
        (numbers.0, numbers.1, numbers.2, slots)
    }

    /// The counters, sometimes one off in larger groups.
    fn counters(&self, dice: &mut Dice) -> (Answered, Vec<Option<u32>>) {
        let (mut men, women, minors, mut slots) = self.by_appearance();
        if slots.len() >= 3 && dice.chance(0.12) {
            if men > 1 && dice.chance(0.5) {
                men -= 1;
                slots.remove(0);
            } else {
                men += 1;
                slots.insert(0, None);
            }
        }
        let answers = [("n_men", men), ("n_women", women), ("n_minors", minors)]
            .into_iter()
            .filter(|(_, heads)| *heads > 0)
            .map(|(name, heads)| (name, number(heads)))
            .collect();
        (answers, slots)
    }

    fn counted(&self, dice: &mut Dice) -> (FormKind, Answered, Vec<Option<u32>>) {
        let (mut answers, slots) = self.counters(dice);
        answers.push(("sleeping_place", choice(place_code(self.stay.place))));
        self.belongings(&mut answers, dice);
        doubt(&mut answers, dice);
        (FormKind::Count, answers, slots)
    }

    fn declined(&self) -> (FormKind, Answered, Vec<Option<u32>>) {
        let heads = self.stay.people.len() as u32;
        let answers = vec![
            ("consent", choice("no")),
            ("people_at_least", number(heads)),
        ];
        let slots = self.stay.people.iter().copied().map(Some).collect();
        (FormKind::Interview, answers, slots)
    }

    fn without_contact(
        &self,
        outcome: Outcome,
        dice: &mut Dice,
    ) -> (FormKind, Answered, Vec<Option<u32>>) {
        let reason = match outcome {
            Outcome::Asleep => "asleep",
            Outcome::Refused => "refused",
            Outcome::Language => "language",
            Outcome::Unsafe => "unsafe",
            _ => "observed",
        };
        let mut answers = vec![
            ("reason", choice(reason)),
            ("sleeping_place", choice(place_code(self.stay.place))),
        ];
        let closed = matches!(
            self.stay.place,
            SleepingPlace::Tent | SleepingPlace::Vehicle
        );
        let mut slots: Vec<Option<u32>> = self.stay.people.iter().copied().map(Some).collect();
        if closed && dice.chance(0.6) {
            answers.push(("heads_unknown", choice("unknown")));
            slots.truncate(1);
        } else {
            answers.push(("people_at_least", number(slots.len() as u32)));
        }
        if outcome != Outcome::Refused {
            if slots.len() == 1 && !closed {
                self.traits(&mut answers, 0.6, dice);
            }
            self.belongings(&mut answers, dice);
            doubt(&mut answers, dice);
        }
        (FormKind::NoContact, answers, slots)
    }

    fn interview(
        &self,
        outcome: Outcome,
        dice: &mut Dice,
    ) -> (FormKind, Answered, Vec<Option<u32>>) {
        let full = outcome == Outcome::Answered;
        let mut answers = vec![("consent", choice(if full { "yes" } else { "some" }))];
        let knows = if self.met_before { 0.75 } else { 0.03 };
        let told = if dice.chance(knows) { "yes" } else { "no" };
        answers.push(("already_surveyed", choice(told)));
        answers.push(("sleeping_place", choice(place_code(self.stay.place))));
        answers.push(("household", choice(self.stay.household)));
        let slots = if self.stay.people.len() > 1 {
            let (counters, slots) = self.counters(dice);
            answers.extend(counters);
            slots
        } else {
            vec![Some(self.stay.people[0])]
        };
        self.traits(&mut answers, if full { 0.95 } else { 0.6 }, dice);
        let first = &self.people[self.stay.people[0] as usize];
        if dice.chance(if full { 0.9 } else { 0.3 }) {
            answers.push(("duration", choice(first.duration)));
        } else {
            answers.push(("duration", Answer::Refused));
        }
        if dice.chance(0.85) {
            answers.push(("language", choice(first.language)));
        }
        self.belongings(&mut answers, dice);
        (FormKind::Interview, answers, slots)
    }

    /// Gender and age of the first person, as seen or told.
    fn traits(&self, answers: &mut Answered, chance: f64, dice: &mut Dice) {
        let person = &self.people[self.stay.people[0] as usize];
        if dice.chance(chance) {
            let wrong = dice.chance(self.world.slip / 4.0);
            let gender = match (person.gender, wrong) {
                ("m", false) | ("f", true) => "m",
                _ => "f",
            };
            answers.push(("gender", choice(gender)));
        }
        if dice.chance(chance * 0.9) {
            let band = age_band(person.age);
            let told = if self.slipped(dice) {
                if dice.chance(0.5) {
                    band + 1
                } else {
                    band.saturating_sub(1)
                }
            } else {
                band
            };
            answers.push(("age_band", choice(AGE_BANDS[told.min(AGE_BANDS.len() - 1)])));
        }
    }

    /// Tents, dogs, marks.
    fn belongings(&self, answers: &mut Answered, dice: &mut Dice) {
        if self.stay.tents > 0 && dice.chance(0.9) {
            answers.push(("n_tents", number(self.stay.tents)));
        }
        if (self.stay.dogs > 0 && dice.chance(0.85)) || dice.chance(0.25) {
            answers.push(("n_dogs", number(self.stay.dogs)));
        }
        let person = &self.people[self.stay.people[0] as usize];
        let codes: Vec<String> = person
            .mark_codes
            .iter()
            .filter(|_| dice.chance(0.75))
            .map(|code| (*code).to_owned())
            .collect();
        if !codes.is_empty() {
            answers.push(("mark_codes", Answer::Known(AnswerValue::Choices(codes))));
        }
        if let Some(words) = person.mark_words.clone().filter(|_| dice.chance(0.5)) {
            answers.push(("marks", Answer::Known(AnswerValue::Text(words))));
        }
    }
}

/// Teams are not always sure that somebody sleeps there.
fn doubt(answers: &mut Answered, dice: &mut Dice) {
    if dice.chance(0.06) {
        answers.push(("certainty", choice("doubtful")));
    }
}

fn fix(world: &World, at: Metres, dice: &mut Dice) -> Option<Fix> {
    if dice.chance(world.no_fix) {
        return None;
    }
    let accuracy_m = (world.accuracy_m * (0.55 * dice.normal()).exp()).clamp(4.0, 60.0);
    let worse = if dice.chance(world.bad_fix) {
        dice.between(2.5, 7.0)
    } else {
        1.0
    };
    // A 68 % radius is 1.515 standard deviations of each axis.
    let sigma = accuracy_m / 1.515 * worse;
    let observed = at.plus(sigma * dice.normal(), sigma * dice.normal());
    let beside = observed.plus(3.0 * dice.normal(), 3.0 * dice.normal());
    Some(Fix {
        at: beside.degrees(),
        accuracy_m: (accuracy_m * 10.0).round() / 10.0,
    })
}

/// Squats, bidonvilles and camps that are counted, a few found that nobody knew, partner counts
/// and the sector walked in vain.
pub(super) fn record_places(
    ground: &Ground,
    world: &World,
    team_of_sector: &[Option<u32>],
    recorded: &mut Vec<Encounter>,
    dice: &mut Dice,
) {
    let base = |sector: usize, at: Metres, dice: &mut Dice| {
        let team = team_of_sector[sector]?;
        Some(Encounter {
            typed: None,
            at_s: dice.whole(1_200, NIGHT_S - 600),
            team,
            tablet: 0,
            sector,
            kind: ObservationKind::Site,
            outcome: Outcome::Observed,
            form: FormKind::Site,
            answers: Vec::new(),
            fix: fix(world, at, dice),
            site: None,
            people: Vec::new(),
        })
    };
    for (index, place) in ground.places.iter().enumerate() {
        let Some(mut made) = base(place.sector, Metres::of(place.at), dice) else {
            continue;
        };
        made.site = Some(index);
        made.answers = residents(place.kind, place.expected, dice);
        recorded.push(made);
    }
    let full: Vec<usize> = (0..ground.sectors.len())
        .filter(|&s| !ground.sectors[s].empty)
        .collect();
    for kind in [SiteKind::Squat, SiteKind::Squat, SiteKind::Bidonville] {
        let sector = *dice.pick(&full);
        let corners = ground.sectors[sector].corners();
        let centre = corners[0].plus(
            (corners[2].east - corners[0].east) * dice.between(0.3, 0.7),
            (corners[2].north - corners[0].north) * dice.between(0.3, 0.7),
        );
        if let Some(mut made) = base(sector, centre, dice) {
            made.answers = residents(kind, (6, 16), dice);
            recorded.push(made);
        }
    }
    for (premises, heads) in [("station", 14), ("hospital", 5), ("car_park", 8)] {
        let sector = *dice.pick(&full);
        let at = Metres::of(ground.sectors[sector].ring[0]).plus(150.0, 150.0);
        if let Some(mut made) = base(sector, at, dice) {
            made.kind = ObservationKind::PartnerCount;
            made.form = FormKind::PartnerCount;
            made.answers = vec![
                ("sleeping_place", choice(premises)),
                ("people_at_least", number(heads + dice.whole(0, 4))),
                ("how_known", choice("declared")),
            ];
            recorded.push(made);
        }
    }
}

fn residents(kind: SiteKind, expected: (u32, u32), dice: &mut Dice) -> Answered {
    let code = match kind {
        SiteKind::Squat => "squat",
        SiteKind::Bidonville => "bidonville",
        SiteKind::Camp => "camp",
    };
    let told = dice.whole(expected.0, expected.1);
    let mut answers = vec![("site_kind", choice(code))];
    if dice.chance(0.75) {
        answers.push(("declared_at_least", number(told)));
        answers.push(("declared_at_most", number(told + dice.whole(0, 6))));
        answers.push(("how_known", choice("declared")));
    } else {
        answers.push(("counted", number(told)));
    }
    if dice.chance(0.6) {
        answers.push(("n_minors", number(told / 4)));
    }
    if kind == SiteKind::Bidonville {
        answers.push(("n_huts", number(told / 3)));
    }
    answers
}
