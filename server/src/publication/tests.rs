//! A night from tablets' changes to kept releases, over a real log and view.

use super::{
    BuildError, Builder, Prepared, Sources, build, frozen, obstacles, prepare, releases, sentence,
};
use crate::geolocation::LiveView;
use crate::projection::fixtures::{
    AT, World, departure, device, night, observation, place, sector, squat, team,
};
use crate::review::Reviewed;
use crate::store::LayerStore;
use maraude_core::model::{
    Assignment, CampaignState, Certainty, Closure, ClosureId, Coverage, HeadCount, Observation,
    ObservationId, ObservationKind, Stamp,
};
use maraude_observatory::area::Level;
use maraude_observatory::disclosure::{Figure, Settings, Stage, verify};
use maraude_observatory::indicator::Unit;
use std::sync::Arc;

struct Evening {
    world: World,
    live: LiveView,
}

/// Somebody of a grid of people 190 m apart, 50 to each team.
fn somebody(team: u8, number: u8) -> Observation {
    let index = f64::from(number);
    let (column, row) = (index.rem_euclid(10.0), (index / 10.0).floor());
    let west = if team == 1 { -1_950.0 } else { 60.0 };
    observation(
        team,
        number + (team - 1) * 100,
        place(west + column * 190.0, -900.0 + row * 380.0),
    )
}

impl Evening {
    fn new() -> Self {
        let world = World::new();
        let live = LiveView::open(
            world.campaign,
            world.engine.log().clone(),
            Arc::new(LayerStore::in_memory().unwrap()),
            &world.folder.path().join("run"),
        )
        .unwrap();
        let evening = Self { world, live };
        for team_number in 1..=2_u8 {
            let key = evening.world.round_key(team_number, Some(team_number));
            evening.write(team_number, |w| {
                w.put_departure(&key, &departure(team_number));
                for number in 0..50 {
                    w.put_observation(&somebody(team_number, number));
                }
                for number in 60..63 {
                    let west = if team_number == 1 { -1_500.0 } else { 500.0 };
                    let at = place(west + f64::from(number - 60) * 300.0, 30.0);
                    let id = number + (team_number - 1) * 100;
                    w.put_observation(&squat(team_number, id, at, 12));
                }
            });
        }
        evening
    }

