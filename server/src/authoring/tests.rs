//! Orders act once, whole, and never over what somebody else changed meanwhile.

use super::*;
use crate::geolocation::LiveView;
use crate::projection::fixtures::{
    World, device, known_squat, night, observation, place, rectangle, sector, team,
};
use maraude_core::document::{DocumentName, read_brief, read_plan};
use maraude_core::model::{
    AccountId, Assignment, Audience, CampaignState, DecisionId, HeadCount, LegalFrame,
    ObservationId, OpeningObstacle, RetentionFrame, Ruling, Site, SiteFacts, SlotRef, Verdict,
};

pub(super) struct Coordination {
    pub(super) world: World,
    pub(super) live: LiveView,
}

impl Coordination {
    pub(super) fn new() -> Self {
        let world = World::new();
        let live = world.live("run");
        Self { world, live }
    }

    fn order_as(&self, command: &str, seen: u64, order: Order) -> Result<OrderDone, OrderError> {
        self.live.catch_up().unwrap();
        let view = self.live.view();
        let desk = Desk {
            engine: &self.world.engine,
            view: &view,
            author: AccountId::from_random([1; 16]),
            now: self.world.clock.now(),
        };
        let request = OrderRequest {
            command: command.to_owned(),
            seen,
            order,
        };
        desk.carry_out(&request)
    }

    /// An order by somebody who has everything on screen.
    pub(super) fn order(&self, order: Order) -> Result<OrderDone, OrderError> {
        let command = crate::store::random_id(ObservationId::from_random).unwrap();
        self.order_as(&command.to_string(), u64::MAX, order)
    }

    fn plan(&self) -> maraude_core::document::Plan {
        let name = DocumentName::Plan {
            campaign: self.world.campaign,
        };
        read_plan(&self.world.engine.document(&name).unwrap()).0
    }

    fn brief(&self, number: u8) -> Vec<Site> {
        let name = DocumentName::Brief {
            campaign: self.world.campaign,
            sector: sector(number),
            night: night(),
        };
        read_brief(&self.world.engine.document(&name).unwrap())
            .0
            .sites
    }

    fn last(&self) -> u64 {
        self.world.engine.log().last_position().unwrap()
    }
}

#[test]
fn the_same_command_sent_twice_acts_once() {
    let desk = Coordination::new();
    let order = Order::SetPerimeter(vec!["34172".into()]);
    let first = desk.order_as("c1", desk.last(), order.clone()).unwrap();
    let again = desk.order_as("c1", 0, order).unwrap();
    assert_eq!(first, again);
    assert_eq!(desk.last(), first.position);
    assert_eq!(desk.plan().perimeter, ["34172"]);
}

#[test]
fn an_order_over_what_changed_meanwhile_is_stale() {
    let desk = Coordination::new();
    let seen = desk.last();
    let mut team_one = desk.plan().teams[0].clone();
    team_one.code = "Alpha".into();
    let done = desk
        .order_as("c1", seen, Order::PutTeam(team_one.clone()))
        .unwrap();
    team_one.code = "Beta".into();
    match desk.order_as("c2", seen, Order::PutTeam(team_one.clone())) {
        Err(OrderError::Stale { position }) => assert_eq!(position, done.position),
        other => panic!("{other:?}"),
    }
    // Another entry of the same document is not touched by that.
    let other = desk.plan().teams[1].clone();
    assert!(desk.order_as("c3", seen, Order::PutTeam(other)).is_ok());
    assert!(
        desk.order_as("c4", done.position, Order::PutTeam(team_one))
            .is_ok()
    );
}

#[test]
fn a_known_place_goes_to_the_briefs_around_it_and_follows_the_plan() {
    let desk = Coordination::new();
    let near_border = known_squat(1, place(100.0, 0.0));
    let mut guarded = known_squat(2, place(-1_000.0, 0.0));
    guarded.audience = Audience::Professionals;
    guarded.note = Some("porte au fond de la cour".into());
    guarded.expected = Some(HeadCount::exactly(8));
    desk.order(Order::PutSite(near_border.clone())).unwrap();
    desk.order(Order::PutSite(guarded.clone())).unwrap();
    // The first lies in sector 2, 100 m from sector 1; the second in sector 1, sent volunteers.
    assert_eq!(desk.brief(2), std::slice::from_ref(&near_border));
    let reduced = Site {
        note: None,
        expected: None,
        ..guarded.clone()
    };
    assert_eq!(desk.brief(1), [near_border.clone(), reduced]);
    // Sector 1 for professionals: they are told.
    let sent = |number| Assignment {
        team: team(number),
        sector: sector(1),
        night: night(),
    };
    desk.order(Order::Unassign(sent(1))).unwrap();
    desk.order(Order::Assign(sent(2))).unwrap();
    assert_eq!(desk.brief(1), [near_border.clone(), guarded.clone()]);
    // A sector drawn anew carries other places; one taken out carries none.
    let mut moved = desk.plan().sectors[0].clone();
    moved.boundary = rectangle([-2_000.0, -1_000.0, -500.0, 1_000.0]);
    desk.order(Order::PutSector(moved)).unwrap();
    assert_eq!(desk.brief(1), std::slice::from_ref(&guarded));
    desk.order(Order::RemoveSite(guarded.id)).unwrap();
    assert!(desk.brief(1).is_empty());
    desk.live.catch_up().unwrap();
    assert_eq!(desk.live.view().sites().unwrap(), [near_border]);
}

