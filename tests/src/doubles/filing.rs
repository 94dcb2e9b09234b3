//! What a team writes down of whom it meets, with the slips and blanks of a real night.

use super::ground::{Ground, Metres, apart_m};
use super::people::{COLOURS, Everybody, MARKS, SHELTERS, Somebody, Stay};
use super::walk::Meeting;
use super::{START_MS, World};
use crate::dice::Dice;
use maraude_core::model::{
    AgeInterval, Answer, Contact, Coordinates, DeviceId, LocalGroupId, Night as NightOf,
    ObservationId, ObservationKind, TeamId,
};
use maraude_linkage::{Gender, Household, LinkageObservation, Place};
use std::collections::{HashMap, HashSet};

/// What the teams wrote down, and the truth.
pub(super) struct Filed {
    pub observations: Vec<LinkageObservation>,
    pub truth: HashMap<ObservationId, Vec<Option<u32>>>,
}

const DAY_MS: i64 = 86_400_000;

/// Youngest age of each band.
const BANDS: [u8; 7] = [0, 18, 25, 35, 45, 55, 65];

pub(super) fn file(
    world: &World,
    everybody: &Everybody,
    ground: &Ground,
    (meetings, night): (&[Meeting], u32),
    dice: &mut Dice,
) -> Filed {
    let start_ms = START_MS + i64::from(night) * DAY_MS;
    let mut desk = Desk {
        world,
        everybody,
        ground,
        night: NightOf::of(start_ms, 60),
        start_ms,
        interviewed: HashSet::new(),
        fixes: HashMap::new(),
        filed: Filed {
            observations: Vec::new(),
            truth: HashMap::new(),
        },
    };
    for meeting in meetings {
        let stay = &everybody.stays[meeting.stay];
        let seen = world.detection * stay.shelter.visible() * meeting.care;
        if dice.chance(seen.clamp(0.5, 0.92)) {
            desk.meet(meeting, dice);
        }
    }
    desk.filed
}

/// A tablet takes a fix again within so many seconds, if it was this good, metres.
const REUSE_S: f64 = 20.0;
const GOOD_M: f64 = 15.0;

struct Desk<'a> {
    world: &'a World,
    everybody: &'a Everybody,
    ground: &'a Ground,
    night: NightOf,
    start_ms: i64,
    /// Stays that answered a team.
    interviewed: HashSet<usize>,
    /// The last good fix of each tablet, and its second.
    fixes: HashMap<DeviceId, (f64, Place)>,
    filed: Filed,
}

/// One passage of one team, as it is written down.
#[derive(Clone, Copy)]
struct Passage<'a> {
    stay: &'a Stay,
    team: TeamId,
    device: DeviceId,
    at: Metres,
    at_s: f64,
    contact: Contact,
    place: Option<Place>,
    met_before: bool,
}

