//! Published examples, and hand-checked arithmetic.

use super::*;

fn near(found: f64, expected: f64, within: f64) {
    assert!(
        (found - expected).abs() <= within,
        "{found} instead of {expected}"
    );
}

#[test]
fn chapman_gives_the_published_figures() {
    // n₁, n₂, m, N, se, low, high. The first: R package fishmethods; 400, 400, 40: epiR.
    for (first, second, both, people, se, low, high) in [
        (948, 421, 167, 2382.798, 129.056, 2155.71, 2663.95),
        (400, 400, 40, 3920.976, 543.298, 3022.46, 5176.34),
        (100, 100, 20, 484.762, 82.032, 361.48, 691.78),
        (135, 122, 49, 333.560, 28.700, 288.68, 403.41),
        (135, 126, 45, 374.478, 35.582, 318.61, 460.76),
        (122, 126, 46, 331.362, 29.929, 284.69, 404.39),
    ] {
        let found = TwoLists {
            first,
            second,
            both,
        }
        .chapman()
        .unwrap();
        near(found.people, people, 0.001);
        near(found.standard_error, se, 0.001);
        near(found.low, low, 0.01);
        near(found.high, high, 0.01);
    }
    let lists = TwoLists {
        first: 200,
        second: 100,
        both: 40,
    };
    near(lists.chapman().unwrap().people, 494.146, 0.001);
    near(
        lists.chapman().unwrap().standard_error.powi(2),
        2760.398,
        0.001,
    );
    near(lists.logit_interval()[0], 413.09, 0.01);
    near(lists.logit_interval()[1], 633.76, 0.01);
    let lists = TwoLists {
        first: 200,
        second: 120,
        both: 24,
    }
    .chapman()
    .unwrap();
    near(lists.people, 971.84, 0.005);
    near(lists.standard_error, 159.02, 0.005);
}

#[test]
fn two_lists_with_hardly_anybody_in_both_are_refused() {
    let refused = TwoLists {
        first: 60,
        second: 60,
        both: 6,
    }
    .chapman();
    assert_eq!(
        refused,
        Err(Refusal::TooFewInBoth {
            found: 6,
            needed: 7
        })
    );
    let odd = TwoLists {
        first: 10,
        second: 60,
        both: 11,
    }
    .chapman();
    assert_eq!(odd, Err(Refusal::Contradictory));
}

#[test]
fn doubt_about_links_widens_the_interval() {
    let way = |both| TwoLists {
        first: 200,
        second: 100,
        both,
    };
    let sure = pooled(&[way(40)]).unwrap();
    let unsure = pooled(&[way(32), way(40), way(48)]).unwrap();
    assert!(unsure.high - unsure.low > 1.2 * (sure.high - sure.low));
    assert!(
        unsure.people > sure.people,
        "a missed link raises the estimate"
    );
}

#[test]
fn chao_and_the_truncated_poisson_give_the_published_figures() {
    // R package Rcapture, data `ill` and `hare`.
    let ill = Frequencies {
        met: vec![1645, 183, 37, 13, 1, 1],
        occasions: None,
    };
    assert_eq!(ill.seen(), 1880);
    near(ill.chao().unwrap().people, 9273.5, 0.05);
    near(ill.chao().unwrap().standard_error, 662.6, 0.05);
    near(truncated_poisson(&ill).unwrap().people, 7079.9, 0.05);
    near(truncated_poisson(&ill).unwrap().standard_error, 365.8, 0.1);
    assert!(zelterman(&ill).unwrap() > 9000.0);
    let hare = Frequencies {
        met: vec![25, 22, 13, 5, 1, 2],
        occasions: Some(6),
    };
    near(hare.chao().unwrap().people, 79.8, 0.05);
    near(hare.chao().unwrap().standard_error, 6.4, 0.05);
    let [best, low, high] = ill.chao_profile().unwrap();
    near(best, 9_267.5, 0.1);
    near(low, 8_088.2, 0.5);
    near(high, 10_704.0, 1.0);
    let thin = Frequencies {
        met: vec![30, 4],
        occasions: None,
    };
    assert_eq!(
        thin.chao(),
        Err(Refusal::TooFewMetTwice {
            found: 4,
            needed: 5
        })
    );
}

