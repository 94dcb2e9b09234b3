//! The power goes at any write: what the disk had not synced is dropped or torn, and nothing that was
//! acknowledged is lost. A server that does not sync is caught.
//!
//! SQLite's file system is replaced for a whole process, so each run is a process of its own.

use maraude_core::form::FormKind;
use maraude_core::model::{Answer, AnswerValue, ObservationId};
use maraude_core::tablet::Event;
use maraude_power as power;
use maraude_tests::dice::Dice;
use maraude_tests::tablet::SimulatedTablet;
use maraude_tests::world::World;
use std::collections::BTreeSet;
use std::process::Command;
use std::time::{Duration, Instant};

/// Cuts of a run of the tests; `MARAUDE_POWER_CUTS` asks for more.
const CUTS: u32 = 50;

/// Cuts within which a server that does not sync must have lost something.
const CONTROL_CUTS: u32 = 50;

/// Cuts of one campaign, after which another begins: a round stays as small as a real one.
const CUTS_OF_A_ROUND: u32 = 25;

/// Set for the process in which the power goes, to how often.
const ALONE: &str = "MARAUDE_POWER_ALONE";

/// The power goes at the latest at so many writes after a start, and often among the first ones. What
/// waits in the write-ahead log is carried over the cuts, so that checkpoints are met too.
const LATEST_WRITE: u32 = 200;
const EARLY_WRITE: u32 = 12;

const TABLETS: usize = 3;
/// A server that takes nothing in for so long has lost who its tablets are.
const PATIENCE: Duration = Duration::from_secs(30);

/// What became of many cuts.
#[derive(Default)]
struct Sum {
    cuts: u32,
    acknowledged: usize,
    lost: usize,
    unsynced: usize,
}

struct Night {
    world: World,
    tablets: Vec<SimulatedTablet>,
    acknowledged: BTreeSet<ObservationId>,
}

impl Night {
    fn begin(seed: u64) -> Self {
        let mut world = World::new().unwrap();
        let made = world.data().to_path_buf();
        // Its files are watched from their first opening on.
        let moved = world.lose_power(|next| {
            power::watch(&made);
            power::left_on_disk(next, &mut || 0)?;
            power::watch(next);
            Ok(())
        });
        moved.unwrap();
        let (team, sector, night) = (world.plan.teams[0], world.plan.sectors[0], world.plan.night);
        let mut tablets = Vec::new();
        for _ in 0..TABLETS {
            let mut tablet = world.tablet(0).unwrap();
            tablet.until(tablet.now() + (seed as i64 % 100) * 1_000);
            tablet.set_out(team, Some(sector), night).unwrap();
            tablet.send_everything().unwrap();
            tablets.push(tablet);
        }
        Self {
            world,
            tablets,
            acknowledged: BTreeSet::new(),
        }
    }

    /// Everybody saves and sends until the power goes; false when the server takes nothing in.
    fn work_until_the_cut(&mut self) -> bool {
        let since = Instant::now();
        std::thread::scope(|scope| {
            for tablet in &mut self.tablets {
                scope.spawn(move || {
                    while !power::is_cut() && since.elapsed() < PATIENCE {
                        save(tablet);
                        tablet.send(Event::SendNow);
                    }
                });
            }
        });
        let told = self.tablets.iter().flat_map(SimulatedTablet::acknowledged);
        self.acknowledged.extend(told);
        power::is_cut()
    }

    /// What is there when the power is back.
    fn start_again(&mut self, dice: &mut Dice, sum: &mut Sum) -> Result<(), String> {
        let started = self.world.lose_power(|next| {
            let mut draw = || u64::from(dice.whole(0, u32::MAX - 1));
            sum.unsynced += power::left_on_disk(next, &mut draw)?;
            power::watch(next);
            Ok(())
        });
        let round = started.and_then(|()| self.world.round(0));
        let (round, _) = round.map_err(|error| format!("{error:#}"))?;
        let kept: BTreeSet<_> = round.observations.iter().map(|o| o.id).collect();
        sum.cuts += 1;
        sum.lost += self.acknowledged.difference(&kept).count();
        Ok(())
    }
}

