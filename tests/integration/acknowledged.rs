//! Acknowledged means on disk: the real server is killed in the middle of sync and in the middle of
//! checkpoints, again and again, and nothing it acknowledged is lost. A server that acknowledges too
//! early is caught.

use maraude_core::form::FormKind;
use maraude_core::model::{Answer, AnswerValue, ObservationId};
use maraude_core::tablet::{Custody, Event};
use maraude_tests::dice::Dice;
use maraude_tests::real_server::RealServer;
use maraude_tests::tablet::SimulatedTablet;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const TABLETS: usize = 8;
/// How long a tablet may take over one turn.
const PATIENCE: Duration = Duration::from_secs(30);
/// Kills of a server that keeps its word; `MARAUDE_KILLS` asks for another number.
const KILLS: u32 = 200;
/// Kills of one campaign, after which another begins: a round stays as small as a real one.
const KILLS_OF_A_ROUND: u32 = 40;
/// How long one that aims at a checkpoint waits for one to begin.
const AIMING: Duration = Duration::from_secs(5);
/// Kills within which one that does not must be caught; it usually takes a few.
const CONTROL_KILLS: u32 = 100;

/// Each save of an observation counts one head more: the heads tell which save it is.
type Saves = BTreeMap<ObservationId, u32>;

/// After so many saves a tablet makes a new observation; the others save one again.
const SAVES_EACH: u64 = 10;
/// Saves each tablet makes between two kills: enough to be under way when the server dies, few
/// enough for the round to stay small.
const SAVES_PER_KILL: u64 = 2;

fn count(heads: u32) -> Vec<(&'static str, Answer<AnswerValue>)> {
    let place = AnswerValue::Choice("doorway".to_owned());
    vec![
        ("n_men", Answer::Known(AnswerValue::Integer(heads.into()))),
        ("sleeping_place", Answer::Known(place)),
    ]
}

/// What the tablets' threads and the one that kills have in common.
#[derive(Default)]
struct Told {
    /// The last save of each observation that its tablet showed as being on the server.
    acknowledged: Mutex<Saves>,
    /// Saves each tablet may have made by now.
    granted: AtomicU64,
    stop: AtomicBool,
}

struct Field {
    server: RealServer,
    /// Kills aim at checkpoints, which come after each commit then.
    at_checkpoints: bool,
    /// Kills that fell in one.
    in_checkpoint: u32,
    told: Arc<Told>,
    /// Turns each worker has finished.
    turns: Vec<Arc<AtomicU64>>,
    workers: Vec<std::thread::JoinHandle<SimulatedTablet>>,
}

impl Field {
    fn begin(fault: Option<&'static str>, at_checkpoints: bool) -> Self {
        let mut server = RealServer::prepare(TABLETS, fault).unwrap();
        if at_checkpoints {
            server.checkpoint_often();
        }
        server.start().unwrap();
        let told = Arc::new(Told::default());
        let tablets: Vec<SimulatedTablet> = (0..TABLETS as u64)
            .map(|seed| server.tablet(seed).unwrap())
            .collect();
        let turns: Vec<Arc<AtomicU64>> = (0..TABLETS).map(|_| Arc::default()).collect();
        let workers = tablets
            .into_iter()
            .zip(turns.iter().cloned())
            .map(|(tablet, turns)| {
                let told = told.clone();
                std::thread::spawn(move || work(tablet, &told, &turns))
            })
            .collect();
        Self {
            server,
            at_checkpoints,
            in_checkpoint: 0,
            told,
            turns,
            workers,
        }
    }

