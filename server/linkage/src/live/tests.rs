//! Kept up to date equals run anew: arrivals, edits, withdrawals, decisions, in any order.

use super::Live;
use crate::blocking::POSTING_CAP;
use crate::linkage::tests::{decision, group, man, observation, refusal, slot, some_decisions};
use crate::linkage::{Linkage, link};
use crate::parameters::Parameters;
use crate::slot::{Household, LinkageObservation, Unit};
use crate::train::Training;
use maraude_core::model::{
    Answer, Contact, DeviceId, LocalGroupId, ObservationId, SlotRef, Verdict,
};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// What one drawn number each makes of an observation.
type Drawn = (u8, i64, u32, u32, u8, u8, u8);

fn drawn() -> impl Strategy<Value = Drawn> {
    (
        1_u8..5,
        0_i64..240,
        0_u32..400,
        0_u32..200,
        0_u8..6,
        0_u8..10,
        0_u8..8,
    )
}

/// Groups filed whole and one by one, people without a fix, coarse fixes, pseudonyms, marks; on two
/// nights.
fn made(number: u8, (team, minute, east, north, age, kind, more): Drawn) -> LinkageObservation {
    let mut of = observation(number, team, minute, (f64::from(east), f64::from(north)));
    let ages = ["18-24", "25-34", "25-39", "40-54", "55-69", "70+"];
    let language = if age % 2 == 0 { "fr" } else { "ro" };
    of = match kind {
        0 => refusal(of),
        1 | 2 => group(of, u32::from(more % 3) + 1, u32::from(more % 2)),
        _ => man(of, ages[age as usize], language),
    };
    if kind == 3 {
        of.contact = Contact::Asleep;
    }
    if kind >= 8 || kind == 2 {
        of.local_group = Some(LocalGroupId::from_random([team * 10 + more % 3; 16]));
    }
    match more {
        0 => of.place = None,
        1 => {
            if let Some(place) = &mut of.place {
                place.accuracy_m = Some(90.0);
            }
        }
        2 => of.pseudonym = Answer::Known("k7".to_owned()),
        3 => of.marks = Answer::Known("béquille bleue, tatouage".to_owned()),
        // Some of these lie at one and the same fix, filed within minutes: their parties depend on
        // who else is there.
        4 | 6 => {
            let (east_m, north_m) = (f64::from(east / 150 * 150), f64::from(north / 150 * 150));
            let at = minute / 120 * 120 + minute % 6;
            let beside = observation(number, team, at, (east_m, north_m));
            (of.place, of.observed_at) = (beside.place, beside.observed_at);
            let household = [Household::Couple, Household::Group][usize::from(age % 3 == 0)];
            of.household = Answer::Known(household);
            if age == 5 {
                of.seen_together = Answer::Known(3);
            }
        }
        5 => of.device = DeviceId::from_random([team + 100; 16]),
        _ => {}
    }
    if minute % 4 == 3 {
        on_the_next_night(&mut of, north > 120);
    }
    of
}

/// Met a day later, and elsewhere, 5 km away, if so.
fn on_the_next_night(of: &mut LinkageObservation, elsewhere: bool) {
    of.night = "2026-01-23".parse().unwrap();
    of.observed_at += 86_400_000;
    if let Some(place) = of.place.as_mut().filter(|_| elsewhere) {
        place.coordinates.latitude += 5_000.0 / 111_195.0;
    }
}

fn snapshot(of: &[LinkageObservation]) -> Parameters {
    link(of, &[], &Parameters::default()).parameters
}

fn check(live: &Live, stored: &BTreeMap<u8, LinkageObservation>) -> Result<(), TestCaseError> {
    let all: Vec<LinkageObservation> = stored.values().cloned().collect();
    let anew = link(&all, &live.decisions, live.snapshot());
    let kept = live.linkage();
    prop_assert_eq!(&kept.clusters, &anew.clusters);
    let differs = kept
        .pairs
        .iter()
        .zip(&anew.pairs)
        .find(|(kept, anew)| kept != anew);
    prop_assert!(differs.is_none(), "{differs:#?}");
    prop_assert_eq!(kept.pairs.len(), anew.pairs.len());
    prop_assert_eq!(&kept.contradictions, &anew.contradictions);
    prop_assert_eq!(&kept.compared, &anew.compared);
    prop_assert_eq!(&kept.parts, &anew.parts);
    prop_assert_eq!(kept.distinct(Unit::Street), anew.distinct(Unit::Street));
    prop_assert_eq!(&kept.parameters, &anew.parameters);
    prop_assert_eq!(kept, anew);
    Ok(())
}

