//! Enrolment in series: one code for several tablets, four words on both screens, no place too many.

use maraude_core::tablet::{Event, Phase};
use maraude_server::http::contract::{
    DeviceEntry, EnrolmentCode, NewSeries, NewSheet, SeriesLine, SheetCode, SheetTeam,
};
use maraude_tests::console::Console;
use maraude_tests::tablet::SimulatedTablet;
use maraude_tests::world::{COORDINATOR, PASSWORD, World};

fn enrol(world: &World, code: &str, seed: u64) -> SimulatedTablet {
    let mut tablet = SimulatedTablet::new(&world.base, seed, world.clock.now());
    tablet.send(Event::Enrol {
        code: code.to_owned(),
    });
    tablet
}

#[test]
fn a_series_takes_in_as_many_tablets_as_it_has_places_and_each_shows_its_words() {
    let world = World::new().unwrap();
    let console = Console::log_in(&world.base, COORDINATOR, PASSWORD).unwrap();
    let at = format!("/api/campaigns/{}", world.plan.campaign);
    let wanted = NewSeries {
        label: "T".to_owned(),
        team: None,
        places: 3,
    };
    let opened: EnrolmentCode = console.post(&format!("{at}/series"), &wanted).unwrap();
    // The link and what is typed are one code.
    for (seed, code) in [(1, &opened.link), (2, &opened.code), (3, &opened.link)] {
        let tablet = enrol(&world, code, seed);
        assert_eq!(tablet.view().phase, Phase::ChoosePin);
        let words = tablet.view().check_words.unwrap();
        let devices: Vec<DeviceEntry> = console.get(&format!("{at}/devices")).unwrap();
        let label = format!("T-{seed:02}");
        let entry = devices.iter().find(|device| device.label == label).unwrap();
        assert_eq!((&entry.words_fr, &entry.words_en), (&words.fr, &words.en));
    }
    let late = enrol(&world, &opened.code, 4);
    assert_eq!(late.view().message.unwrap().code, "code-used");
    let lines: Vec<SeriesLine> = console.get(&format!("{at}/series")).unwrap();
    assert_eq!((lines[0].used, lines[0].places), (3, 3));
    assert!(world.audited("series-opened"));
}

#[test]
fn a_cancelled_series_takes_nobody_in_and_a_sheet_s_codes_serve_once() {
    let world = World::new().unwrap();
    let console = Console::log_in(&world.base, COORDINATOR, PASSWORD).unwrap();
    let at = format!("/api/campaigns/{}", world.plan.campaign);
    let wanted = NewSeries {
        label: "T".to_owned(),
        team: Some(world.plan.teams[0]),
        places: 3,
    };
    let opened: EnrolmentCode = console.post(&format!("{at}/series"), &wanted).unwrap();
    let lines: Vec<SeriesLine> = console.get(&format!("{at}/series")).unwrap();
    let cancel = format!("{at}/series/{}/cancel", lines[0].id);
    console.order_nothing(&cancel, &()).unwrap();
    let refused = enrol(&world, &opened.link, 1);
    assert_eq!(refused.view().message.unwrap().code, "code-expired");

    let sheet = NewSheet {
        teams: (world.plan.teams.iter())
            .map(|team| SheetTeam {
                team: *team,
                number: 2,
            })
            .collect(),
    };
    let codes: Vec<SheetCode> = console
        .post(&format!("{at}/enrolment-sheet"), &sheet)
        .unwrap();
    let labels: Vec<&str> = codes.iter().map(|code| code.label.as_str()).collect();
    assert_eq!(labels, ["E1-1", "E1-2", "E2-1", "E2-2"]);
    let taken = enrol(&world, &codes[2].code.link, 2);
    let enrolment = taken.view().enrolment.unwrap();
    assert_eq!(enrolment.label, "E2-1");
    assert_eq!(enrolment.team, Some(world.plan.teams[1]));
    let again = enrol(&world, &codes[2].code.code, 3);
    assert_eq!(again.view().message.unwrap().code, "code-used");
    // The night's end: noon of the next day in Paris.
    world.clock.advance(14 * 3_600_000);
    let late = enrol(&world, &codes[3].code.code, 4);
    assert_eq!(late.view().message.unwrap().code, "code-expired");
}