#[test]
fn what_the_coordination_knows_of_a_place_stays_in_the_register_and_reaches_no_team() {
    let desk = Coordination::new();
    let mut known = known_squat(1, place(100.0, 0.0));
    let facts = SiteFacts {
        owner_type: Some("public".into()),
        built_at: Some("2024-05-01".into()),
        ..SiteFacts::default()
    };
    known.facts = facts.written();
    desk.order(Order::PutSite(known.clone())).unwrap();
    let bare = Site {
        facts: None,
        ..known.clone()
    };
    assert_eq!(desk.brief(2), std::slice::from_ref(&bare));
    assert_eq!(desk.brief(1), [bare]);
    desk.live.catch_up().unwrap();
    assert_eq!(desk.live.view().sites().unwrap(), [known.clone()]);
    // A code that the platform does not have, and a day that is none.
    let odd = |change: fn(&mut SiteFacts), at: &str| {
        let mut facts = facts.clone();
        change(&mut facts);
        let site = Site {
            facts: facts.written(),
            ..known.clone()
        };
        match desk.order(Order::PutSite(site)) {
            Err(OrderError::Invalid(odd)) => assert_eq!((odd.code, odd.field), ("not-a-fact", at)),
            other => panic!("{other:?}"),
        }
    };
    odd(|facts| facts.state = Some("gone".into()), "state");
    odd(
        |facts| facts.closed_at = Some("2026-02-30".into()),
        "closed_at",
    );
}

#[test]
fn a_campaign_opens_only_when_nothing_is_missing_then_locks() {
    let desk = Coordination::new();
    let details = |nights| Order::SetDetails {
        name: "Nuit".into(),
        nights,
        coordination_number: Some("04 00 00 00 00".into()),
        lock_minutes: None,
        legal: LegalFrame::default(),
        retention: RetentionFrame::default(),
        pseudonyms: None,
    };
    desk.order(details(vec![])).unwrap();
    match desk.order(Order::Open) {
        Err(OrderError::Obstacles(missing)) => assert_eq!(missing, [OpeningObstacle::NoNight]),
        other => panic!("{other:?}"),
    }
    assert!(matches!(
        desk.order(Order::Lock),
        Err(OrderError::State { .. })
    ));
    desk.order(details(vec![night()])).unwrap();
    desk.order(Order::Open).unwrap();
    desk.order(Order::Lock).unwrap();
    assert_eq!(desk.plan().campaign.unwrap().state, CampaignState::Locked);
}

#[test]
fn what_cannot_be_taken_is_told_with_its_field() {
    let desk = Coordination::new();
    let told = |order| match desk.order(order) {
        Err(OrderError::Invalid(invalid)) => (invalid.field, invalid.code),
        other => panic!("{other:?}"),
    };
    let mut one = desk.plan().sectors[0].clone();
    one.code = "S2".into();
    assert_eq!(told(Order::PutSector(one.clone())), ("code", "code-taken"));
    one.code = "S1".into();
    one.boundary = geo::MultiPolygon(vec![]);
    assert_eq!(told(Order::PutSector(one)), ("polygons", "open-ring"));
    let mut lost = known_squat(1, place(0.0, 0.0));
    lost.coordinates.longitude = 769_588.0;
    assert_eq!(told(Order::PutSite(lost)), ("longitude", "out-of-range"));
    let elsewhen = Assignment {
        team: team(1),
        sector: sector(1),
        night: "2026-02-01".parse().unwrap(),
    };
    assert_eq!(told(Order::Assign(elsewhen)), ("night", "not-a-night"));
}

