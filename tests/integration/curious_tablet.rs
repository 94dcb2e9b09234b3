//! A tablet that wants to read what other teams wrote: every name of a round follows from the plan
//! it holds, and it may write in any of them, because an honest observation is never refused.

use maraude_core::document::DocumentName;
use maraude_core::form::FormKind;
use maraude_core::model::{Answer, AnswerValue, RoundKey};
use maraude_core::sync::{Follow, SyncAnswer};
use maraude_tests::hostile::HostileTablet;
use maraude_tests::world::World;

/// Every round that could be told from the plan.
fn all_rounds(world: &World) -> Vec<DocumentName> {
    let plan = &world.plan;
    let sectors = plan.sectors.iter().copied().map(Some);
    let sectors: Vec<_> = sectors.chain([None]).collect();
    let round = |team, sector| DocumentName::Round {
        key: RoundKey {
            team,
            sector,
            ..plan.round(0)
        },
    };
    let teams = plan.teams.iter();
    teams
        .flat_map(|team| sectors.iter().map(|sector| round(*team, *sector)))
        .collect()
}

/// What a tablet is told when it asks for everything.
fn told(world: &World, tablet: &HostileTablet) -> SyncAnswer {
    let mut request = tablet.request(world.clock.now(), Vec::new());
    let names = all_rounds(world).into_iter();
    request.follow = names
        .map(|name| Follow {
            name,
            heads: Vec::new(),
        })
        .collect();
    world.exchange(tablet.device, request).unwrap()
}

fn bytes_read(answer: &SyncAnswer) -> usize {
    let changes = answer.documents.iter().flat_map(|update| &update.changes);
    changes.map(|change| change.len()).sum()
}

#[test]
fn a_change_written_in_another_team_s_round_opens_nothing_of_it() {
    let mut world = World::new().unwrap();
    let mut honest = world.tablet(0).unwrap();
    let plan = &world.plan;
    honest
        .set_out(plan.teams[0], Some(plan.sectors[0]), plan.night)
        .unwrap();
    let men = ("n_men", Answer::Known(AnswerValue::Integer(2)));
    let doorway = AnswerValue::Choice("doorway".to_owned());
    let place = ("sleeping_place", Answer::Known(doorway));
    for _ in 0..3 {
        let answers = [men.clone(), place.clone()];
        honest.fill(FormKind::Count, None, None, &answers).unwrap();
    }
    honest.send_everything().unwrap();

    let mut teammate = HostileTablet::enrol(&mut world, 0, 1).unwrap();
    assert!(
        bytes_read(&told(&world, &teammate)) > 0,
        "control: a teammate reads it"
    );
    let written = teammate.write().unwrap();
    let sealed = teammate.seal(written).unwrap();
    teammate.send(&world, vec![sealed]).unwrap();

    let mut curious = HostileTablet::enrol(&mut world, 1, 2).unwrap();
    assert_eq!(
        bytes_read(&told(&world, &curious)),
        0,
        "control: nor before"
    );
    curious.name = DocumentName::Round {
        key: world.plan.round(0),
    };
    let written = curious.write().unwrap();
    let sealed = curious.seal(written).unwrap();
    let answer = curious.send(&world, vec![sealed]).unwrap();
    assert!(answer.refused.is_empty());
    assert!(
        !answer.receipts[0].changes.is_empty(),
        "what it writes is kept"
    );
    assert!(answer.receipts[0].quarantined.is_empty());

    let answer = told(&world, &curious);
    assert_eq!(bytes_read(&answer), 0);
    assert!(
        answer
            .documents
            .iter()
            .all(|update| update.heads.is_empty())
    );
    assert!(answer.documents.iter().all(|update| update.writable));
    let held: u32 = answer.rounds.iter().map(|round| round.held).sum();
    assert_eq!((answer.rounds.len(), held), (1, 0), "nor how many they met");
    let teammates = told(&world, &teammate);
    assert_eq!(teammates.rounds[0].held, 3, "control: its team is told");
    assert_eq!(world.round(0).unwrap().0.observations.len(), 3);
}