#[test]
fn models_of_capture_give_the_published_figures() {
    // R package Rcapture, data `hare`: Poisson figures published; the multinomial ones of M0 and Mt
    // were worked out apart, that of Mth is published.
    let hare = Occasions {
        met: vec![25, 22, 13, 5, 1, 2],
        caught: vec![16, 28, 20, 26, 23, 32],
    };
    let models = hare.models().unwrap();
    for (found, (model, people, se)) in models.iter().zip([
        (Capture::Equal, 75.4, 3.5),
        (Capture::ByOccasion, 75.1, 3.4),
        (Capture::ByOccasionAndPerson, 81.1, 5.6),
    ]) {
        assert_eq!(found.model, model);
        near(found.estimate.people, people, 0.05);
        near(found.estimate.standard_error, se, 0.05);
    }
    let likely = |model: usize| models[model].likely.unwrap();
    for (model, expected) in [(0, [74.7, 69.5, 83.0]), (1, [74.3, 69.3, 82.4])] {
        for (found, expected) in likely(model).into_iter().zip(expected) {
            near(found, expected, 0.06);
        }
    }
    near(likely(2)[1], 71.8, 0.1);
    near(likely(2)[2], 93.8, 0.1);
    let odd = Occasions {
        met: vec![10, 3],
        caught: vec![9, 8],
    };
    assert_eq!(odd.models(), Err(Refusal::Contradictory));
}

fn model(patterns: &[u32], pairs: &[(usize, usize)]) -> Fitted {
    Lists::of(patterns).unwrap().model(pairs).unwrap()
}

#[test]
fn log_linear_models_give_the_published_figures() {
    // R package Rcapture: HIV, Darroch et al. (1993), Bruno et al. (1994); lists from 0.
    let hiv = [0, 3, 1, 33, 0, 20, 6, 403, 3, 35, 10, 545, 11, 621, 205];
    let all = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)];
    let found = model(&hiv, &all);
    near(found.estimate.people, 23_443.5, 0.5);
    near(found.estimate.standard_error, 9_594.9, 0.5);
    near(found.deviance, 3.037, 0.001);
    let found = model(&hiv, &[(0, 1)]);
    near(found.estimate.people, 12_318.5, 0.1);
    near(found.estimate.standard_error, 1_188.7, 0.1);
    near(found.deviance, 7.614, 0.001);
    let [best, low, high] = Lists::of(&hiv).unwrap().profile(&[(0, 1)]).unwrap();
    near(best, 12_308.0, 1.0);
    near(low, 10_266.0, 3.0);
    near(high, 14_992.3, 3.0);
    let r3 = [72, 155, 7, 71, 13, 53, 43];
    near(
        model(&r3, &[(0, 1), (0, 2), (1, 2)]).estimate.people,
        1_240.0,
        0.5,
    );
    near(
        model(&r3, &[(0, 1), (0, 2), (1, 2)])
            .estimate
            .standard_error,
        451.0,
        0.5,
    );
    let found = model(&r3, &[(0, 1), (1, 2)]);
    near(found.estimate.people, 850.0, 0.5);
    near(found.estimate.standard_error, 186.0, 0.5);
    near(found.deviance, 3.8, 0.05);
    let diabetes = [
        58, 157, 18, 104, 46, 650, 12, 709, 14, 20, 7, 74, 8, 182, 10,
    ];
    let found = model(&diabetes, &[(0, 1), (0, 2), (1, 2), (1, 3), (2, 3)]);
    near(found.estimate.people, 2_771.0, 0.5);
    near(found.estimate.standard_error, 145.0, 0.5);
    near(found.deviance, 7.62, 0.005);
    let found = model(&diabetes, &[(0, 2), (1, 3), (2, 3)]);
    near(found.estimate.people, 2_472.0, 0.5);
    near(found.estimate.standard_error, 53.0, 0.5);
}