#[test]
fn one_bad_row_of_teams_and_nothing_is_imported() {
    let desk = Coordination::new();
    let import = |csv: &str| {
        let order = Order::ImportTeams {
            csv: csv.into(),
            night: Some(night()),
        };
        desk.order(order).unwrap()
    };
    let bad = import("code,organisation,professional,sector\nE9,Asso,maybe,S1\nE8,,,S9\n");
    assert_eq!(bad.imported, 0);
    assert_eq!(
        bad.refused,
        [
            "line 2, column « professional »: « maybe » is not yes or no",
            "line 3, column « sector »: no sector has the code « S9 »"
        ]
    );
    assert_eq!(desk.plan().teams.len(), 2);
    let good = import("\u{feff}code;organisation;professional;sector\nE1;Asso;oui;S2\nE9;;non;\n");
    assert_eq!((good.imported, good.refused.len()), (2, 0));
    let plan = desk.plan();
    let first = plan.teams.iter().find(|t| t.code == "E1").unwrap();
    assert_eq!(first.id, team(1), "a known code keeps its identifier");
    assert!(first.professional && plan.teams.len() == 3);
    assert!(plan.assignments.contains(&Assignment {
        team: team(1),
        sector: sector(2),
        night: night()
    }));
}

#[test]
fn a_large_import_is_several_changes_and_all_of_it_arrives() {
    let desk = Coordination::new();
    let rows: Vec<String> = (0..300).map(|n| format!("T{n},,,")).collect();
    let order = Order::ImportTeams {
        csv: format!(
            "code,organisation,professional,sector\n{}\n",
            rows.join("\n")
        ),
        night: None,
    };
    assert_eq!(desk.order(order).unwrap().imported, 300);
    assert_eq!(desk.plan().teams.len(), 302);
    let imported: Vec<ImportedSector> = (0..40)
        .map(|n| ImportedSector {
            code: format!("Z{n}"),
            name: format!("Zone {n}"),
            boundary: rectangle([f64::from(n), 0.0, f64::from(n) + 1.0, 1.0]),
        })
        .collect();
    let done = desk.order(Order::ImportSectors(imported)).unwrap();
    assert_eq!(done.imported, 40);
    assert_eq!(desk.plan().sectors.len(), 42);
}

#[test]
#[expect(clippy::too_many_lines, reason = "one story of a review")]
fn decisions_rulings_and_corrections_are_appended_and_undone() {
    let desk = Coordination::new();
    let key = desk.world.round_key(1, Some(1));
    let (one, other) = (
        observation(1, 1, place(-500.0, 0.0)),
        observation(1, 2, place(-480.0, 0.0)),
    );
    desk.world.tablet_writes(&key, device(1), None, |w| {
        w.put_observation(&one);
        w.put_observation(&other);
    });
    let slot = |observation| SlotRef {
        observation,
        slot: 0,
    };
    let decide = |a, b| Order::Decide {
        one: slot(a),
        other: slot(b),
        verdict: Verdict::Same,
        reason: Some(" même tente ".into()),
    };
    assert!(matches!(
        desk.order(decide(one.id, ObservationId::from_random([99; 16]))),
        Err(OrderError::Unknown { .. })
    ));
    let seen = desk.last();
    let made = desk.order(decide(other.id, one.id)).unwrap().made.unwrap();
    assert!(matches!(
        desk.order_as("late", seen, decide(one.id, other.id)),
        Err(OrderError::Stale { .. })
    ));
    desk.order(Order::UndoDecision(made.parse().unwrap()))
        .unwrap();
    let at = place(-100.0, 0.0);
    let observation = one.id;
    let reason = None;
    desk.order(Order::CorrectPlace {
        observation,
        at,
        reason,
    })
    .unwrap();
    let ruling = Ruling::DoNotCount;
    let ruled = desk
        .order(Order::Adjudicate {
            observation,
            ruling,
            reason: None,
        })
        .unwrap();
    desk.order(Order::MarkRead(vec![one.id, other.id])).unwrap();
    let unchanged = desk.last();
    desk.order(Order::MarkRead(vec![one.id, other.id])).unwrap();
    assert_eq!(
        desk.last(),
        unchanged,
        "what is read already makes no change"
    );
    desk.live.catch_up().unwrap();
    let view = desk.live.view();
    let decisions = view.decisions().unwrap();
    assert_eq!(decisions.len(), 1);
    assert!(decisions[0].undone_at.is_some() && decisions[0].one < decisions[0].other);
    assert_eq!(decisions[0].reason.as_deref(), Some("même tente"));
    let filter = crate::projection::ObservationFilter::default();
    let (lines, _) = view.lines(&filter).unwrap();
    let line = lines.iter().find(|l| l.observation.id == one.id).unwrap();
    assert!(line.read && line.ruling == Some(Ruling::DoNotCount));
    assert_eq!(line.placement.as_ref().unwrap().reason, "correction");
    desk.order(Order::UndoAdjudication(
        ruled.made.unwrap().parse().unwrap(),
    ))
    .unwrap();
    desk.live.catch_up().unwrap();
    let (lines, _) = desk.live.view().lines(&filter).unwrap();
    assert!(lines.iter().all(|line| line.ruling.is_none()));
}