/// One update of several observations: arrivals, edits and withdrawals of numbers drawn at random.
type Batch = Vec<(u8, bool, Drawn)>;

fn batches() -> impl Strategy<Value = Vec<Batch>> {
    let change = (0_u8..24, any::<bool>(), drawn());
    prop::collection::vec(prop::collection::vec(change, 1..6), 1..10)
}

/// What a batch brings and what it takes out.
fn parted(batch: Batch) -> (Vec<LinkageObservation>, Vec<LinkageObservation>) {
    let all = batch
        .into_iter()
        .map(|(number, withdraw, drawn)| (withdraw, made(number + 1, drawn)));
    let (gone, came): (Vec<_>, Vec<_>) = all.partition(|(withdraw, _)| *withdraw);
    let bare = |of: Vec<(bool, LinkageObservation)>| of.into_iter().map(|(_, of)| of).collect();
    (bare(came), bare(gone))
}

fn ids(of: &[LinkageObservation]) -> Vec<ObservationId> {
    of.iter().map(|of| of.id).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_kept_up_to_date_equals_a_full_run(
        first in prop::collection::vec(drawn(), 0..16),
        batches in batches(),
        verdicts in prop::collection::vec((0_usize..20, 0_usize..20, 0_u8..3), 0..6),
        undone in 0_usize..6,
    ) {
        let mut stored: BTreeMap<u8, LinkageObservation> =
            first.into_iter().zip(1..).map(|(drawn, number)| (number, made(number, drawn))).collect();
        let all: Vec<LinkageObservation> = stored.values().cloned().collect();
        let mut live = Live::new(&all, &[], &snapshot(&all));
        check(&live, &stored)?;
        let half = batches.len() / 2;
        for (step, batch) in batches.into_iter().enumerate() {
            if step == half {
                let all: Vec<LinkageObservation> = stored.values().cloned().collect();
                if !all.is_empty() {
                    live.decide(&some_decisions(&all, &verdicts));
                    check(&live, &stored)?;
                }
            }
            let (came, gone) = parted(batch);
            live.update(&came, &ids(&gone));
            for gone in gone {
                stored.retain(|_, of| of.id != gone.id);
            }
            for of in came {
                stored.retain(|_, known| known.id != of.id);
                stored.insert(of.id.as_bytes()[0], of);
            }
            check(&live, &stored)?;
        }
        let mut decisions = live.decisions.clone();
        for decision in decisions.iter_mut().take(undone) {
            decision.undone_at = Some(decision.decided_at + 1);
        }
        live.decide(&decisions);
        check(&live, &stored)?;
    }

    #[test]
    fn every_name_a_cluster_ever_had_leads_to_one(
        first in prop::collection::vec(drawn(), 4..16),
        batches in batches(),
    ) {
        let all: Vec<LinkageObservation> =
            first.into_iter().zip(1..).map(|(drawn, number)| made(number, drawn)).collect();
        let mut live = Live::new(&all, &[], &snapshot(&all));
        let mut names: Vec<SlotRef> = live.linkage().clusters.iter().map(super::super::Cluster::id).collect();
        for batch in batches {
            let (came, gone) = parted(batch);
            live.update(&came, &ids(&gone));
            let now = live.linkage();
            let used: std::collections::BTreeSet<SlotRef> =
                now.clusters.iter().map(super::super::Cluster::id).collect();
            for name in &names {
                let leads = live.aliases().resolve(*name, |name| used.contains(&name));
                if let Some(leads) = leads {
                    prop_assert!(used.contains(&leads));
                } else {
                    // Only what is withdrawn, with all that was held to be the same, leads nowhere.
                    let is_there = now.clusters.iter().any(|c| c.slots.contains(name));
                    prop_assert!(!is_there, "{name:?}");
                }
            }
            names.extend(used);
        }
    }
}