impl Desk<'_> {
    fn meet(&mut self, meeting: &Meeting, dice: &mut Dice) {
        let stay = &self.everybody.stays[meeting.stay];
        let contact = self.contact(stay, meeting.at_s, dice);
        let at = self.ground.places[meeting.stay].at(meeting.at_s);
        let tablet = u32::from(dice.chance(0.3));
        let device = DeviceId::from_random(number(meeting.team * 2 + tablet));
        let passage = Passage {
            stay,
            team: TeamId::from_random(number(meeting.team)),
            device,
            at,
            at_s: meeting.at_s,
            contact,
            place: self.fix(device, meeting.at_s, at, dice),
            met_before: self.interviewed.contains(&meeting.stay),
        };
        self.write(passage, dice);
        if matches!(contact, Contact::Answered | Contact::Partial) {
            self.interviewed.insert(meeting.stay);
        }
        if dice.chance(self.world.entered_twice) {
            let device = DeviceId::from_random(number(meeting.team * 2 + 1 - tablet));
            let at_s = meeting.at_s + dice.between(20.0, 600.0);
            let again = Passage {
                device,
                at_s,
                place: self.fix(device, at_s, at, dice),
                ..passage
            };
            self.write(again, dice);
        }
        if contact == Contact::Asleep && dice.chance(self.world.interviewed_later) {
            let at_s = meeting.at_s + dice.between(900.0, 7_200.0);
            let there = self.ground.places[meeting.stay].at(at_s);
            if apart_m(there, at) < 1.0 {
                let later = Passage {
                    at_s,
                    contact: Contact::Answered,
                    place: self.fix(device, at_s, there, dice),
                    met_before: self.interviewed.contains(&meeting.stay),
                    ..passage
                };
                self.write(later, dice);
                self.interviewed.insert(meeting.stay);
            }
        }
    }

    /// Where a tablet says it is: the fix of a moment ago, while it is good and young.
    fn fix(&mut self, device: DeviceId, at_s: f64, at: Metres, dice: &mut Dice) -> Option<Place> {
        if let Some((then_s, place)) = self.fixes.get(&device)
            && (0.0..REUSE_S).contains(&(at_s - then_s))
        {
            return Some(*place);
        }
        let found = fix(self.world, at, dice);
        if let Some(place) = found
            && place.accuracy_m.is_some_and(|metres| metres <= GOOD_M)
        {
            self.fixes.insert(device, (at_s, place));
        }
        found
    }

    fn contact(&self, stay: &Stay, at_s: f64, dice: &mut Dice) -> Contact {
        if stay.shy && dice.chance(0.7) {
            return Contact::Refused;
        }
        let w = self.world;
        let late = at_s / super::ground::NIGHT_S;
        let asleep = w.asleep * (0.5 + 1.0 * late);
        let answered = (0.9 - asleep - w.observed).max(0.2);
        dice.weighted(&[
            (Contact::Asleep, asleep),
            (Contact::Observed, w.observed),
            (Contact::Refused, 0.04),
            (Contact::Language, 0.04),
            (Contact::Unsafe, 0.02),
            (Contact::Partial, 0.15 * answered),
            (Contact::Answered, 0.85 * answered),
        ])
    }

    fn write(&mut self, passage: Passage<'_>, dice: &mut Dice) {
        let stay = passage.stay;
        if stay.people.len() == 1 {
            let row = self.row(&passage, dice);
            let row = self.with_traits(row, &passage, stay.people[0], dice);
            self.keep(row, vec![Some(stay.people[0])]);
        } else if dice.chance(self.world.group_rows) {
            self.write_group(&passage, dice);
        } else {
            let group = dice
                .chance(0.9)
                .then(|| LocalGroupId::from_random(dice.bytes()));
            let told = dice.chance(0.9);
            let mut at_s = passage.at_s;
            for (turn, &who) in stay.people.iter().enumerate() {
                let hidden = stay.people.len() > 2 && dice.chance(0.08);
                if hidden {
                    continue;
                }
                let mut passage = passage;
                if turn > 0 {
                    // One form after the other: some follow at once, and take the same fix.
                    at_s += dice.between(4.0, 90.0);
                    passage.at_s = at_s;
                    passage.place = self.fix(passage.device, at_s, passage.at, dice);
                }
                let mut row = self.row(&passage, dice);
                row.local_group = group;
                if told && group.is_some() {
                    row.seen_together = Answer::Known(stay.people.len() as u32);
                }
                let row = self.with_traits(row, &passage, who, dice);
                self.keep(row, vec![Some(who)]);
            }
        }
    }

    fn write_group(&mut self, passage: &Passage<'_>, dice: &mut Dice) {
        let stay = passage.stay;
        let people = &self.everybody.people;
        let minor = |who: &&u32| people[**who as usize].age < 18.0;
        let of = |gender: Gender| -> Vec<Option<u32>> {
            let adults = stay.people.iter().filter(|who| !minor(who));
            let alike = adults.filter(|who| people[**who as usize].gender == gender);
            alike.copied().map(Some).collect()
        };
        let (mut men, women) = (of(Gender::Man), of(Gender::Woman));
        let minors: Vec<Option<u32>> = stay
            .people
            .iter()
            .filter(minor)
            .copied()
            .map(Some)
            .collect();
        if stay.people.len() > 2 && dice.chance(0.12) {
            if dice.chance(0.5) && men.len() > 1 {
                men.pop();
            } else {
                men.push(None);
            }
        }
        let mut row = self.row(passage, dice);
        row.kind = ObservationKind::Group;
        row.people = (men.len() + women.len() + minors.len()) as u32;
        if passage.contact != Contact::Asleep || dice.chance(0.5) {
            row.men = Answer::Known(men.len() as u32);
            row.women = Answer::Known(women.len() as u32);
            row.minors = Answer::Known(minors.len() as u32);
        }
        let first = &people[stay.people[0] as usize];
        self.told_by(&mut row, passage, first, dice);
        row.marks = marks(first, 0.4, self.world, dice).map_or(Answer::NotObserved, Answer::Known);
        self.keep(row, [men, women, minors].concat());
    }

    /// What everybody of the stay has in common.
    fn row(&self, passage: &Passage<'_>, dice: &mut Dice) -> LinkageObservation {
        let stay = passage.stay;
        let mut row = LinkageObservation::individual(
            ObservationId::from_random(dice.bytes()),
            self.night,
            (passage.team, passage.device),
            self.start_ms + (passage.at_s * 1_000.0) as i64,
        );
        row.contact = passage.contact;
        row.place = passage.place;
        if passage.contact == Contact::Refused && dice.chance(0.5) {
            return row;
        }
        let w = self.world;
        if !dice.chance(w.blank) {
            let shelter = if dice.chance(w.slip) {
                dice.weighted(&SHELTERS)
            } else {
                stay.shelter
            };
            row.shelter = Answer::Known(shelter.code().to_owned());
        }
        if !dice.chance(w.blank + 0.05) {
            let dogs = if dice.chance(w.slip) { 0 } else { stay.dogs };
            row.dogs = Answer::Known(dogs);
        }
        if !dice.chance(w.blank + 0.05) {
            let off = u32::from(stay.tents > 0 && dice.chance(w.slip));
            row.tents = Answer::Known(stay.tents + off);
        }
        row
    }

    fn with_traits(
        &self,
        mut row: LinkageObservation,
        passage: &Passage<'_>,
        who: u32,
        dice: &mut Dice,
    ) -> LinkageObservation {
        let w = self.world;
        let somebody = &self.everybody.people[who as usize];
        let (gender, age, eye) = match passage.contact {
            Contact::Answered => (1.0 - w.blank * 0.4, 1.0 - w.blank, false),
            Contact::Partial => (0.9, 0.6, false),
            Contact::Language => (0.85, 0.6, true),
            Contact::Observed => (0.75, 0.55, true),
            Contact::Asleep => (0.55, 0.30, true),
            Contact::Unsafe => (0.6, 0.35, true),
            Contact::Refused => (0.55, 0.40, true),
        };
        if dice.chance(gender) {
            let wrong = dice.chance(if eye {
                0.04 + w.slip / 2.0
            } else {
                w.slip / 5.0
            });
            row.gender = Answer::Known(match (somebody.gender, wrong) {
                (Gender::Man, false) | (Gender::Woman, true) => Gender::Man,
                _ => Gender::Woman,
            });
        }
        if dice.chance(age) {
            row.age = Answer::Known(band(somebody.age, eye, w, dice));
        }
        self.told_by(&mut row, passage, somebody, dice);
        let noted = match passage.contact {
            Contact::Refused => 0.25,
            Contact::Asleep => 0.40,
            _ => 0.60,
        };
        row.marks =
            marks(somebody, noted, self.world, dice).map_or(Answer::NotObserved, Answer::Known);
        row
    }

    /// What only somebody who answers can tell.
    fn told_by(
        &self,
        row: &mut LinkageObservation,
        passage: &Passage<'_>,
        somebody: &Somebody,
        dice: &mut Dice,
    ) {
        let w = self.world;
        let share = match passage.contact {
            Contact::Answered => 1.0,
            Contact::Partial => 0.5,
            Contact::Language => 0.3,
            _ => {
                if passage.contact == Contact::Refused {
                    row.language = Answer::Refused;
                    row.household = Answer::Refused;
                } else if dice.chance(0.4) {
                    row.household = Answer::Known(passage.stay.household);
                }
                return;
            }
        };
        if dice.chance(share * (1.0 - w.blank)) {
            let language = if dice.chance(w.slip) {
                "fr"
            } else {
                somebody.language
            };
            row.language = Answer::Known(language.to_owned());
        }
        if dice.chance(share * (1.0 - w.blank)) {
            let household = match passage.stay.household {
                Household::Couple | Household::Alone if dice.chance(w.slip) => Household::Group,
                other => other,
            };
            row.household = Answer::Known(household);
        }
        if dice.chance(share)
            && let Some(key) = somebody.pseudonym
        {
            let key = if dice.chance(w.slip) {
                dice.whole(0, 400_000_000)
            } else {
                key
            };
            row.pseudonym = Answer::Known(format!("p{key:08x}"));
        }
        if passage.contact != Contact::Language && !dice.chance(w.blank) {
            let yes = if passage.met_before {
                w.remembers
            } else {
                0.03
            };
            row.already_surveyed = Answer::Known(dice.chance(yes));
        }
    }

    fn keep(&mut self, row: LinkageObservation, people: Vec<Option<u32>>) {
        self.filed.truth.insert(row.id, people);
        self.filed.observations.push(row);
    }
}