#[test]
fn what_was_said_of_a_group_is_decided_and_undone_together_or_not_at_all() {
    let desk = Coordination::new();
    let key = desk.world.round_key(1, Some(1));
    let seen: Vec<_> = (1..=3)
        .map(|number| observation(1, number, place(f64::from(number) * 10.0, 0.0)))
        .collect();
    desk.world.tablet_writes(&key, device(1), None, |w| {
        for of in &seen {
            w.put_observation(of);
        }
    });
    let slot = |n: usize| SlotRef {
        observation: seen[n].id,
        slot: 0,
    };
    let all = |pairs: &[(usize, usize)]| Order::DecideAll {
        pairs: pairs
            .iter()
            .map(|(a, b)| (slot(*a), slot(*b), Verdict::Different))
            .collect(),
        reason: Some("deux hommes".into()),
    };
    let standing = || {
        desk.live.catch_up().unwrap();
        let decisions = desk.live.view().decisions().unwrap();
        decisions.iter().filter(|d| d.undone_at.is_none()).count()
    };
    // One pair that cannot be: none of them.
    assert!(matches!(
        desk.order(all(&[(0, 1), (2, 2)])),
        Err(OrderError::Invalid(_))
    ));
    assert!(matches!(desk.order(all(&[])), Err(OrderError::Invalid(_))));
    assert_eq!(standing(), 0);
    let before = desk.last();
    let made = desk.order(all(&[(0, 2), (1, 2)])).unwrap().made.unwrap();
    assert_eq!((standing(), desk.last()), (2, before + 1), "one change");
    // Another pair of somebody it named rests on it.
    assert!(matches!(
        desk.order_as("late", before, all(&[(0, 1)])),
        Err(OrderError::Stale { .. })
    ));
    let mut ids: Vec<DecisionId> = made.split(' ').map(|id| id.parse().unwrap()).collect();
    let unknown = DecisionId::from_random([99; 16]);
    let with_unknown = [ids.clone(), vec![unknown]].concat();
    assert!(matches!(
        desk.order(Order::UndoDecisions(with_unknown)),
        Err(OrderError::Unknown { .. })
    ));
    assert_eq!(standing(), 2);
    ids.reverse();
    desk.order(Order::UndoDecisions(ids)).unwrap();
    assert_eq!(standing(), 0);
}

#[test]
fn a_ruling_over_one_that_was_not_seen_is_refused() {
    let desk = Coordination::new();
    let key = desk.world.round_key(1, Some(1));
    let seen = observation(1, 1, place(-500.0, 0.0));
    desk.world
        .tablet_writes(&key, device(1), None, |w| w.put_observation(&seen));
    let rule = |ruling| Order::Adjudicate {
        observation: seen.id,
        ruling,
        reason: None,
    };
    let before = desk.last();
    desk.order(rule(Ruling::AskTeam)).unwrap();
    assert!(matches!(
        desk.order_as("late", before, rule(Ruling::Count)),
        Err(OrderError::Stale { .. })
    ));
    desk.order(rule(Ruling::Count)).unwrap();
}

#[test]
fn the_longest_gesture_passes_the_gate() {
    let desk = Coordination::new();
    let key = desk.world.round_key(1, Some(1));
    let seen: Vec<_> = (1..=121)
        .map(|number| observation(1, number, place(f64::from(number) * 10.0, 0.0)))
        .collect();
    for piece in seen.chunks(20) {
        desk.world.tablet_writes(&key, device(1), None, |w| {
            for of in piece {
                w.put_observation(of);
            }
        });
    }
    let slot = |n: usize| SlotRef {
        observation: seen[n].id,
        slot: 0,
    };
    let gesture = |number: usize| Order::DecideAll {
        pairs: (1..=number)
            .map(|n| (slot(0), slot(n), Verdict::Different))
            .collect(),
        reason: Some("é".repeat(280)),
    };
    desk.order(gesture(120)).unwrap();
    assert!(matches!(
        desk.order(Order::DecideAll {
            pairs: vec![(slot(0), slot(1), Verdict::Same); 121],
            reason: None
        }),
        Err(OrderError::Invalid(_))
    ));
}
