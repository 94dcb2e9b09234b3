//! Disks that are full or damaged: what was acknowledged stays, what is there can be read, the
//! others are served, and everything goes on once there is room.

use maraude_core::form::FormKind;
use maraude_core::model::{Answer, AnswerValue};
use maraude_core::tablet::{Custody, Event};
use maraude_server::http::contract::{Command as Order, TeamEntry};
use maraude_tests::console::Console;
use maraude_tests::real_server::RealServer;
use maraude_tests::tablet::SimulatedTablet;
use maraude_tests::world::{COORDINATOR, PASSWORD, World};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

/// Room of the small disk, megabytes: what is kept back, and some.
const DISK_MB: usize = 48;

/// What is left of it when it is full, kilobytes.
const LEFT_KB: [usize; 3] = [0, 600, 6_000];

/// A small disk of its own, where the system lets us have one.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(at: &Path) -> Option<Self> {
        std::fs::create_dir_all(at).unwrap();
        let size = format!("size={DISK_MB}m");
        let done = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(at)
            .output();
        done.is_ok_and(|done| done.status.success())
            .then(|| Self(at.to_path_buf()))
    }

    /// Fills it, but for so much.
    fn fill(&self, left_kb: usize) {
        let file = self.0.join("filler");
        let block = vec![1_u8; 64 * 1024];
        let mut filler = std::fs::File::create(&file).unwrap();
        while std::io::Write::write_all(&mut filler, &block).is_ok() {}
        let full = filler.metadata().unwrap().len();
        filler
            .set_len(full.saturating_sub(left_kb as u64 * 1024))
            .unwrap();
    }

    fn empty(&self) {
        std::fs::remove_file(self.0.join("filler")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: the last file may still be open.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

fn record(tablet: &mut SimulatedTablet, men: i64) {
    let place = AnswerValue::Choice("doorway".to_owned());
    let answers = [
        ("n_men", Answer::Known(AnswerValue::Integer(men))),
        ("sleeping_place", Answer::Known(place)),
    ];
    tablet.fill(FormKind::Count, None, None, &answers).unwrap();
}

fn set_out(world: &mut World) -> SimulatedTablet {
    let mut tablet = world.tablet(0).unwrap();
    let plan = &world.plan;
    tablet
        .set_out(plan.teams[0], Some(plan.sectors[0]), plan.night)
        .unwrap();
    tablet
}

fn arrived(tablet: &SimulatedTablet) -> usize {
    let entries = tablet.entries();
    let there = |custody| matches!(custody, Custody::OnServer | Custody::Read);
    entries.iter().filter(|entry| there(entry.custody)).count()
}

/// What a coordinator asks of a server whose disk is full: nothing new is taken in, what is there is
/// handed out, and a campaign that is over is purged, which makes room.
fn order_export_and_purge(world: &World, number: u8, observations: usize) {
    let past = campaign_past(number);
    let console = Console::log_in(&world.base, COORDINATOR, PASSWORD).unwrap();
    let refused = console.order(world.plan.campaign, &new_team()).unwrap_err();
    let refused = format!("{refused:#}");
    assert!(
        refused.contains("507") && refused.contains("disk-full"),
        "{refused}"
    );
    let campaign = world.plan.campaign;
    let path = format!("/api/campaigns/{campaign}/internal/observations");
    let because = json!({"format": "csv", "reason": "la place manque"});
    let csv = String::from_utf8(console.take(&path, &because).unwrap()).unwrap();
    assert_eq!(csv.lines().count(), 1 + observations, "{csv}");
    let certificate = world.purge(past).unwrap();
    assert!(certificate.keys_destroyed && certificate.files_removed > 0);
    assert!(!world.data().join(format!("campaigns/{past}")).exists());
}

fn campaign_past(number: u8) -> maraude_core::model::CampaignId {
    maraude_core::model::CampaignId::from_random([100 + number; 16])
}

fn new_team() -> Order {
    let team = TeamEntry {
        id: maraude_core::model::TeamId::from_random([77; 16]),
        code: "E9".to_owned(),
        organisation: None,
        professional: false,
    };
    Order::PutTeam { team }
}

#[test]
fn a_full_disk_refuses_in_time_loses_nothing_and_can_be_exported_and_purged() {
    let place = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::mount(&place.path().join("disk")) else {
        // Counted as skipped by `cargo xtask test`, not as passed.
        println!("skipped: no small disk may be mounted here");
        return;
    };
    let mut world = World::new_in(&disk.0).unwrap();
    let mut tablet = set_out(&mut world);
    let mut men = 0;
    for number in 0..LEFT_KB.len() as u8 {
        assert_eq!(
            world.locked_campaign(number).unwrap(),
            campaign_past(number)
        );
    }
    for (number, left_kb) in (0..).zip(LEFT_KB) {
        men += 1;
        record(&mut tablet, men);
        tablet.send_everything().unwrap();
        let before = arrived(&tablet);
        assert_eq!(before as i64, men);

        disk.fill(left_kb);
        // Control: it is full.
        let probe = disk.0.join("probe");
        let more = std::fs::write(&probe, vec![1; (left_kb + 64) * 1024]);
        std::fs::remove_file(probe).unwrap();
        assert!(more.is_err(), "{left_kb} kB left");
        assert!(
            !world.look_at_the_disk(),
            "{left_kb} kB left are too little"
        );
        men += 1;
        record(&mut tablet, men);
        tablet.send(Event::SendNow);
        assert_eq!(
            tablet.view().outbox.last_problem.as_deref(),
            Some("server-full")
        );
        assert_eq!(tablet.view().outbox.unsent, 1, "kept, and tried again");
        // What is there is read, also by a server that starts on the full disk.
        world.restart().unwrap();
        tablet.base.clone_from(&world.base);
        assert_eq!(world.round(0).unwrap().0.observations.len(), before);
        // Room is made by purging, which needs room itself: what was kept back was given up.
        world.erase_round(1).unwrap();
        assert!(!world.look_at_the_disk());
        order_export_and_purge(&world, number, before);

        disk.empty();
        assert!(world.look_at_the_disk());
        // Control: the same order is carried out where there is room.
        let console = Console::log_in(&world.base, COORDINATOR, PASSWORD).unwrap();
        console.order(world.plan.campaign, &new_team()).unwrap();
        tablet.send_everything().unwrap();
        assert_eq!(arrived(&tablet) as i64, men);
        assert_eq!(world.round(0).unwrap().0.observations.len() as i64, men);
    }
}

#[test]
fn a_damaged_campaign_does_not_stop_the_server() {
    let mut server = RealServer::prepare(1, None).unwrap();
    server.start().unwrap();
    let id = server
        .command(&["campaign", "create", "--name", "Une autre"])
        .unwrap();
    server.kill().unwrap();
    let log = server
        .data()
        .join("campaigns")
        .join(id.trim())
        .join("log.db");
    let length = std::fs::metadata(&log).unwrap().len() as usize;
    std::fs::write(&log, vec![0xa5; length]).unwrap();
    server.start().unwrap();
    let listed = server.command(&["campaign", "list"]).unwrap();
    assert!(listed.contains("DAMAGED"), "{listed}");
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_millis() as i64;
    let code = server.code().unwrap();
    let mut tablet = SimulatedTablet::enrolled(&server.base, &code, 1, now).unwrap();
    let plan = &server.plan;
    tablet
        .set_out(plan.teams[0], Some(plan.sectors[0]), plan.night)
        .unwrap();
    record(&mut tablet, 2);
    tablet.send_everything().unwrap();
    assert_eq!(arrived(&tablet), 1);
}
