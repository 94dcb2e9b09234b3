//! The queue of pairs over HTTP, page by page.

use super::PAGE_PAIRS;
use crate::http::releases::tests::Console;
use crate::projection::fixtures::{departure, device, observation, place};
use axum::http::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// People that two teams may both have met: more than a page of pairs.
const MET_TWICE: u8 = 60;

fn night_of_doubles() -> Console {
    let console = Console::new();
    for team in 1..=2_u8 {
        let key = console.world.round_key(team, Some(team));
        console.world.tablet_writes(&key, device(team), None, |w| {
            w.put_departure(&key, &departure(team));
            for number in 0..MET_TWICE {
                let (column, row) = (f64::from(number % 8), f64::from(number / 8));
                let beside = 6.0 * f64::from(team);
                let at = place(-1_800.0 + column * 450.0 + beside, -900.0 + row * 220.0);
                let number = 60 + (team - 1) * MET_TWICE + number;
                w.put_observation(&observation(team, number, at));
            }
        });
    }
    console
}

fn page(console: &Console, after: Option<&str>) -> Value {
    let path = match after {
        Some(place) => format!("/doubles?after={place}"),
        None => "/doubles".to_owned(),
    };
    let told = console.ask(&console.coordinator, "GET", &path, None);
    assert_eq!(told.status, StatusCode::OK);
    told.json()
}

fn pairs(page: &Value) -> Vec<String> {
    let queue = page["queue"].as_array().unwrap().iter();
    let name = |pair: &Value| format!("{} {}", pair["one"]["slot"], pair["other"]["slot"]);
    queue.map(name).collect()
}

fn decide(console: &Console, seen: &Value, pair: &Value, number: u8) {
    let body = json!({
        "command_id": format!("00000000-0000-4000-8000-0000000000{number:02x}"),
        "seen": seen["position"],
        "command": {
            "command": "decide", "one": pair["one"]["slot"], "other": pair["other"]["slot"],
            "verdict": "different", "reason": null,
        },
    });
    let told = console.ask(&console.coordinator, "POST", "/commands", Some(&body));
    assert_eq!(told.status, StatusCode::OK, "{}", told.json());
}

#[test]
fn the_queue_goes_on_past_its_first_page_whatever_is_decided_meanwhile() {
    let console = night_of_doubles();
    let first = page(&console, None);
    let waiting = first["waiting"].as_u64().unwrap() as usize;
    assert!(waiting > PAGE_PAIRS, "{waiting} pairs: more than a page");
    assert_eq!(pairs(&first).len(), PAGE_PAIRS);
    // The last pair of the page, where the next begins, is decided before that is asked for.
    let last = first["queue"].as_array().unwrap().last().unwrap();
    decide(&console, &first, last, 1);
    let mut met: Vec<String> = pairs(&first);
    let mut next = first["next"].as_str().map(str::to_owned);
    while let Some(place) = next {
        let more = page(&console, Some(&place));
        assert_eq!(more["waiting"], waiting - 1);
        assert_eq!(more["decided"], json!([]), "the first page tells them");
        met.extend(pairs(&more));
        next = more["next"].as_str().map(str::to_owned);
    }
    let once: BTreeSet<&String> = met.iter().collect();
    assert_eq!((once.len(), met.len()), (waiting, waiting));
    let again = page(&console, None);
    assert_eq!(again["decided"].as_array().unwrap().len(), 1);
    let refused = console.ask(&console.coordinator, "GET", "/doubles?after=50", None);
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert_eq!(refused.json()["field"], "after");
}