#[test]
fn an_arrival_changes_pairs_it_is_no_part_of() {
    // What the equality above could miss if only the newcomer's own pairs were weighed.
    let first = man(observation(1, 1, 0, (0.0, 0.0)), "40-54", "ro");
    let again = man(observation(2, 2, 50, (6.0, 4.0)), "40-54", "ro");
    let rival = man(observation(3, 2, 52, (9.0, 2.0)), "40-54", "ro");
    let both = [first, again];
    let mut live = Live::new(&both, &[], &snapshot(&both));
    let before = live.linkage().pairs[0].match_probability;
    live.update(&[rival], &[]);
    let after = live.linkage().pairs[0].match_probability;
    assert!(after < before, "{before} {after}");
}

#[test]
fn one_update_may_take_out_whom_it_had_to_look_at_again() {
    // One pseudonym more than a list holds: with the first gone, all others are to be found again.
    let alike = |number: u8, east_m: f64| {
        let mut of = observation(number, number, 0, (east_m, 0.0));
        of.pseudonym = Answer::Known("k7".to_owned());
        of
    };
    let number = u8::try_from(POSTING_CAP).unwrap() + 1;
    let all: Vec<LinkageObservation> = (1..=number)
        .map(|of| alike(of, f64::from(of) * 400.0))
        .collect();
    let changed = |of: &LinkageObservation| man(of.clone(), "40-54", "ro");
    for (came, gone) in [
        (Vec::new(), vec![all[0].id, all[1].id]),
        (vec![changed(&all[1])], vec![all[0].id]),
        (vec![changed(&all[0]), changed(&all[1])], Vec::new()),
    ] {
        let mut live = Live::new(&all, &[], &snapshot(&all));
        live.update(&came, &gone);
        let mut stored = all.clone();
        stored.retain(|of| !gone.contains(&of.id) && came.iter().all(|new| new.id != of.id));
        stored.extend(came);
        assert_eq!(live.linkage(), link(&stored, &[], live.snapshot()));
    }
}

#[test]
fn a_name_that_goes_leads_to_the_cluster_that_took_it_in() {
    let first = man(observation(5, 1, 0, (0.0, 0.0)), "40-54", "ro");
    let again = man(observation(2, 2, 50, (6.0, 4.0)), "40-54", "ro");
    let both = [first.clone(), again.clone()];
    let mut live = Live::new(&both, &[], &snapshot(&both));
    assert_eq!(live.linkage().clusters.len(), 1);
    live.decide(&[decision(1, slot(&first), slot(&again), Verdict::Different)]);
    assert_eq!(live.linkage().clusters.len(), 2);
    live.decide(&[]);
    let names: Vec<SlotRef> = live
        .linkage()
        .clusters
        .iter()
        .map(crate::Cluster::id)
        .collect();
    assert_eq!(names, [slot(&again)]);
    let leads = live
        .aliases()
        .resolve(slot(&first), |name| names.contains(&name));
    assert_eq!(leads, Some(slot(&again)));
    // All withdrawn: the name leads nowhere.
    live.update(&[], &[first.id, again.id]);
    assert!(live.is_empty() && live.linkage() == empty(&live));
    assert_eq!(live.aliases().resolve(slot(&first), |_| false), None);
}

#[test]
fn what_became_of_learning_is_told_after_updates_too() {
    let first = man(observation(1, 1, 0, (0.0, 0.0)), "40-54", "ro");
    let again = man(observation(2, 2, 50, (6.0, 4.0)), "40-54", "ro");
    let both = [first.clone(), again];
    let told = link(&both, &[], &Parameters::default()).training;
    let mut live = Live::new(&both, &[], &Parameters::default());
    live.update(&[], &[first.id]);
    assert_eq!((told, live.linkage().training), (Training::Learnt, told));
    // Frozen parameters teach nothing; a refresh that learns does.
    let mut frozen = Live::new(&both, &[], &snapshot(&both));
    assert_eq!(frozen.linkage().training, Training::Given);
    frozen.refresh(&Parameters::default());
    assert_eq!(frozen.linkage().training, Training::Learnt);
}

fn empty(live: &Live) -> Linkage {
    link(&[], &[], live.snapshot())
}
