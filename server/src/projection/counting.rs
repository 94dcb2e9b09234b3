//! What is in the figure (design D14): distinct lines, never added up.

use super::{ObservationLine, Unit};
use maraude_core::geography::distance_m;
use maraude_core::model::{Certainty, Contact, Coordinates, ObservationKind, Ruling, SiteId};

/// Two observations of a squat or bidonville that no known place links are of one place when
/// they are this near, metres (design D11: a spot).
pub const ONE_PLACE_M: f64 = 30.0;

/// Why an observation is in the figure or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Counting {
    /// In the figure.
    Counted,
    /// Doubtful: out until a coordinator rules.
    Doubtful,
    /// Arrived after the campaign was locked: out until a coordinator rules.
    SetApart,
    /// A coordinator ruled it out.
    RuledOut,
    /// Taken back by its team.
    Withdrawn,
    /// A sector walked in vain: nobody to count.
    Nobody,
}

/// Whether an observation is in the figure: a ruling wins over doubt and lateness; nothing wins
/// over a withdrawal.
pub fn counting(line: &ObservationLine) -> Counting {
    if !line.observation.stands() {
        return Counting::Withdrawn;
    }
    if line.observation.kind == ObservationKind::ZeroSector {
        return Counting::Nobody;
    }
    match line.ruling {
        Some(Ruling::DoNotCount) => Counting::RuledOut,
        Some(Ruling::AskTeam) => Counting::Doubtful,
        None if line.late => Counting::SetApart,
        None if line.observation.certainty == Certainty::Doubtful => Counting::Doubtful,
        Some(Ruling::Count) | None => Counting::Counted,
    }
}

/// A squat or bidonville, with all that was observed of it.
#[derive(Debug, Clone, PartialEq)]
pub struct LastingPlace {
    /// Squat or bidonville.
    pub unit: Unit,
    /// The known place, where it is one.
    pub site: Option<SiteId>,
    /// Where, from the first observation that has a position.
    pub at: Option<Coordinates>,
    /// People in it: at least, at most.
    pub people: [u32; 2],
    /// Indices of its observations among the lines given.
    pub lines: Vec<usize>,
}

/// Squats and bidonvilles among counted lines. Observations of one place are never added up: a
/// place holds what its best observation says, or the people met in it one by one, whichever is
/// more.
pub fn lasting_places(lines: &[ObservationLine]) -> Vec<LastingPlace> {
    let mut places: Vec<LastingPlace> = Vec::new();
    for (n, line) in lines.iter().enumerate() {
        let unit = line.unit();
        if !matches!(unit, Unit::Squat | Unit::Bidonville) || counting(line) != Counting::Counted {
            continue;
        }
        let placement = line.placement.as_ref();
        let site = placement.and_then(|p| p.site);
        let at = placement.and_then(|p| p.position.map(|position| position.coordinates));
        let same = |place: &LastingPlace| {
            place.unit == unit
                && match (place.site, site) {
                    (Some(one), Some(other)) => one == other,
                    _ => near(place.at, at),
                }
        };
        match places.iter_mut().find(|place| same(place)) {
            Some(place) => {
                place.lines.push(n);
                place.site = place.site.or(site);
                place.at = place.at.or(at);
            }
            None => places.push(LastingPlace {
                unit,
                site,
                at,
                people: [0, 0],
                lines: vec![n],
            }),
        }
    }
    for place in &mut places {
        place.people = people_in(lines, &place.lines);
    }
    places
}

fn near(one: Option<Coordinates>, other: Option<Coordinates>) -> bool {
    one.zip(other)
        .is_some_and(|(one, other)| distance_m(one, other) <= ONE_PLACE_M)
}

fn people_in(lines: &[ObservationLine], members: &[usize]) -> [u32; 2] {
    let mut told = [0, 0];
    let mut met = [0, 0];
    for n in members {
        let observation = &lines[*n].observation;
        let heads = [observation.heads.at_least(), observation.heads.at_most()];
        if observation.kind == ObservationKind::Site {
            told = [told[0].max(heads[0]), told[1].max(heads[1])];
        } else {
            met = [met[0] + heads[0], met[1] + heads[1]];
        }
    }
    [told[0].max(met[0]), told[1].max(met[1])]
}

/// Heads as filed, before doubles are taken out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FiledFigures {
    /// Observations that stand.
    pub observations: u32,
    /// People in the street: at least, at most.
    pub street: [u32; 2],
    /// Squats.
    pub squats: u32,
    /// People in them.
    pub squat_people: [u32; 2],
    /// Bidonvilles.
    pub bidonvilles: u32,
    /// People in them.
    pub bidonville_people: [u32; 2],
    /// People told by partners: at least.
    pub partner_people: u32,
    /// Doubtful observations, out until decided.
    pub doubtful: u32,
    /// First contacts tried: the person was asked.
    pub asked: u32,
    /// Of these, who answered wholly or in part.
    pub answered: u32,
}

impl FiledFigures {
    /// Share of first contacts who answered, per cent; none while nobody was asked.
    pub fn answered_percent(&self) -> Option<u8> {
        let percent = (u64::from(self.answered) * 100).checked_div(u64::from(self.asked))?;
        u8::try_from(percent).ok()
    }
}

/// The figure as filed.
pub fn filed_figures(lines: &[ObservationLine]) -> FiledFigures {
    let mut figures = FiledFigures::default();
    let add = |sum: &mut [u32; 2], people: [u32; 2]| {
        sum[0] += people[0];
        sum[1] += people[1];
    };
    for line in lines {
        let observation = &line.observation;
        figures.observations += u32::from(observation.stands());
        match counting(line) {
            Counting::Counted => {}
            Counting::Doubtful => {
                figures.doubtful += 1;
                continue;
            }
            _ => continue,
        }
        let heads = [observation.heads.at_least(), observation.heads.at_most()];
        match line.unit() {
            Unit::Street => add(&mut figures.street, heads),
            Unit::Partner => figures.partner_people += heads[0],
            _ => {}
        }
        match observation.contact {
            Contact::Answered | Contact::Partial => {
                figures.asked += 1;
                figures.answered += 1;
            }
            Contact::Refused | Contact::Language => figures.asked += 1,
            Contact::Asleep | Contact::Unsafe | Contact::Observed => {}
        }
    }
    for place in lasting_places(lines) {
        if place.unit == Unit::Squat {
            figures.squats += 1;
            add(&mut figures.squat_people, place.people);
        } else {
            figures.bidonvilles += 1;
            add(&mut figures.bidonville_people, place.people);
        }
    }
    figures
}