/// Hepatitis A, Taiwan (R package CARE1): patterns PQE.
const HAV: [u32; 7] = [28, 21, 17, 69, 18, 55, 63];

#[test]
fn three_lists_of_hepatitis_give_every_published_model_and_are_called_thin() {
    for (pairs, people, se, deviance, aic) in [
        (&[][..], 388.483, 21.553, 24.357, 69.748),
        (&[(0, 1)], 416.000, 30.943, 21.144, 68.535),
        (&[(0, 2)], 393.313, 26.796, 24.247, 71.638),
        (&[(1, 2)], 413.182, 29.835, 21.331, 68.722),
        (&[(0, 1), (0, 2)], 463.500, 59.272, 19.422, 68.813),
        (&[(0, 1), (1, 2)], 526.706, 78.022, 13.203, 62.594),
        (&[(0, 2), (1, 2)], 451.714, 52.943, 19.904, 69.296),
        (&[(0, 1), (0, 2), (1, 2)], 1_312.765, 517.978, 0.0, 51.391),
    ] {
        let found = model(&HAV, pairs);
        near(found.estimate.people, people, 0.01);
        near(found.estimate.standard_error, se, 0.01);
        near(found.deviance, deviance, 0.001);
        near(found.aic, aic, 0.001);
    }
    near(model(&HAV, &[]).estimate.low, 353.2, 0.05);
    near(model(&HAV, &[]).estimate.high, 438.8, 0.05);
    let all = Lists::of(&HAV).unwrap().estimate().unwrap();
    near(all.coverage, 0.512_690, 1e-6);
    let [equal, unequal] = Lists::of(&HAV).unwrap().by_coverage().unwrap();
    near(equal, 407.004, 0.001);
    near(unequal, 970.805, 0.001);
    assert!(all.thin, "the true 545 lies outside most intervals");
    assert_eq!(all.models.len(), 8);
    assert!(all.spread[0] < 390.0 && all.spread[1] > 1_300.0);
    assert!(all.models.windows(2).all(|two| two[0].aic <= two[1].aic));
    assert_eq!(Lists::of(&[1, 2, 3]), Err(Refusal::NotThreeToFiveLists));
}

#[test]
fn plants_give_the_checked_figures_and_both_ends_of_doubt() {
    for (counted, placed, reported, people, less_biased, se) in [
        (185, 40, 30, 246.667, 244.677, 24.275),
        (240, 20, 16, 300.0, 296.471, 34.641),
        (3600, 100, 82, 4390.244, 4380.723, 208.022),
        (386, 40, 26, 593.85, 586.15, 71.18),
    ] {
        let found = Plants {
            placed,
            reported,
            unsure: 0,
            counted,
        }
        .estimate()
        .unwrap();
        near(found.if_none.people, people, 0.005);
        near(found.less_biased, less_biased, 0.005);
        near(found.if_none.standard_error, se, 0.005);
    }
    let unsure = Plants {
        placed: 40,
        reported: 26,
        unsure: 6,
        counted: 386,
    }
    .estimate()
    .unwrap();
    assert!(unsure.if_all.people < unsure.if_none.people - 90.0);
    let few = Plants {
        placed: 10,
        reported: 4,
        unsure: 0,
        counted: 90,
    }
    .estimate();
    assert_eq!(
        few,
        Err(Refusal::TooFewPlants {
            found: 4,
            needed: 5
        })
    );
}

#[test]
fn unwalked_sectors_are_expanded_by_stratum() {
    let high = vec![3, 0, 5, 2, 8, 1, 4, 0, 2, 6, 3, 1, 0, 7, 2, 9, 1, 0, 3, 4];
    let strata = [
        Stratum {
            sectors: 20,
            counted: high,
        },
        Stratum {
            sectors: 60,
            counted: vec![0, 1, 0, 0, 2, 0, 0, 1, 0, 0],
        },
    ];
    let found = expansion(&strata).unwrap();
    near(found.people, 85.0, 1e-9);
    near(found.standard_error, 12.111, 0.001);
    let one = [Stratum {
        sectors: 5,
        counted: vec![3],
    }];
    let refused = |walked| {
        Err(Refusal::TooFewWalked {
            stratum: 1,
            walked,
            needed: 3,
        })
    };
    assert_eq!(expansion(&one), refused(1));
    let two = [Stratum {
        sectors: 5,
        counted: vec![3, 4],
    }];
    assert_eq!(expansion(&two), refused(2));
}

