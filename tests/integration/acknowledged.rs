//! Acknowledged means on disk: the real server is killed in the middle of sync, again and again,
//! and nothing it acknowledged is lost. A server that acknowledges too early is caught.

use maraude_core::form::FormKind;
use maraude_core::model::{Answer, AnswerValue, ObservationId};
use maraude_tests::dice::Dice;
use maraude_tests::tablet::SimulatedTablet;
use maraude_tests::world::RealServer;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const TABLETS: usize = 8;
/// Kills of a server that keeps its word.
const KILLS: u32 = 200;
/// Kills within which one that does not must be caught; it usually takes a few.
const CONTROL_KILLS: u32 = 100;

fn count(number: i64) -> Vec<(&'static str, Answer<AnswerValue>)> {
    let place = AnswerValue::Choice("doorway".to_owned());
    vec![
        ("n_men", Answer::Known(AnswerValue::Integer(number % 9 + 1))),
        ("sleeping_place", Answer::Known(place)),
    ]
}

struct Field {
    server: RealServer,
    /// Observations some tablet showed as being on the server.
    acknowledged: Arc<Mutex<BTreeSet<ObservationId>>>,
    stop: Arc<AtomicBool>,
    workers: Vec<std::thread::JoinHandle<SimulatedTablet>>,
}

impl Field {
    fn begin(fault: Option<&'static str>) -> Self {
        let mut server = RealServer::prepare(TABLETS, fault).unwrap();
        server.start().unwrap();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let acknowledged = Arc::new(Mutex::new(BTreeSet::new()));
        let stop = Arc::new(AtomicBool::new(false));
        let mut tablets = Vec::new();
        for seed in 0..TABLETS as u64 {
            let code = server.code().unwrap();
            let at = now.as_millis() as i64;
            let mut tablet = SimulatedTablet::enrolled(&server.base, &code, seed, at).unwrap();
            let plan = &server.plan;
            tablet
                .set_out(plan.teams[0], Some(plan.sectors[0]), plan.night)
                .unwrap();
            tablets.push(tablet);
        }
        let workers = tablets
            .into_iter()
            .map(|tablet| {
                let (acknowledged, stop) = (acknowledged.clone(), stop.clone());
                std::thread::spawn(move || work(tablet, &acknowledged, &stop))
            })
            .collect();
        Self {
            server,
            acknowledged,
            stop,
            workers,
        }
    }

    /// Kills the server at a drawn moment, looks at its disk, starts it again; what was
    /// acknowledged before the kill and is not there.
    fn kill_once(&mut self, dice: &mut Dice) -> usize {
        std::thread::sleep(Duration::from_micros(u64::from(dice.whole(2_000, 60_000))));
        // What is shown as acknowledged now must survive: the list is taken after the kill, when
        // no new answer can come.
        self.server.kill().unwrap();
        let shown = self.acknowledged.lock().unwrap().clone();
        let round = self.server.round_on_disk().unwrap();
        let kept: BTreeSet<_> = round.observations.iter().map(|seen| seen.id).collect();
        self.server.start().unwrap();
        shown.difference(&kept).count()
    }

    fn end(mut self) -> usize {
        self.stop.store(true, Ordering::Relaxed);
        let mut entries = BTreeSet::new();
        for worker in self.workers.drain(..) {
            let mut tablet = worker.join().unwrap();
            tablet.send_everything().unwrap();
            entries.extend(tablet.acknowledged());
        }
        self.server.kill().unwrap();
        let round = self.server.round_on_disk().unwrap();
        let kept: BTreeSet<_> = round.observations.iter().map(|seen| seen.id).collect();
        assert!(entries.is_subset(&kept));
        kept.len()
    }
}

/// Records and sends until told to stop, telling what it sees acknowledged.
fn work(
    mut tablet: SimulatedTablet,
    acknowledged: &Mutex<BTreeSet<ObservationId>>,
    stop: &AtomicBool,
) -> SimulatedTablet {
    let mut number = 0;
    while !stop.load(Ordering::Relaxed) {
        number += 1;
        if number <= 150 {
            tablet
                .fill(FormKind::Count, None, None, &count(number))
                .unwrap();
        } else {
            // Enough to read; the same entries go on being edited.
            let entries = tablet.entries();
            let id = entries[number as usize % entries.len()].id;
            tablet.edit(id, &count(number)).unwrap();
        }
        tablet.send(maraude_core::tablet::Event::SendNow);
        acknowledged.lock().unwrap().extend(tablet.acknowledged());
    }
    tablet
}

#[test]
fn killed_200_times_the_server_loses_nothing_it_acknowledged() {
    let mut field = Field::begin(None);
    let mut dice = Dice::new(200);
    for kill in 1..=KILLS {
        let lost = field.kill_once(&mut dice);
        assert_eq!(lost, 0, "kill {kill}");
    }
    let kept = field.end();
    println!("{KILLS} kills, {kept} observations on disk, 0 acknowledged lost");
    assert!(kept > 100);
}

#[test]
fn a_server_that_acknowledges_before_the_commit_is_caught() {
    let mut field = Field::begin(Some("ack-before-commit"));
    let mut dice = Dice::new(201);
    let caught = (1..=CONTROL_KILLS).find(|_| field.kill_once(&mut dice) > 0);
    println!("caught at kill {caught:?}");
    field.stop.store(true, Ordering::Relaxed);
    for worker in field.workers.drain(..) {
        worker.join().unwrap();
    }
    assert!(caught.is_some());
}