    /// Kills the server at a drawn moment, looks at its disk, starts it again; what was
    /// acknowledged before the kill and is not there.
    fn kill_once(&mut self, dice: &mut Dice) -> usize {
        // In the middle of sync: something was acknowledged since the start, more is under way.
        let total = || -> u32 { self.told.acknowledged.lock().unwrap().values().sum() };
        let (before, since) = (total(), Instant::now());
        self.told
            .granted
            .fetch_add(SAVES_PER_KILL, Ordering::Release);
        while total() == before && since.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(1));
        }
        let longest_us = if self.at_checkpoints {
            self.wait_for_a_checkpoint();
            2_000
        } else {
            40_000
        };
        std::thread::sleep(Duration::from_micros(u64::from(dice.whole(0, longest_us))));
        // What is shown as acknowledged must survive. No answer comes after the kill; those that
        // came before it are taken in by the tablets first.
        self.server.kill().unwrap();
        let mark = self.server.checkpoint_mark();
        if mark.exists() {
            self.in_checkpoint += 1;
            std::fs::remove_file(mark).unwrap();
        }
        self.let_answers_sink_in();
        let shown = self.told.acknowledged.lock().unwrap().clone();
        let kept = self.on_disk();
        self.server.start().unwrap();
        lost(&shown, &kept)
    }

    fn wait_for_a_checkpoint(&self) {
        let (mark, since) = (self.server.checkpoint_mark(), Instant::now());
        while !mark.exists() && since.elapsed() < AIMING {
            std::thread::sleep(Duration::from_micros(100));
        }
    }

    fn let_answers_sink_in(&self) {
        let now = |turns: &Arc<AtomicU64>| turns.load(Ordering::Acquire);
        let before: Vec<u64> = self.turns.iter().map(now).collect();
        let since = Instant::now();
        for (turns, before) in self.turns.iter().zip(before) {
            while now(turns) < before + 2 && since.elapsed() < PATIENCE {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
    }

    fn on_disk(&self) -> Saves {
        let round = self.server.round_on_disk().unwrap();
        let saves = round.observations.iter();
        saves.map(|seen| (seen.id, seen.heads.at_least())).collect()
    }

    /// Lets everybody finish; observations and saves on disk.
    fn end(mut self) -> (usize, u32) {
        self.told.stop.store(true, Ordering::Relaxed);
        let mut shown = Saves::new();
        for worker in self.workers.drain(..) {
            let mut tablet = worker.join().unwrap();
            tablet.send_everything().unwrap();
            shown.extend(acknowledged(&tablet));
        }
        self.server.kill().unwrap();
        let kept = self.on_disk();
        assert_eq!(lost(&shown, &kept), 0);
        (kept.len(), kept.values().sum())
    }
}

/// Acknowledged saves that are not on the disk.
fn lost(shown: &Saves, kept: &Saves) -> usize {
    let missing =
        |(id, save): &(&ObservationId, &u32)| kept.get(*id).is_none_or(|disk| disk < *save);
    shown.iter().filter(missing).count()
}

fn acknowledged(tablet: &SimulatedTablet) -> Saves {
    let entries = tablet.entries().into_iter();
    entries
        .filter(|entry| matches!(entry.custody, Custody::OnServer | Custody::Read))
        .map(|entry| (entry.id, entry.heads.at_least()))
        .collect()
}

/// Records what is granted and sends, until told to stop, telling what it sees acknowledged.
fn work(mut tablet: SimulatedTablet, told: &Told, turns: &AtomicU64) -> SimulatedTablet {
    let mut own: Vec<(ObservationId, u32)> = Vec::new();
    let mut made: u64 = 0;
    while !told.stop.load(Ordering::Relaxed) {
        if made < told.granted.load(Ordering::Acquire) {
            if made.is_multiple_of(SAVES_EACH) {
                let id = tablet.fill(FormKind::Count, None, None, &count(1)).unwrap();
                own.push((id, 1));
            } else {
                let index = made as usize % own.len();
                let (id, saves) = &mut own[index];
                *saves += 1;
                tablet.edit(*id, &count(*saves)).unwrap();
            }
            made += 1;
        } else if tablet.view().outbox.unsent == 0 {
            std::thread::sleep(Duration::from_millis(1));
        }
        tablet.send(Event::SendNow);
        told.acknowledged
            .lock()
            .unwrap()
            .extend(acknowledged(&tablet));
        turns.fetch_add(1, Ordering::Release);
    }
    tablet
}

#[test]
fn killed_in_sync_and_in_checkpoints_the_server_loses_nothing_it_acknowledged() {
    let mut dice = Dice::new(200);
    let asked = std::env::var("MARAUDE_KILLS").ok();
    let kills = asked.map_or(KILLS, |number| number.parse().unwrap());
    let (mut observations, mut saves, mut in_checkpoint) = (0, 0, 0);
    for (round, first) in (0..kills).step_by(KILLS_OF_A_ROUND as usize).enumerate() {
        // Every second round aims at checkpoints.
        let mut field = Field::begin(None, round % 2 == 1);
        for kill in first..kills.min(first + KILLS_OF_A_ROUND) {
            let lost = field.kill_once(&mut dice);
            assert_eq!(lost, 0, "kill {}", kill + 1);
        }
        in_checkpoint += field.in_checkpoint;
        let kept = field.end();
        observations += kept.0;
        saves += kept.1;
    }
    println!(
        "{kills} kills, {in_checkpoint} of them in the middle of a checkpoint, {observations} \
         observations saved {saves} times, 0 lost"
    );
    assert!(
        kills <= KILLS_OF_A_ROUND || in_checkpoint * 20 >= kills,
        "{in_checkpoint}"
    );
    assert!(u64::from(saves) >= u64::from(kills) * TABLETS as u64);
}

#[test]
fn a_server_that_acknowledges_before_the_commit_is_caught() {
    let mut field = Field::begin(Some("ack-before-commit"), false);
    let mut dice = Dice::new(201);
    let caught = (1..=CONTROL_KILLS).find(|_| field.kill_once(&mut dice) > 0);
    println!("caught at kill {caught:?}");
    field.told.stop.store(true, Ordering::Relaxed);
    for worker in field.workers.drain(..) {
        worker.join().unwrap();
    }
    assert!(caught.is_some());
}
