//! Streets that teams ticked, from their tablets' changes to the indicators.

use super::SectorWalk;
use crate::geolocation::LiveView;
use crate::projection::fixtures::{
    AT, World, departure, device, observation, place, rectangle, sector,
};
use crate::publication::Reader;
use crate::publication::tests::told;
use crate::store::{LayerFeature, LayerKind, LayerStore};
use geo::LineString;
use maraude_core::document::Writer;
use maraude_core::model::{Closure, ClosureId, Coverage, Stamp};
use std::sync::Arc;

struct Night {
    world: World,
    layers: Arc<LayerStore>,
    live: LiveView,
}

fn street(name: &str, from: (f64, f64), to: (f64, f64)) -> LayerFeature {
    let end = |(east, north)| {
        let at = place(east, north);
        (at.longitude, at.latitude)
    };
    LayerFeature {
        code: name.to_owned(),
        name: name.to_owned(),
        population: None,
        geometry: LineString::from(vec![end(from), end(to)]).into(),
    }
}

impl Night {
    fn new() -> Self {
        let world = World::new();
        let layers = Arc::new(LayerStore::in_memory().unwrap());
        let live = world.live_over(layers.clone(), "run");
        Self {
            world,
            layers,
            live,
        }
    }

    /// In the first sector 1,000 and 400 m, along its border with the second 1,800 m, and a way that
    /// has no name.
    fn import_streets(&self) {
        let streets = [
            street("Rue Longue", (-1_900.0, 0.0), (-900.0, 0.0)),
            street("Rue Brève", (-1_900.0, 200.0), (-1_500.0, 200.0)),
            street("Boulevard du Bord", (-2.0, -900.0), (-2.0, 900.0)),
            street("Voie non dénommée", (-1_900.0, 400.0), (-400.0, 400.0)),
        ];
        let kind = LayerKind::Street;
        self.layers
            .import(kind, "rues", AT, &streets, false)
            .unwrap();
        self.live.refresh_ground().unwrap();
    }

    fn write(&self, number: u8, write: impl FnOnce(&mut Writer<'_>)) {
        let key = self.world.round_key(number, Some(number));
        self.world.tablet_writes(&key, device(number), None, |w| {
            w.put_departure(&key, &departure(number));
            write(w);
        });
        self.world.clock.advance(1_000);
    }

    fn walk(&self, number: u8, streets: &[&str], walked: bool) {
        self.write(number, |w| {
            for street in streets {
                w.mark_street(departure(number).id, street, walked);
            }
        });
    }

    fn close(&self, number: u8, coverage: Coverage) {
        self.write(number, |w| {
            w.put_closure(&Closure {
                id: ClosureId::from_random([number; 16]),
                stamp: Stamp {
                    device: device(number),
                    at: AT,
                },
                coverage,
                not_walked: None,
                zero_found: false,
                reopened_at: None,
            });
        });
    }

    fn told(&self, reader: Reader) -> Vec<SectorWalk> {
        told(&self.live, reader).sectors
    }

    fn check(&self, expected: [(&str, Option<[u32; 2]>); 2]) {
        let told = self.told(Reader::Coordination);
        let told: Vec<_> = told
            .iter()
            .map(|walk| (walk.state, walk.streets_m))
            .collect();
        assert_eq!(told, expected);
    }
}

#[test]
fn a_sector_is_whole_when_its_ticked_streets_are_not_when_the_team_says_so() {
    let night = Night::new();
    night.import_streets();
    night.check([("not_visited", None), ("not_visited", None)]);
    let lengths = night.live.view().street_lengths().unwrap();
    assert_eq!((lengths[&sector(1)], lengths[&sector(2)]), (3_200, 1_800));

    night.walk(1, &["rue_longue", "rue_breve", "rue_d_ailleurs"], true);
    night.check([("under_way", Some([1_400, 3_200])), ("not_visited", None)]);
    night.close(1, Coverage::Full);
    night.check([("partial", Some([1_400, 3_200])), ("not_visited", None)]);
    night.walk(1, &["boulevard_du_bord"], true);
    // Walked whole, and nobody there: a result, that whoever works on figures alone is not told here.
    night.check([("zero", Some([3_200, 3_200])), ("not_visited", None)]);
    assert_eq!(night.told(Reader::Figures)[0].state, "walked");

    // Of the second sector nothing was ticked: its team's answer holds.
    night.close(2, Coverage::NotWalked);
    night.check([("zero", Some([3_200, 3_200])), ("not_walked", None)]);
    night.write(1, |w| {
        w.put_observation(&observation(1, 3, place(-1_000.0, 10.0)));
    });
    night.check([("walked", Some([3_200, 3_200])), ("not_walked", None)]);

    // Taken back, and the round is in part again.
    night.walk(1, &["rue_longue"], false);
    night.check([("partial", Some([2_200, 3_200])), ("not_walked", None)]);
    let (before, after) = night.live.rebuild_and_compare().unwrap();
    assert_eq!(before, after, "a rebuilt view tells the same");
}

#[test]
fn without_a_layer_of_streets_the_answer_stays_and_one_that_comes_later_counts() {
    let night = Night::new();
    night.walk(1, &["rue_breve"], true);
    night.close(1, Coverage::Full);
    night.close(2, Coverage::Full);
    night.check([("zero", None), ("zero", None)]);
    night.import_streets();
    night.check([("partial", Some([400, 3_200])), ("zero", None)]);
    // A sector that is drawn anew has other streets.
    let plan = night.live.view().plan().unwrap();
    let mut first = plan
        .sectors
        .into_iter()
        .find(|s| s.id == sector(1))
        .unwrap();
    first.boundary = rectangle([-2_000.0, 100.0, -1_000.0, 300.0]);
    night.world.plan(|w| w.put_sector(&first));
    night.check([("zero", Some([400, 400])), ("zero", None)]);
}