/// An age as told, or as seen: one band off now and then, or two bands wide.
fn band(age: f64, eye: bool, world: &World, dice: &mut Dice) -> AgeInterval {
    let believed = if eye { age + 6.0 * dice.normal() } else { age };
    let own = BANDS
        .iter()
        .rposition(|&from| f64::from(from) <= believed.max(0.0))
        .unwrap_or(0);
    let slipped = match dice.chance(world.slip) {
        true if dice.chance(0.5) => own + 1,
        true => own.saturating_sub(1),
        false => own,
    };
    let first = slipped.min(BANDS.len() - 1);
    let wide = usize::from(eye && first > 0 && dice.chance(0.3));
    let last = (first + wide).min(BANDS.len() - 1);
    AgeInterval {
        from_years: BANDS[first],
        to_years: BANDS.get(last + 1).map_or(120, |next| next - 1),
    }
}

fn marks(of: &Somebody, noted: f64, world: &World, dice: &mut Dice) -> Option<String> {
    let mut words = Vec::new();
    for &(mark, colour) in &of.marks {
        if !dice.chance(noted) {
            continue;
        }
        let thing = &MARKS[mark];
        let way = if dice.chance(world.own_words) {
            *dice.pick(thing.own)
        } else if dice.chance(0.75) {
            thing.usual[0]
        } else {
            *dice.pick(thing.usual)
        };
        let mut told = if dice.chance(0.05) {
            typo(way, dice)
        } else {
            way.to_owned()
        };
        if dice.chance(0.15) {
            told = told.replace(['é', 'è', 'ê'], "e").replace(['â', 'à'], "a");
        }
        if dice.chance(0.1) {
            told.push('s');
        }
        if thing.coloured && dice.chance(0.8) {
            let colour = if dice.chance(0.08) {
                *dice.pick(&COLOURS)
            } else {
                COLOURS[colour]
            };
            told = format!("{told} {colour}{}", if dice.chance(0.3) { "e" } else { "" });
        }
        words.push(told);
    }
    (!words.is_empty()).then(|| words.join(", "))
}

