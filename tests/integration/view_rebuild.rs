//! The view can be dropped at any time: rebuilt, it equals the one that grew with the log.

use maraude_server::projection::ObservationFilter;
use maraude_tests::population::{Ground, Population, Size};
use maraude_tests::world::{TEN_PM, World};

#[test]
fn a_view_that_grew_equals_one_rebuilt_at_the_end_of_the_night() {
    let mut world = World::new().unwrap();
    let grown = world.view("grown").unwrap();
    let size = Size {
        stays: 40,
        teams: 2,
    };
    let night = Population::draw(Ground::montpellier(), size, 5);
    for team in 0..2_u32 {
        let mut tablet = world.tablet(team as usize).unwrap();
        let plan = &world.plan;
        let (who, sector) = (plan.teams[team as usize], plan.sectors[team as usize]);
        tablet.set_out(who, Some(sector), plan.night).unwrap();
        let own = night.encounters.iter().filter(|met| met.team == team);
        for (n, met) in own.enumerate() {
            tablet.until(TEN_PM + i64::from(met.at_s) * 1_000);
            tablet.record(met, None).unwrap();
            if n % 7 == 0 {
                // The log grows while the view follows, in steps of its own.
                tablet.send_everything().unwrap();
                grown.catch_up().unwrap();
            }
        }
        tablet.send_everything().unwrap();
    }
    grown.catch_up().unwrap();
    let rebuilt = world.view("rebuilt").unwrap();
    let digests = |of: &maraude_server::geolocation::LiveView| of.view().digest_tables().unwrap();
    assert_eq!(digests(&grown), digests(&rebuilt));
    let before = digests(&grown);
    grown.rebuild(&mut |_, _| {}).unwrap();
    assert_eq!(digests(&grown), before);
    let (lines, total) = grown.view().lines(&ObservationFilter::default()).unwrap();
    assert_eq!(lines.len(), total as usize);
    assert_eq!(lines.len(), night.encounters.len());
}
