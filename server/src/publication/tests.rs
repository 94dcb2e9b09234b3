//! A night from tablets' changes to kept releases, over a real log and view.

use super::{
    BuildError, Builder, CampaignCounts, Indicators, Numbers, NumbersError, Past, Prepared, Reader,
    Sources, archive, build, frozen, indicators, obstacles, prepare, releases, sentence,
};
use crate::geolocation::LiveView;
use crate::projection::fixtures::{
    AT, World, departure, device, night, observation, place, sector, squat, team,
};
use crate::review::Reviewed;
use crate::store::{DataFolder, Remains};
use geo::MapCoords;
use maraude_core::model::{
    Assignment, CampaignId, CampaignState, Certainty, Closure, ClosureId, Coverage, HeadCount,
    Observation, ObservationId, ObservationKind, Stamp,
};
use maraude_observatory::area::Level;
use maraude_observatory::disclosure::{
    CountedNight, Figure, PublishedFile, Rule, Settings, Stage, consolidate, verify,
};
use maraude_observatory::indicator::Unit;

/// Work on a night as it is now.
fn with_sources<T>(live: &LiveView, work: impl FnOnce(Sources<'_>) -> T) -> T {
    live.catch_up().unwrap();
    let (view, ground) = (live.view(), live.ground());
    let reviewed = Reviewed::of(&view, 1).unwrap();
    work(Sources {
        view: &view,
        ground: &ground,
        reviewed: &reviewed,
    })
}

/// What a reader is told of it.
pub(super) fn told(live: &LiveView, reader: Reader) -> Indicators {
    with_sources(live, |sources| {
        let settings = Settings::default();
        let prepared = prepare(sources, &settings).unwrap().unwrap();
        indicators(sources, &prepared, &settings, reader).unwrap()
    })
}

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
        let live = world.live("run");
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

    fn past(&self) -> Past {
        let log = self.world.engine.log();
        let remains = Remains {
            releases: log.releases().unwrap(),
            ledger: log.ledger().unwrap(),
        };
        Past::of(self.world.campaign, [(self.world.campaign, remains)]).unwrap()
    }

    fn build(&self, stage: Stage) -> Result<super::FrozenRelease, BuildError> {
        let builder = Builder {
            by: "coordination",
            now: self.world.clock.now(),
        };
        let log = self.world.engine.log().clone();
        build(
            &self.prepared(),
            (log.as_ref(), &self.past()),
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
    let codes = |stage| obstacles(&evening.prepared(), &evening.past(), stage);
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

    let stored = || log.releases().unwrap();
    let kept = releases(stored()).unwrap();
    assert_eq!(kept.len(), 3);
    assert_eq!(kept[2].digest, made.digest);
    assert_eq!(frozen(stored(), 3).unwrap().unwrap().release, made.release);
    assert!(frozen(stored(), 4).unwrap().is_none());
    // A figure of the moment would tell what changed since.
    assert!(matches!(
        evening.build(Stage::Provisional),
        Err(BuildError::Obstacles { codes }) if codes == ["already-consolidated"]
    ));
    assert_eq!(
        log.ledger().unwrap().len() as u32,
        published.shown_count() + 2
    );
}

#[test]
fn the_figure_of_several_nights_is_told_to_be_no_minimum() {
    let evening = Evening::new();
    let mut prepared = evening.prepared();
    let codes = |of: &Prepared| obstacles(of, &evening.past(), Stage::Provisional);
    assert_eq!(codes(&prepared), ["exercise?"]);
    prepared.several_nights = true;
    assert_eq!(codes(&prepared), ["several-nights?", "exercise?"]);
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

impl Evening {
    fn remains(&self) -> Remains {
        let log = self.world.engine.log();
        Remains {
            releases: log.releases().unwrap(),
            ledger: log.ledger().unwrap(),
        }
    }
}

/// A second campaign on the same nights could tell the first one's people by a difference of one.
#[test]
fn nights_that_another_campaign_released_are_not_released_again() {
    let (first, second) = (Evening::new(), Evening::new());
    first.lock();
    second.lock();
    let seen = |of: &Evening, other: Remains| {
        let another = CampaignId::from_random([77; 16]);
        let all = [(of.world.campaign, of.remains()), (another, other)];
        let past = Past::of(of.world.campaign, all).unwrap();
        obstacles(&of.prepared(), &past, Stage::Consolidated)
    };
    first.build(Stage::Provisional).unwrap();
    assert_eq!(seen(&second, first.remains()), ["exercise?"]);
    first.build(Stage::Consolidated).unwrap();
    assert_eq!(
        seen(&second, first.remains()),
        ["released-elsewhere", "exercise?"]
    );
}

#[test]
fn nothing_is_released_of_a_campaign_that_was_exported() {
    let evening = Evening::new();
    let stands = |past: &Past, stage| {
        let codes = obstacles(&evening.prepared(), past, stage);
        codes.contains(&"campaign-exported".to_owned())
    };
    for stage in [Stage::Provisional, Stage::Consolidated, Stage::Correction] {
        assert!(stands(&evening.past().exported(), stage), "{stage:?}");
        assert!(!stands(&evening.past(), stage), "control, {stage:?}");
    }
}

/// The areas are those of the first release: a sector drawn since moves the perimeter of this
/// campaign.
#[test]
fn a_perimeter_that_moved_since_the_first_release_stops_the_next() {
    let evening = Evening::new();
    evening.build(Stage::Provisional).unwrap();
    evening.world.plan(|w| {
        let mut far = evening.live.view().plan().unwrap().sectors[0].clone();
        far.id = sector(77);
        far.boundary = far.boundary.map_coords(|at| geo::Coord {
            x: at.x + 0.1,
            y: at.y,
        });
        w.put_sector(&far);
    });
    assert!(matches!(
        evening.build(Stage::Provisional),
        Err(BuildError::Obstacles { codes }) if codes == ["areas-changed"]
    ));
}

/// Documents are the truth: a view made anew from the log gives the same bytes.
#[test]
fn a_release_made_again_from_the_documents_has_the_same_digest() {
    let evening = Evening::new();
    evening.close(1);
    evening.lock();
    let made = evening.build(Stage::Consolidated).unwrap();
    let again = evening.world.live("run-again");
    let anew = Evening {
        world: evening.world,
        live: again,
    };
    let prepared = anew.prepared();
    let night = CountedNight {
        places: &prepared.places,
        walked: &prepared.walked,
    };
    let heading = made.release.published().heading.clone();
    let settings = Settings::default();
    let tree = prepared.tree.as_ref().unwrap();
    let release = consolidate(heading, tree, night, &settings).unwrap();
    assert_eq!(super::freeze::digest(&release.to_frozen()), made.digest);
}

#[test]
fn an_officer_makes_numbers_stricter_until_the_first_release_fixes_them() {
    let evening = Evening::new();
    let numbers = Numbers::of(&DataFolder::new(evening.world.folder.path()));
    let (campaign, past) = (evening.world.campaign, evening.past());
    let set = |past: &Past, value: u32| {
        let wanted = [("leaf_minimum_people".to_owned(), value)];
        numbers.set(campaign, past, &wanted.into())
    };
    assert!(matches!(set(&past, 5), Err(NumbersError::Fault { .. })));
    assert_eq!(
        numbers.settings(campaign, &past).unwrap(),
        Settings::default()
    );
    assert_eq!(set(&past, 20).unwrap().leaf_minimum_people, 20);
    assert_eq!(
        numbers
            .settings(campaign, &past)
            .unwrap()
            .leaf_minimum_people,
        20
    );
    evening.build(Stage::Provisional).unwrap();
    let past = evening.past();
    assert!(matches!(set(&past, 30), Err(NumbersError::Fixed)));
    assert_eq!(
        numbers.settings(campaign, &past).unwrap(),
        Settings::default()
    );
}

#[test]
fn an_archive_holds_counts_by_sector_and_no_person() {
    let evening = Evening::new();
    evening.close(1);
    evening.lock();
    let made = evening.build(Stage::Consolidated).unwrap();
    let prepared = evening.prepared();
    let settings = Settings::default();
    let releases = std::slice::from_ref(&made);
    let files = with_sources(&evening.live, |sources| {
        archive(sources, &prepared, releases, &settings).unwrap()
    });
    let text = |name: &str| &files.iter().find(|file| file.0 == name).unwrap().1;
    let rows: Vec<&str> = text("sectors.csv").lines().collect();
    assert!(rows[0].starts_with("sector,walked,people,low,high,definition,zone,ground"));
    assert_eq!(
        rows.iter().filter(|row| row.contains(",true,50,")).count(),
        1,
        "{rows:?}"
    );
    assert!(text("units.csv").contains("street,100,100,"));
    let about: serde_json::Value = serde_json::from_str(text("archive.json")).unwrap();
    assert_eq!(about["releases"][0]["digest"], made.digest.as_str());
    assert_eq!(about["observations_by_contact"]["answered"], 106);
    let counts = CampaignCounts::read(&files).unwrap();
    let in_sectors: u32 = counts.sectors.iter().map(|(_, of)| of.people).sum();
    assert_eq!(in_sectors + counts.elsewhere.people, 100);
    assert_eq!((counts.open, counts.provisional), (false, false));
    for (name, text) in &files {
        let file = verify_file(name, text);
        assert!(file, "{name} holds an identifier or a time of day");
    }
}

/// Neither an identifier nor a time of day, as the scan of published files sees them.
fn verify_file(name: &str, text: &str) -> bool {
    let file = PublishedFile {
        name: name.to_owned(),
        text: text.to_owned(),
    };
    let seen = verify(&[file]);
    !seen
        .findings
        .iter()
        .any(|finding| finding.rule == Rule::Content)
}