/// Two letters swapped.
fn typo(word: &str, dice: &mut Dice) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    if letters.len() > 3 {
        let at = dice.whole(1, letters.len() as u32 - 3) as usize;
        letters.swap(at, at + 1);
    }
    letters.into_iter().collect()
}

fn fix(world: &World, at: Metres, dice: &mut Dice) -> Option<Place> {
    if dice.chance(world.no_fix) {
        return None;
    }
    let accuracy_m = (world.accuracy_m * (0.55 * dice.normal()).exp()).clamp(4.0, 60.0);
    let worse = if dice.chance(world.bad_fix) {
        dice.between(2.0, 5.0)
    } else {
        1.0
    };
    // A 68 % radius is 1.515 standard deviations of each axis; the team stands a little beside.
    let sigma = (accuracy_m / 1.515 * worse).hypot(4.0);
    let east = at[0] + sigma * dice.normal();
    let north = at[1] + sigma * dice.normal();
    let latitude = 43.5 + north / 111_195.0;
    Some(Place {
        coordinates: Coordinates {
            longitude: 3.7 + east / (111_195.0 * latitude.to_radians().cos()),
            latitude,
        },
        accuracy_m: Some((accuracy_m * 10.0).round() / 10.0),
    })
}

fn number(of: u32) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&of.to_be_bytes());
    bytes
}
