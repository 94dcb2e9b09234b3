//! A night as the console shows it: borders, reading, corrections, decisions, groups.

use super::*;

pub(super) fn a_night(world: &World) {
    tokio::task::block_in_place(|| two_teams_out(world));
}

fn two_teams_out(world: &World) {
    for number in 1..=2_u8 {
        let key = world.round_key(number, Some(number));
        world.tablet_writes(&key, device(number), None, |w| {
            w.put_departure(&key, &departure(number));
            let east = if number == 1 { -5.0 } else { 5.0 };
            w.put_observation(&observation(number, number, place(east, 0.0)));
            let squat_at = place(east * 100.0, 500.0);
            w.put_observation(&squat(number, number + 10, squat_at, 4));
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_teams_outside_that_met_one_man_are_told_while_both_are_outside() {
    let console = Console::new(Role::Coordinator);
    let alerts = |tonight: &Value| -> Vec<Value> {
        let all = tonight["alerts"].as_array().unwrap().iter();
        let of = all.filter(|alert| alert["code"] == "met-by-two");
        of.map(|alert| alert["about"].clone()).collect()
    };
    let world = &console.world;
    let key = |team| world.round_key(team, Some(team));
    tokio::task::block_in_place(|| {
        for (team, east) in [(1, -4.0), (2, 4.0)] {
            let mut seen = observation(team, team, place(east, 0.0));
            for (question, code) in [("gender", "m"), ("age_band", "40-54"), ("language", "ro")] {
                let value = Answer::Known(AnswerValue::Choice(code.to_owned()));
                seen.answers.insert(question.to_owned(), value);
            }
            world.tablet_writes(&key(team), device(team), None, |w| {
                w.put_departure(&key(team), &departure(team));
                w.put_observation(&seen);
            });
        }
    });
    let tonight = console.get(&console.path("/tonight")).await;
    assert_eq!(alerts(&tonight), [json!("E1, E2")], "{tonight:#}");
    tokio::task::block_in_place(|| {
        let closure = Closure {
            id: ClosureId::from_random([2; 16]),
            stamp: Stamp {
                device: device(2),
                at: AT,
            },
            coverage: Coverage::Full,
            not_walked: None,
            zero_found: false,
            reopened_at: None,
        };
        world.tablet_writes(&key(2), device(2), None, |w| w.put_closure(&closure));
    });
    let tonight = console.get(&console.path("/tonight")).await;
    assert!(
        alerts(&tonight).is_empty(),
        "one is home: the pair waits in the queue"
    );
    assert!(tonight["figures"]["pairs_to_review"].as_u64() < Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_night_is_seen_read_corrected_and_decided() {
    let console = Console::new(Role::Coordinator);
    a_night(&console.world);
    let tonight = console.get(&console.path("/tonight")).await;
    assert_eq!(tonight["night"], "2026-01-22");
    assert_eq!(tonight["figures"]["street_filed"], json!([2, 2]));
    assert_eq!(tonight["figures"]["squats"], 2);
    assert_eq!(tonight["teams"][0]["state"], "out");
    assert_eq!(tonight["sectors"][0]["state"], "walking");
    assert_eq!(tonight["dots"].as_array().unwrap().len(), 4);
    let squats = console
        .get(&console.path("/observations?unit=squat&unread=true"))
        .await;
    assert_eq!(squats["total"], 2);
    let first = ObservationId::from_random([1; 16]);
    let detail = console
        .get(&console.path(&format!("/observations/{first}")))
        .await;
    assert_eq!(detail["row"]["placed_sector"], "S1");
    assert_eq!(detail["row"]["membership"], "edge");
    assert_eq!(detail["history"].as_array().unwrap().len(), 1);
    let moved = place(-800.0, 0.0);
    let correct = json!({
        "command": "correct_place", "observation": first, "longitude": moved.longitude,
        "latitude": moved.latitude, "reason": "vu avec l'équipe",
    });
    console.order(correct).await;
    let read = json!({ "command": "mark_read", "observations": [first] });
    assert_eq!(console.order(read).await["imported"], 1);
    let detail = console
        .get(&console.path(&format!("/observations/{first}")))
        .await;
    assert_eq!(detail["position_reason"], "correction");
    assert_eq!(detail["corrections"][0]["by"], "camille");
    assert_eq!(detail["row"]["read"], true);
    let slot = |n: u8| json!({ "observation": ObservationId::from_random([n; 16]), "slot": 0 });
    let decide = json!({
        "command": "decide", "one": slot(1), "other": slot(2), "verdict": "same", "reason": null,
    });
    let made = console.order(decide.clone()).await;
    let (status, problem) = console.order_at(1, decide).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(problem["code"], "stale-position");
    assert_eq!(problem["field"], made["position"].to_string());
    let quality = console.get(&console.path("/quality")).await;
    assert_eq!(quality["returns"], Value::Null, "one night");
    assert_eq!(quality["reliability"].as_array().unwrap().len(), 6);
    assert_eq!(quality["observations"], quality["slots"]);
    assert!(quality["levels"].as_array().unwrap().len() > 30);
    let rows = quality["thresholds"].as_array().unwrap();
    let in_force = &quality["held_same_probability"];
    let current = rows.iter().find(|row| &row["probability"] == in_force);
    assert_eq!(current.unwrap()["street"], quality["distinct"]);
    let doubles = console.get(&console.path("/doubles")).await;
    assert_eq!(doubles["decided"][0]["verdict"], "same");
    assert_eq!(doubles["distinct"], 1);
    let looked = looks_at(&console, "a").await;
    assert_eq!(looked["granted"], json!([]), "decided: nobody looks again");
    let undo = json!({ "command": "undo_decision", "decision": made["made"] });
    console.order(undo).await;
    let doubles = console.get(&console.path("/doubles")).await;
    assert_eq!(doubles["decided"][0]["undone"], true);
    for (window, granted) in [("a", 1), ("b", 0)] {
        let looked = looks_at(&console, window).await;
        assert_eq!(looked["granted"].as_array().unwrap().len(), granted);
        assert_eq!(looked["others"].as_array().unwrap().len(), 1 - granted);
    }
    a_group_is_split_and_the_committee_reads_it(&console).await;
}

/// A window asks for the pair of observations 1 and 2.
async fn looks_at(console: &Console, window: &str) -> Value {
    let slot = |n: u8| json!({ "observation": ObservationId::from_random([n; 16]), "slot": 0 });
    let asked = json!({
        "window": window, "pairs": [{ "one": slot(1), "other": slot(2) }],
    });
    let path = console.path("/doubles/looking");
    let (status, looked) = console.post(&path, asked).await;
    assert_eq!(status, StatusCode::OK);
    looked
}

async fn a_group_is_split_and_the_committee_reads_it(console: &Console) {
    let slot = |n: u8| json!({ "observation": ObservationId::from_random([n; 16]), "slot": 0 });
    let name = ObservationId::from_random([1; 16]);
    let group = console
        .get(&console.path(&format!("/groups/{name}/0")))
        .await;
    assert_eq!(group["people"][0]["within"], true);
    let change = json!([{ "one": slot(1), "other": slot(2), "verdict": "different" }]);
    let asked = json!({ "decisions": change, "undone": [] });
    let (status, effect) = console.post(&console.path("/groups/effect"), asked).await;
    assert_eq!(status, StatusCode::OK, "{effect}");
    assert_eq!(effect["after"]["street"], 2);
    let order = json!({ "command": "decide_all", "decisions": change, "reason": "vus ensemble" });
    let made = console.order(order).await;
    let ruled = json!({
        "command": "adjudicate", "observation": name, "ruling": "ask_team",
        "reason": "était-il seul ?",
    });
    console.order(ruled).await;
    let tonight = console.get(&console.path("/tonight")).await;
    assert_eq!(tonight["asked"][0]["reason"], "était-il seul ?");
    assert_eq!(tonight["asked"][0]["by"], "camille");
    let doubtful = console.get(&console.path("/doubtful")).await;
    assert_eq!(doubtful["lines"][0]["ruling"], "ask_team");
    let log = console.get(&console.path("/review-log")).await;
    let acts = log["acts"].as_array().unwrap();
    let kinds: Vec<_> = acts
        .iter()
        .map(|act| act["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["place", "same", "different", "ask_team"]);
    assert_eq!(
        acts[3]["effects"],
        json!([{ "unit": "street", "people": -1 }])
    );
    assert!(acts[1]["effects"].is_null() && !acts[1]["undone_at"].is_null());
    assert!(
        !log.to_string().contains("camille"),
        "no name of an account"
    );
    assert_eq!(log["undone"], 1);
    let audit = console.world.app.server().audit(100).unwrap();
    assert!(audit.iter().any(|row| row.action == "review-log-read"));
    let ids: Vec<&str> = made["made"].as_str().unwrap().split(' ').collect();
    console
        .order(json!({ "command": "undo_decisions", "decisions": ids }))
        .await;
}