    fn write(&self, number: u8, write: impl FnOnce(&mut maraude_core::document::Writer<'_>)) {
        let key = self.world.round_key(number, Some(number));
        self.world.tablet_writes(&key, device(number), None, write);
        self.world.clock.advance(1_000);
    }

    fn close(&self, number: u8) {
        self.write(number, |w| {
            w.put_closure(&Closure {
                id: ClosureId::from_random([number; 16]),
                stamp: Stamp {
                    device: device(number),
                    at: AT,
                },
                coverage: Coverage::Full,
                not_walked: None,
                zero_found: false,
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

    fn prepared(&self) -> Prepared {
        self.live.catch_up().unwrap();
        let (view, ground) = (self.live.view(), self.live.ground());
        let reviewed = Reviewed::of(&view, 1).unwrap();
        let sources = Sources {
            view: &view,
            ground: &ground,
            reviewed: &reviewed,
        };
        prepare(sources, &Settings::default()).unwrap().unwrap()
    }

    fn build(&self, stage: Stage) -> Result<super::FrozenRelease, BuildError> {
        let builder = Builder {
            by: "coordination",
            now: self.world.clock.now(),
        };
        let log = self.world.engine.log().clone();
        build(
            &self.prepared(),
            log.as_ref(),
            stage,
            builder,
            &Settings::default(),
        )
    }

    fn people(&self, unit: Unit) -> u32 {
        let prepared = self.prepared();
        let of = prepared.places.iter().filter(|place| place.unit == unit);
        of.map(|place| place.people_at_least).sum()
    }
}

#[test]
fn distinct_people_that_stand_are_counted() {
    let evening = Evening::new();
    assert_eq!(evening.people(Unit::Street), 100);
    assert_eq!(evening.people(Unit::Squat), 72);
    evening.write(1, |w| {
        let mut doubtful = somebody(1, 3);
        doubtful.certainty = Certainty::Doubtful;
        w.put_observation(&doubtful);
        let mut group = observation(1, 90, place(-1_000.0, 950.0));
        group.kind = ObservationKind::Group;
        group.heads = HeadCount::exactly(4);
        w.put_observation(&group);
    });
    let prepared = evening.prepared();
    assert_eq!(evening.people(Unit::Street), 103);
    assert_eq!(prepared.doubtful, 1);
    assert_eq!(prepared.provisional.people, 103);
    assert_eq!(
        (
            prepared.provisional.rounds_in,
            prepared.provisional.rounds_expected
        ),
        (0, 2)
    );
}

#[test]
fn a_provisional_release_blocks_nothing_and_a_consolidated_one_is_made_once() {
    let evening = Evening::new();
    let log = evening.world.engine.log().clone();
    let codes = |stage| obstacles(&evening.prepared(), log.as_ref(), stage).unwrap();
    assert_eq!(codes(Stage::Provisional), ["exercise?"]);
    assert!(codes(Stage::Consolidated).contains(&"campaign-open".to_owned()));
    assert!(matches!(
        evening.build(Stage::Consolidated),
        Err(BuildError::Obstacles { codes }) if codes == ["campaign-open"]
    ));
    let said = sentence(&evening.prepared(), &Settings::default());
    assert!(
        said.fr
            .starts_with("EXERCICE. Chiffre provisoire : environ 100"),
        "{}",
        said.fr
    );

    assert_eq!(evening.build(Stage::Provisional).unwrap().number, 1);
    assert_eq!(evening.build(Stage::Provisional).unwrap().number, 2);
    evening.close(1);
    evening.lock();
    let made = evening.build(Stage::Consolidated).unwrap();
    assert_eq!(made.number, 3);
    let published = made.release.published();
    assert_eq!(published.heading.number, 3);
    assert_eq!(
        published.figure("perimeter", Unit::Street),
        Some(Figure::Exact(100))
    );
    assert_eq!(
        published.figure("perimeter", Unit::Squat),
        Some(Figure::Exact(72))
    );
    let leaves = published
        .areas
        .iter()
        .filter(|area| area.level == Level::Leaf);
    assert!(leaves.count() >= 4, "too few leaves");
    assert_eq!(verify::check(published, &[]), vec![]);
    assert!(matches!(
        evening.build(Stage::Consolidated),
        Err(BuildError::Obstacles { codes }) if codes == ["already-consolidated"]
    ));

    let kept = releases(log.as_ref()).unwrap();
    assert_eq!(kept.len(), 3);
    assert_eq!(kept[2].digest, made.digest);
    assert_eq!(
        frozen(log.as_ref(), 3).unwrap().unwrap().release,
        made.release
    );
    assert!(frozen(log.as_ref(), 4).unwrap().is_none());
    assert_eq!(
        log.ledger().unwrap().len() as u32,
        published.shown_count() + 2
    );
}

#[test]
fn a_correction_keeps_figures_that_would_tell_a_few_people() {
    let evening = Evening::new();
    assert!(matches!(
        evening.build(Stage::Correction),
        Err(BuildError::Obstacles { .. })
    ));
    evening.lock();
    let first = evening.build(Stage::Consolidated).unwrap();
    evening.write(1, |w| {
        for number in 0..3 {
            let mut doubtful = somebody(1, number);
            doubtful.certainty = Certainty::Doubtful;
            w.put_observation(&doubtful);
        }
    });
    assert_eq!(evening.people(Unit::Street), 97);
    let second = evening.build(Stage::Correction).unwrap();
    let figures = |made: &super::FrozenRelease| -> Vec<Option<Figure>> {
        let areas = &made.release.published().areas;
        areas
            .iter()
            .map(|area| area.figures.get(&Unit::Street).copied())
            .collect()
    };
    assert_eq!(figures(&first), figures(&second));
    assert_eq!(second.stage, Stage::Correction);
}

#[test]
fn the_ground_walked_is_that_of_closed_sectors() {
    let evening = Evening::new();
    assert!(evening.prepared().walked.0.is_empty());
    evening.close(2);
    assert_eq!(evening.prepared().walked.0.len(), 1);
    evening.world.plan(|w| {
        w.put_assignment(&Assignment {
            team: team(1),
            sector: sector(2),
            night: night(),
        });
    });
    assert_eq!(evening.prepared().provisional.rounds_expected, 3);
    assert_eq!(ObservationId::from_random([1; 16]), somebody(1, 1).id);
}
