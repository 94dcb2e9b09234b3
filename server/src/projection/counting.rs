//! What is in the figure (design D14): distinct lines, never added up.

use super::{ObservationLine, Standing, Unit};
use maraude_core::geography::distance_m;
use maraude_core::model::{Certainty, Contact, Coordinates, ObservationKind, Ruling, SiteId};

/// Two observations of a squat or bidonville that no known place links are of one place when
/// they are this near, metres (design D11: a spot).
pub const ONE_PLACE_M: f64 = 30.0;

/// Farthest that somebody met at a door may be filed from the place, metres: beyond it stands the
/// next house.
const DOOR_M: f64 = 100.0;

/// Why an observation is in the figure or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Counting {
    /// In the figure.
    Counted,
    /// Doubtful: out until a coordinator rules.
    Doubtful,
    /// Arrived after the campaign was locked: out until a coordinator rules.
    SetApart,
    /// Its sector was recorded more than once that night, and another strand is in the figure: out
    /// until a coordinator decides.
    Rival,
    /// A coordinator ruled it, or all of its strand, out.
    RuledOut,
    /// Taken back by its team.
    Withdrawn,
    /// A sector walked in vain: nobody to count.
    Nobody,
}

/// Whether an observation is in the figure: a ruling wins over doubt and lateness; nothing wins
/// over a withdrawal, nor over a strand that does not count.
pub fn counting(line: &ObservationLine) -> Counting {
    if !line.observation.stands() {
        return Counting::Withdrawn;
    }
    if line.observation.kind == ObservationKind::ZeroSector {
        return Counting::Nobody;
    }
    match line.standing {
        Standing::Waiting => return Counting::Rival,
        Standing::RuledOut => return Counting::RuledOut,
        Standing::Counted => {}
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
    /// Its head-count, where one was told: at least, at most.
    pub told: Option<[u32; 2]>,
    /// People met in it or at its door, one by one or in groups: at least, at most.
    pub met: [u32; 2],
    /// People in it: at least, at most. Those met are inside the head-count, never added to it.
    pub people: [u32; 2],
    /// Indices of its observations among the lines given.
    pub lines: Vec<usize>,
}

/// Squats and bidonvilles among counted lines. Observations of one place are never added up: a
/// place holds what its best observation says, or the people met in it, whichever is more.
/// `distinct` tells how many people some lines stand for at least, doubles taken out where somebody
/// can tell.
pub fn lasting_places(
    lines: &[ObservationLine],
    distinct: &dyn Fn(&[&ObservationLine]) -> u32,
) -> Vec<LastingPlace> {
    let mut places: Vec<LastingPlace> = Vec::new();
    let mut order: Vec<usize> = (0..lines.len())
        .filter(|n| {
            let line = &lines[*n];
            let lasting = matches!(line.unit(), Unit::Squat | Unit::Bidonville);
            lasting && counting(line) == Counting::Counted
        })
        .collect();
    // Places first, then whom they are the door of; the order of arrival changes nothing.
    order.sort_by_key(|n| {
        let observation = &lines[*n].observation;
        (observation.kind != ObservationKind::Site, observation.id)
    });
    for n in order {
        let line = &lines[n];
        let site = line.placement.as_ref().and_then(|p| p.site);
        let at = position(line);
        match home(&places, line, site) {
            Some(index) => {
                let place = &mut places[index];
                place.lines.push(n);
                place.site = place.site.or(site);
                place.at = place.at.or(at);
            }
            None => places.push(LastingPlace {
                unit: line.unit(),
                site,
                at,
                told: None,
                met: [0, 0],
                people: [0, 0],
                lines: vec![n],
            }),
        }
    }
    for place in &mut places {
        place.lines.sort_unstable();
        fill_people(place, lines, distinct);
    }
    places
}

fn position(line: &ObservationLine) -> Option<Coordinates> {
    let position = line.placement.as_ref()?.position?;
    Some(position.coordinates)
}

/// The place a line is of: the known one it names, else the nearest in reach.
fn home(places: &[LastingPlace], line: &ObservationLine, site: Option<SiteId>) -> Option<usize> {
    let of_unit = || {
        let of = places.iter().enumerate();
        of.filter(|(_, place)| place.unit == line.unit())
    };
    if let Some(site) = site
        && let Some((index, _)) = of_unit().find(|(_, place)| place.site == Some(site))
    {
        return Some(index);
    }
    let here = position(line)?;
    let near = of_unit().filter_map(|(index, place)| {
        let other_known = place.site.is_some() && site.is_some();
        let metres = distance_m(place.at?, here);
        (!other_known && metres <= reach_m(line)).then_some((index, metres))
    });
    let nearest = near.min_by(|a, b| a.1.total_cmp(&b.1));
    nearest.map(|(index, _)| index)
}

/// How far a line's place may be from the squat or bidonville it is of: people at a door are as
/// far from its head-count's pin as their fix is wrong.
fn reach_m(line: &ObservationLine) -> f64 {
    if line.observation.kind == ObservationKind::Site {
        return ONE_PLACE_M;
    }
    let placed = line.placement.as_ref().and_then(|p| p.position);
    let accuracy_m = placed.and_then(|p| p.accuracy_m).unwrap_or(0.0);
    (ONE_PLACE_M + accuracy_m).min(DOOR_M)
}

fn fill_people(
    place: &mut LastingPlace,
    lines: &[ObservationLine],
    distinct: &dyn Fn(&[&ObservationLine]) -> u32,
) {
    let mut met: Vec<&ObservationLine> = Vec::new();
    let mut filed = [0, 0];
    for n in &place.lines {
        let observation = &lines[*n].observation;
        let heads = [observation.heads.at_least(), observation.heads.at_most()];
        if observation.kind == ObservationKind::Site {
            let told = place.told.get_or_insert([0, 0]);
            *told = [told[0].max(heads[0]), told[1].max(heads[1])];
        } else {
            met.push(&lines[*n]);
            filed = [filed[0] + heads[0], filed[1] + heads[1]];
        }
    }
    let least = distinct(&met).min(filed[0]);
    place.met = [least, filed[1] - (filed[0] - least)];
    let told = place.told.unwrap_or([0, 0]);
    place.people = [told[0].max(place.met[0]), told[1].max(place.met[1])];
}

/// People some lines stand for at least, as filed: doubles are not taken out.
pub fn filed_people(lines: &[&ObservationLine]) -> u32 {
    let heads = lines.iter().map(|line| line.observation.heads.at_least());
    heads.sum()
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
    for place in lasting_places(lines, &filed_people) {
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