fn save(tablet: &mut SimulatedTablet) {
    let place = AnswerValue::Choice("doorway".to_owned());
    let answers = [
        ("n_men", Answer::Known(AnswerValue::Integer(1))),
        ("sleeping_place", Answer::Known(place)),
    ];
    tablet.fill(FormKind::Count, None, None, &answers).unwrap();
}

/// So many cuts; ends early when something is lost.
fn cut_the_power(cuts: u32) -> Sum {
    power::plug_in();
    let mut dice = Dice::new(41);
    let mut sum = Sum::default();
    while sum.cuts < cuts && sum.lost == 0 {
        let mut night = Night::begin(sum.cuts.into());
        let end = (sum.cuts + CUTS_OF_A_ROUND).min(cuts);
        while sum.cuts < end && sum.lost == 0 {
            // A night's first cut comes once something was acknowledged.
            let early = !night.acknowledged.is_empty() && dice.chance(0.3);
            let latest = if early { EARLY_WRITE } else { LATEST_WRITE };
            power::cut_after(dice.whole(1, latest).into());
            if !night.work_until_the_cut() {
                sum.lost += TABLETS;
            } else if night.start_again(&mut dice, &mut sum).is_err() {
                sum.lost += night.acknowledged.len().max(1);
            }
        }
        sum.acknowledged += night.acknowledged.len();
    }
    sum
}

impl Sum {
    fn told(&self, since: Instant) -> String {
        format!(
            "{} power cuts in {:.0} s: {} observations acknowledged, {} writes not synced, {} lost",
            self.cuts,
            since.elapsed().as_secs_f64(),
            self.acknowledged,
            self.unsynced,
            self.lost
        )
    }

    fn holds(&self) {
        assert!(self.unsynced > 0 && self.acknowledged > 0);
        assert_eq!(self.lost, 0, "acknowledged, and not on the disk");
    }
}

/// Runs a test of this file in a process of its own; what it said, and whether it held.
fn alone(name: &str, cuts: u32, fault: Option<&str>) -> (bool, String) {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args([name, "--exact", "--test-threads=1", "--nocapture"]);
    child
        .env(ALONE, cuts.to_string())
        .env_remove("MARAUDE_FAULT");
    child.envs(fault.map(|fault| ("MARAUDE_FAULT", fault)));
    let done = child.output().unwrap();
    let said = [done.stdout, done.stderr].concat();
    (
        done.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

fn asked() -> Option<u32> {
    std::env::var(ALONE).ok()?.parse().ok()
}

fn told(said: &str) -> &str {
    let mut lines = said.lines();
    let line = lines.find(|line| line.contains("power cuts"));
    // The runner's own words stand before it.
    line.map_or(said, |line| line.rsplit("... ").next().unwrap_or(line))
}

#[test]
fn power_cuts_lose_nothing_acknowledged() {
    if let Some(cuts) = asked() {
        let since = Instant::now();
        let sum = cut_the_power(cuts);
        println!("{}", sum.told(since));
        return sum.holds();
    }
    let cuts = std::env::var("MARAUDE_POWER_CUTS").ok();
    let cuts = cuts.and_then(|text| text.parse().ok()).unwrap_or(CUTS);
    let name = "power_cuts::power_cuts_lose_nothing_acknowledged";
    let (held, said) = alone(name, cuts, None);
    assert!(held, "{said}");
    println!("{}", told(&said));
}

#[test]
fn a_server_that_does_not_sync_is_caught() {
    if let Some(cuts) = asked() {
        let since = Instant::now();
        let sum = cut_the_power(cuts);
        println!("{}", sum.told(since));
        return sum.holds();
    }
    let name = "power_cuts::a_server_that_does_not_sync_is_caught";
    let (held, said) = alone(name, CONTROL_CUTS, Some("synchronous-off"));
    assert!(!held, "it lost nothing: {said}");
    // Caught for that reason and no other.
    assert!(told(&said).ends_with(" lost"), "{said}");
    println!("with synchronous=OFF: {}", told(&said));
}
