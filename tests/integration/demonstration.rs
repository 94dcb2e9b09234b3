//! The demo's night, as `cargo xtask demo` collects it, holds what a newcomer is promised.

use maraude_server::http::contract::{
    CampaignDetail, Command, NewRelease, ReleaseEntry, ReleasePreview,
};
use maraude_tests::console::Console;
use maraude_tests::night::NightOrder;
use maraude_tests::tablet::SimulatedTablet;
use maraude_tests::world::{COORDINATOR, PASSWORD, World};
use std::collections::BTreeSet;

/// The seed of `cargo xtask demo`.
const SEED: u64 = 1;

#[test]
fn the_demo_shows_something_true_on_every_screen() {
    let world = World::new().unwrap();
    let mut order = NightOrder::demo(&world.base, COORDINATOR, PASSWORD, SEED);
    order.now = world.clock.now();
    order.with_layers = true;
    order.waiting_team = true;
    let night = order.run(&mut |_| {}).unwrap();
    let console = Console::log_in(&world.base, COORDINATOR, PASSWORD).unwrap();
    let plan = console.detail(night.campaign).unwrap();

    assert!(plan.sectors.len() >= 8, "{} sectors", plan.sectors.len());
    assert_eq!(plan.zones.len(), 2);
    assert_eq!(plan.sites.len(), 12);
    assert!(plan.teams.len() > 6, "{} teams", plan.teams.len());
    let observations = console.observations(night.campaign, "").unwrap();
    assert!(
        observations.total >= 250,
        "{} observations",
        observations.total
    );
    let tonight = console.tonight(night.campaign, night.night).unwrap();
    assert!(tonight.figures.squats > 0 && tonight.figures.bidonvilles > 0);
    assert!(tonight.figures.pairs_to_review > 0);
    let team = night.waiting_team.unwrap();
    let lines: Vec<_> = tonight
        .teams
        .iter()
        .filter(|line| line.team == team)
        .collect();
    assert!(matches!(lines[..], [line] if line.state == "expected"));
    a_tablet_of_the_waiting_team_has_known_places(&world, &console, &plan, &team);
    let leaves = leaves(&console, &plan);
    assert!(leaves >= 6, "{leaves} leaves");
}

/// Leaves of a consolidated release.
fn leaves(console: &Console, plan: &CampaignDetail) -> usize {
    console
        .order(plan.summary.id, &Command::LockCampaign {})
        .unwrap();
    let at = format!("/api/campaigns/{}/releases", plan.summary.id);
    let stage = "consolidated".to_owned();
    let made: ReleaseEntry = console.post(&at, &NewRelease { stage }).unwrap();
    let preview: ReleasePreview = console.get(&format!("{at}/{}", made.number)).unwrap();
    let map: serde_json::Value = serde_json::from_str(&preview.geojson).unwrap();
    let features = map["features"].as_array().unwrap();
    let of_leaves = features
        .iter()
        .filter(|feature| feature["properties"]["level"] == "leaf");
    let codes: BTreeSet<_> = of_leaves
        .filter_map(|feature| feature["properties"]["code"].as_str())
        .collect();
    codes.len()
}

fn a_tablet_of_the_waiting_team_has_known_places(
    world: &World,
    console: &Console,
    plan: &CampaignDetail,
    team: &str,
) {
    let team = plan.teams.iter().find(|known| known.code == team).unwrap();
    let sent: Vec<_> = plan
        .assignments
        .iter()
        .filter(|assignment| assignment.team == team.id)
        .collect();
    let [sent] = sent[..] else {
        panic!("sent to {} sectors", sent.len());
    };
    let code = console
        .enrolment(plan.summary.id, "Démonstration", Some(team.id))
        .unwrap();
    let mut tablet =
        SimulatedTablet::enrolled(&world.base, &code.code, 9, world.clock.now()).unwrap();
    tablet.send_everything().unwrap();
    tablet
        .set_out(team.id, Some(sent.sector), sent.night)
        .unwrap();
    let places = tablet.view().round.unwrap().sites;
    assert!(places.len() >= 2, "{} known places", places.len());
    // None is reduced for volunteers: the note is there to be read.
    assert!(places.iter().all(|place| place.note.is_some()));
}
