//! Taken again one by one, acts lead from the night nobody decided on to today's figure.

use super::super::state::Source;
use super::*;
use crate::projection::fixtures::{AT, night, observation, place, squat, team};
use crate::projection::{PlacementRow, Standing};
use maraude_core::form::questionnaire;
use maraude_core::model::{
    AdjudicationId, Certainty, CorrectionId, CorrectionKind, DecisionId, DocumentId, Position,
    PositionSource, Ruling, SlotRef, Verdict,
};
use maraude_linkage::{Parameters, link};
use proptest::prelude::*;

const WHO: AccountId = AccountId::from_bytes([9; 16]);

/// Observations 1 to 8 of four teams in a street, 9 and 10 in a squat, 11 its head-count; some doubtful.
fn lines(doubtful: &[u8]) -> Vec<ObservationLine> {
    let numbers = 1_u8..=11;
    numbers
        .map(|number| {
            let at = place(f64::from(number) * 7.0, 0.0);
            let unit = if number > 8 {
                Unit::Squat
            } else {
                Unit::Street
            };
            let mut seen = observation(number % 4, number, at);
            if number == 11 {
                seen = squat(1, number, at, 2);
            }
            if doubtful.contains(&number) {
                seen.certainty = Certainty::Doubtful;
            }
            ObservationLine {
                document: DocumentId::from_random([number % 4; 16]),
                observed_at: seen.observed_at,
                observation: seen,
                team: team(number % 4),
                team_code: format!("E{}", number % 4),
                sector: None,
                sector_code: None,
                night: night(),
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
        })
        .collect()
}

fn slot(number: u8) -> SlotRef {
    SlotRef {
        observation: ObservationId::from_random([number; 16]),
        slot: 0,
    }
}

/// Kind, one, other, what, undone.
type Drawn = (bool, u8, u8, u8, bool);

fn acts(drawn: &[Drawn]) -> (Vec<Decision>, Vec<Adjudication>) {
    let (mut decisions, mut rulings) = (Vec::new(), Vec::new());
    for (number, &(rules, one, other, what, undone)) in (1_u8..).zip(drawn) {
        let decided_at = AT + i64::from(number) * 1_000;
        let undone_at = undone.then_some(decided_at + 500);
        if rules {
            rulings.push(Adjudication {
                id: AdjudicationId::from_random([number; 16]),
                observation: slot(one).observation,
                ruling: [Ruling::Count, Ruling::DoNotCount, Ruling::AskTeam][what as usize],
                reason: None,
                author: WHO,
                decided_at,
                undone_at,
            });
        } else if one != other {
            decisions.push(Decision {
                id: DecisionId::from_random([number; 16]),
                one: slot(one.min(other)),
                other: slot(one.max(other)),
                verdict: [Verdict::Same, Verdict::Different, Verdict::Unsure][what as usize],
                reason: None,
                author: WHO,
                decided_at,
                undone_at,
            });
        }
    }
    (decisions, rulings)
}

/// Today: the newest standing ruling of each observation, all decisions, frozen parameters.
fn today(
    mut lines: Vec<ObservationLine>,
    decisions: Vec<Decision>,
    rulings: &[Adjudication],
) -> Reviewed {
    let form = questionnaire("");
    for line in &mut lines {
        let of = |ruling: &&Adjudication| ruling.observation == line.observation.id;
        let mut standing = rulings.iter().filter(of).filter(|r| r.undone_at.is_none());
        line.ruling = standing.next_back().map(|ruling| ruling.ruling);
    }
    let pseudonyms = std::collections::BTreeMap::new();
    let compared = lines
        .iter()
        .filter_map(|line| Some(candidate(form, &seen(line, &pseudonyms)?)));
    let compared: Vec<LinkageObservation> = compared.collect();
    let linkage = link(&compared, &decisions, &Parameters::default());
    let source = Source {
        lines: lines
            .into_iter()
            .map(|line| (line.observation.id, line))
            .collect(),
        compared: compared.into_iter().map(|of| (of.id, of)).collect(),
        pseudonyms,
        decisions,
        form,
    };
    Reviewed::from(source, 1, linkage)
}

/// The figure after all effects: a line that acts emptied is gone.
fn summed(history: &History) -> Figure {
    let mut sum: BTreeMap<Unit, i64> = BTreeMap::new();
    for (unit, people) in &history.before {
        sum.insert(*unit, i64::from(*people));
    }
    for effect in history
        .acts
        .iter()
        .filter_map(|made| made.effects.as_ref())
        .flatten()
    {
        *sum.entry(effect.unit).or_default() += effect.people;
    }
    let told = |unit: Unit, people: i64| unit == Unit::Street || people != 0;
    sum.into_iter()
        .filter(|(unit, people)| told(*unit, *people))
        .map(|(unit, people)| (unit, u32::try_from(people).unwrap()))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn effects_lead_from_the_night_without_decisions_to_todays_figure(
        doubtful in prop::collection::vec(1_u8..9, 0..4),
        drawn in prop::collection::vec(
            (any::<bool>(), 1_u8..12, 1_u8..11, 0_u8..3, prop::bool::weighted(0.2)),
            0..12,
        ),
    ) {
        let (decisions, rulings) = acts(&drawn);
        let reviewed = today(lines(&doubtful), decisions.clone(), &rulings);
        let history = reviewed.history(rulings.clone(), Vec::new(), &Strands::default());
        prop_assert_eq!(summed(&history), history.now.clone());
        prop_assert_eq!(history.now[&Unit::Street], reviewed.street().0);
        prop_assert_eq!(history.now.get(&Unit::Squat).copied().unwrap_or(0), reviewed.totals().squat);
        for made in &history.acts {
            prop_assert_eq!(made.act.undone_at().is_some(), made.effects.is_none());
        }
        // Had nothing been decided, the same night tells the first figure, under its own parameters
        // only where rulings leave the same observations to learn from.
        if rulings.is_empty() {
            let untouched = today(lines(&doubtful), Vec::new(), &[]);
            prop_assert_eq!(history.before[&Unit::Street], untouched.street().0);
        }
    }
}

#[test]
fn ruling_out_all_who_live_in_a_squat_takes_its_line_away() {
    let (_, rulings) = acts(&[9, 10, 11].map(|number| (true, number, 1, 1, false)));
    let reviewed = today(lines(&[]), Vec::new(), &rulings);
    let history = reviewed.history(rulings, Vec::new(), &Strands::default());
    assert!(history.before[&Unit::Squat] > 0);
    assert!(!history.now.contains_key(&Unit::Squat));
    assert_eq!(summed(&history), history.now);
}

#[test]
fn one_gesture_is_one_act_and_a_moved_place_has_no_effect_to_tell() {
    let (mut decisions, _) = acts(&[(false, 1, 2, 1, false), (false, 1, 3, 1, false)]);
    let at = decisions[0].decided_at;
    decisions[1].decided_at = at;
    let correction = Correction {
        id: CorrectionId::from_random([1; 16]),
        observation: slot(4).observation,
        kind: CorrectionKind::Place(place(0.0, 0.0)),
        reason: Some("au coin".to_owned()),
        author: WHO,
        decided_at: at + 1,
        undone_at: None,
    };
    let reviewed = today(lines(&[]), decisions, &[]);
    let history = reviewed.history(Vec::new(), vec![correction], &Strands::default());
    let kinds: Vec<_> = history
        .acts
        .iter()
        .map(|made| made.effects.is_some())
        .collect();
    assert_eq!(kinds, [true, false]);
    assert!(matches!(&history.acts[0].act, Act::Decisions(all) if all.len() == 2));
}