#[test]
fn few_walked_sectors_hold_the_truth_as_often_as_promised() {
    // All 495 ways to walk 4 sectors of 12: with a normal quantile far fewer than 95 % hold it.
    let people = [3, 4, 5, 5, 6, 6, 6, 7, 7, 8, 9, 10];
    let truth = f64::from(people.iter().sum::<u32>());
    let (mut ways, mut held, mut held_by_normal) = (0, 0, 0);
    for set in (0..1_u32 << 12).filter(|set| set.count_ones() == 4) {
        let walked = (0..12).filter(|at| set >> at & 1 == 1);
        let found = expansion(&[Stratum {
            sectors: 12,
            counted: walked.map(|at: usize| people[at]).collect(),
        }])
        .unwrap();
        ways += 1;
        held += u32::from((found.low..=found.high).contains(&truth));
        let away = (found.people - truth).abs();
        held_by_normal += u32::from(away <= Z_95 * found.standard_error);
    }
    assert!(held * 100 >= ways * 94, "{held} of {ways}");
    assert!(
        held_by_normal * 100 < ways * 90,
        "{held_by_normal} of {ways}"
    );
}

#[test]
fn nobody_in_three_sectors_is_not_nobody_in_fifty() {
    let found = expansion(&[Stratum {
        sectors: 50,
        counted: vec![0, 0, 0],
    }])
    .unwrap();
    near(found.people, 0.0, 1e-9);
    assert!(found.high > 30.0, "{}", found.high);
}

#[test]
fn an_empty_list_is_refused() {
    // Nobody in the third list.
    let counts = [0, 30, 0, 40, 0, 50, 0];
    let refused = Lists::of(&counts).unwrap().estimate();
    assert_eq!(refused, Err(Refusal::EmptyList(3)));
}

#[test]
fn models_that_run_away_are_named_and_no_part_of_the_spread() {
    // Nobody in both the first and the second list: their dependence has no bound, whatever the counts.
    for times in [1, 1_000] {
        let counts = [0, 0, 17, 69, 18, 55, 63].map(|n| n * times);
        let lists = Lists::of(&counts).unwrap();
        assert_eq!(lists.model(&[(0, 1)]), Err(Unfit::RunsAway));
        let all = lists.estimate().unwrap();
        assert_eq!(all.models.len() + all.dropped.len(), 8);
        // The four with that pair, and the one that divides by those in both lists but not in the third.
        let others = all.dropped.iter().filter(|of| !of.pairs.contains(&(0, 1)));
        let others: Vec<_> = others.map(|of| of.pairs.clone()).collect();
        assert_eq!((all.dropped.len(), others), (5, vec![vec![(0, 2), (1, 2)]]));
        for model in &all.models {
            assert!((all.spread[0]..=all.spread[1]).contains(&model.estimate.people));
        }
    }
    // Where all lists overlap nothing is dropped.
    assert!(
        Lists::of(&HAV)
            .unwrap()
            .estimate()
            .unwrap()
            .dropped
            .is_empty()
    );
}

#[test]
fn doubt_about_links_widens_every_model_of_lists() {
    let way = |all: u32| {
        let mut counts = HAV;
        counts[0] = all;
        Lists::of(&counts).unwrap()
    };
    let sure = pooled_lists(&[way(28)]).unwrap();
    assert_eq!(sure, way(28).estimate().unwrap());
    let unsure = pooled_lists(&[way(22), way(28), way(34)]).unwrap();
    for model in &unsure.models {
        let same = sure
            .models
            .iter()
            .find(|of| of.pairs == model.pairs)
            .unwrap();
        let error = (model.estimate.standard_error, same.estimate.standard_error);
        assert!(error.0 > error.1, "{:?} {error:?}", model.pairs);
    }
}
