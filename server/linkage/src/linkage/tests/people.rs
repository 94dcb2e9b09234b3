//! People met one by one: who is proposed as one, who stays two.

use super::*;

#[test]
fn the_same_man_met_by_two_teams_becomes_one_proposal() {
    let first = man(observation(1, 1, 0, (0.0, 0.0)), "40-54", "ro");
    let again = man(observation(2, 2, 50, (6.0, 4.0)), "40-54", "ro");
    let far = man(observation(3, 2, 90, (600.0, 0.0)), "25-34", "fr");
    let found = run(&[first.clone(), again.clone(), far], &[]);
    let shown: Vec<_> = found
        .pairs
        .iter()
        .filter(|p| p.verdict != PairVerdict::Distinct)
        .collect();
    assert_eq!(shown.len(), 1, "{shown:?}");
    assert_eq!((shown[0].one, shown[0].other), (slot(&first), slot(&again)));
    assert!(together(&found, slot(&first), slot(&again)));
    let steps = &shown[0].explanation.steps;
    assert_eq!(steps[0].field, Field::Prior);
    assert!((steps.last().unwrap().sum - shown[0].match_weight).abs() < 0.01);
    assert_eq!(shown[0].explanation.rules, [BlockingRule::Near]);
    assert!(found.distinct(Unit::Street).estimate < 2.2);
}

#[test]
fn two_men_in_one_doorway_stay_two() {
    let one = man(observation(1, 1, 0, (0.0, 0.0)), "25-34", "fr");
    let beside = man(observation(2, 1, 1, (1.0, 0.0)), "25-34", "fr");
    let found = run(&[one.clone(), beside.clone()], &[]);
    assert!(!together(&found, slot(&one), slot(&beside)));
    assert!(found.distinct(Unit::Street).estimate > 1.8);
    // Even when another team meets both again, each keeps to itself.
    let again = man(observation(3, 2, 40, (2.0, 1.0)), "25-34", "fr");
    let beside_again = man(observation(4, 2, 41, (1.0, 2.0)), "25-34", "fr");
    let found = run(&[one.clone(), beside.clone(), again, beside_again], &[]);
    assert!(!together(&found, slot(&one), slot(&beside)));
    assert!(found.clusters.len() >= 2);
}

#[test]
fn a_refusal_is_counted_but_never_linked_on_absent_answers() {
    let known = man(observation(1, 1, 0, (0.0, 0.0)), "40-54", "ro");
    let declined = refusal(observation(2, 2, 30, (3.0, 0.0)));
    let found = run(&[known.clone(), declined.clone()], &[]);
    assert!(!together(&found, slot(&known), slot(&declined)));
    let pair = &found.pairs[0];
    assert_ne!(pair.verdict, PairVerdict::Auto);
    let fields: Vec<Field> = pair
        .explanation
        .steps
        .iter()
        .map(|step| step.field)
        .collect();
    assert_eq!(
        fields,
        [Field::Prior, Field::Distance],
        "absent answers add nothing"
    );
    assert_eq!(found.clusters.len(), 2);
}

#[test]
fn seen_asleep_then_interviewed_by_the_same_team_is_proposed_and_never_automatic() {
    let mut asleep = observation(1, 1, 0, (0.0, 0.0));
    asleep.contact = Contact::Asleep;
    asleep.gender = Answer::Known(Gender::Man);
    for (minutes, stands) in [(14, false), (60, true)] {
        let met = man(observation(2, 1, minutes, (4.0, 0.0)), "40-54", "fr");
        let both = [asleep.clone(), met.clone()];
        let found = run(&both, &[]);
        assert_eq!(
            found.pairs[0].verdict,
            PairVerdict::Review,
            "{:?}",
            found.pairs
        );
        assert_eq!(together(&found, slot(&asleep), slot(&met)), stands);
        for (verdict, is_one) in [(Verdict::Same, true), (Verdict::Different, false)] {
            let decided = decision(1, slot(&asleep), slot(&met), verdict);
            let found = run(&both, &[decided]);
            assert_eq!(together(&found, slot(&asleep), slot(&met)), is_one);
        }
    }
}

#[test]
fn nobody_walks_faster_than_a_walk() {
    let mut one = man(observation(1, 1, 0, (0.0, 0.0)), "40-54", "ro");
    let mut other = man(observation(2, 2, 5, (2_500.0, 0.0)), "40-54", "ro");
    for side in [&mut one, &mut other] {
        side.pseudonym = Answer::Known("k7".to_owned());
    }
    assert!(run(&[one.clone(), other.clone()], &[]).pairs.is_empty());
    other.observed_at += 60 * 60_000;
    assert_eq!(run(&[one, other], &[]).pairs.len(), 1);
}

/// A sleeper, and somebody of one age whom the same team interviews so many minutes later.
fn seen_and_interviewed(minutes: i64) -> f64 {
    let mut asleep = observation(1, 1, 0, (0.0, 0.0));
    asleep.contact = Contact::Asleep;
    asleep.gender = Answer::Known(Gender::Man);
    let met = man(observation(2, 1, minutes, (4.0, 0.0)), "40-54", "fr");
    run(&[asleep, met], &[]).pairs[0].match_probability
}

#[test]
fn a_team_that_comes_back_after_an_hour_meets_the_sleeper_again() {
    // Within minutes it passes from one to the next.
    let (soon, late) = (seen_and_interviewed(12), seen_and_interviewed(60));
    assert!(late > 2.0 * soon, "{soon} {late}");
}

#[test]
fn two_tablets_tell_of_one_contact_alike() {
    let on_tablets = |second: Contact| {
        let mut one = man(observation(1, 1, 0, (0.0, 0.0)), "40-54", "fr");
        let mut other = man(observation(2, 1, 4, (3.0, 0.0)), "40-54", "fr");
        (one.contact, other.contact) = (Contact::Refused, second);
        other.device = DeviceId::from_random([77; 16]);
        run(&[one, other], &[]).pairs[0].explanation.steps[0].level
    };
    assert_eq!(on_tablets(Contact::Refused), Level::TwoTablets);
    assert_eq!(on_tablets(Contact::Asleep), Level::SameTeam);
}

#[test]
fn somebody_entered_twice_is_no_rival_of_oneself() {
    let first = man(observation(1, 1, 0, (0.0, 0.0)), "40-54", "ro");
    let again = man(observation(2, 2, 50, (3.0, 0.0)), "40-54", "ro");
    let mut twice = man(observation(3, 2, 54, (4.0, 0.0)), "40-54", "ro");
    let seen = |all: &[LinkageObservation]| {
        let found = run(all, &[]);
        let pair = found.pairs.iter().find(|pair| {
            let ids = [pair.one.observation, pair.other.observation];
            ids.contains(&first.id) && ids.contains(&again.id)
        });
        pair.map_or(0.0, |pair| pair.match_probability)
    };
    // On the same tablet they are two people, and one of them only is the first.
    let rivals = seen(&[first.clone(), again.clone(), twice.clone()]);
    twice.device = DeviceId::from_random([77; 16]);
    let twins = seen(&[first.clone(), again.clone(), twice]);
    assert!(twins > rivals + 0.02, "{rivals} {twins}");
}
