//! What was planted in answers, places, words, passwords, codes and tokens is in no line of the log,
//! at its most talkative, nor in the measures, through a whole story: tablets, console, what is refused,
//! what is exported.

use maraude_core::form::FormKind;
use maraude_core::gate::Refusal;
use maraude_core::model::{Answer, AnswerValue};
use maraude_server::auth::TABLE;
use maraude_server::config::Clock;
use maraude_tests::console::Console;
use maraude_tests::population::Fix;
use maraude_tests::real_server::{METRICS_TOKEN, RealServer};
use maraude_tests::tablet::{SimulatedTablet, agent};
use maraude_tests::world::{COORDINATOR, PASSWORD};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Where somebody sleeps: inside the team's sector, with digits that nothing else has.
const AT: [f64; 2] = [3.871_953_7, 43.611_937_1];

/// Written by a team of a person.
const MARKS: &str = "tatouage Zibelinemark";
/// Written by a coordinator.
const REASON: &str = "même manteau Reasonmark";
/// Typed where there is no fix.
const TYPED: &str = "porche du Placemark bleu";
/// Typed as a name by somebody who is none.
const STRANGER: &str = "Strangermark";
/// Typed as a password.
const GUESS: &str = "Guessmark-une-phrase";
/// In bodies and addresses that do not read.
const GARBAGE: &str = "Garbagemark";

/// What must be in no line.
struct Planted(BTreeSet<String>);

impl Planted {
    fn new() -> Self {
        let mut all = Self(BTreeSet::new());
        for words in [
            "Zibelinemark",
            "Reasonmark",
            "Placemark",
            STRANGER,
            "Guessmark",
            GARBAGE,
        ] {
            all.add(words);
        }
        all.add(PASSWORD);
        // As far as five digits behind the point: a metre.
        for degrees in ["3.87195", "43.61193"] {
            all.add(degrees);
        }
        all
    }

    fn add(&mut self, marker: &str) {
        assert!(marker.len() >= 5, "{marker} would be found by chance");
        self.0.insert(marker.to_owned());
    }

    /// Markers in a log, in the ways they may be written.
    fn found_in(&self, log: &str) -> Vec<String> {
        let plain = self.0.iter().filter(|marker| log.contains(marker.as_str()));
        let mut found: Vec<String> = plain.cloned().collect();
        for marker in &self.0 {
            let bytes: Vec<String> = marker.bytes().map(|byte| byte.to_string()).collect();
            let listed = log.contains(&bytes.join(", "));
            if listed || base64_of(marker).iter().any(|coded| log.contains(coded)) {
                found.push(format!("{marker}, coded"));
            }
        }
        found
    }
}

/// As it stands in base64 at each of three places, without the ends that depend on its neighbours.
fn base64_of(marker: &str) -> Vec<String> {
    let at = [(0, 0), (1, 2), (2, 3)].into_iter();
    let coded = at.map(|(before, skipped)| {
        let coded = data_encoding::BASE64.encode(&[&b"   "[..before], marker.as_bytes()].concat());
        coded[skipped..coded.len() - 4].to_owned()
    });
    coded.filter(|coded| coded.len() >= 6).collect()
}

fn text(words: &str) -> Answer<AnswerValue> {
    Answer::Known(AnswerValue::Text(words.to_owned()))
}

fn choice(code: &str) -> Answer<AnswerValue> {
    Answer::Known(AnswerValue::Choice(code.to_owned()))
}

/// Two persons, one by a fix and one by a typed place, recorded and sent.
fn recorded(server: &RealServer, code: &str) -> SimulatedTablet {
    let now = Clock::system().now();
    let mut tablet = SimulatedTablet::enrolled(&server.base, code, 7, now).unwrap();
    let plan = &server.plan;
    (tablet.set_out(plan.teams[0], Some(plan.sectors[0]), plan.night)).unwrap();
    let fix = Fix {
        at: AT,
        accuracy_m: 7.0,
    };
    let answers = [
        ("consent", choice("yes")),
        ("sleeping_place", choice("doorway")),
        ("marks", text(MARKS)),
    ];
    tablet
        .fill(FormKind::Interview, None, Some(fix), &answers)
        .unwrap();
    tablet.type_beside(Some(TYPED));
    tablet
        .fill(FormKind::Interview, None, None, &answers)
        .unwrap();
    tablet.send_everything().unwrap();
    tablet.send_everything().unwrap();
    tablet
}

/// What a coordinator does with them, from *Ce soir* to an export.
fn looked_at(server: &RealServer, tablet: &SimulatedTablet, planted: &mut Planted) {
    let console = Console::log_in(&server.base, COORDINATOR, PASSWORD).unwrap();
    planted.add(console.session().unwrap());
    let campaign = server.plan.campaign;
    let at = format!("/api/campaigns/{campaign}");
    let page = console.observations(campaign, "").unwrap();
    assert_eq!(page.total, 2, "the story is there to be read");
    console.tonight(campaign, server.plan.night).unwrap();
    console.doubles(campaign).unwrap();
    let entries = tablet.entries();
    let [one, other] = [entries[0].id, entries[1].id];
    let detail: Value = console.get(&format!("{at}/observations/{one}")).unwrap();
    assert!(detail.to_string().contains("mark"), "{detail}");

    let order = |command: Value| {
        let position = console.detail(campaign).unwrap().position;
        let request = json!({
            "command_id": uuid::Uuid::new_v4().to_string(), "seen": position, "command": command,
        });
        let _: Value = console.post(&format!("{at}/commands"), &request).unwrap();
    };
    order(json!({
        "command": "decide", "one": {"observation": one, "slot": 0},
        "other": {"observation": other, "slot": 0}, "verdict": "different", "reason": REASON,
    }));
    order(json!({
        "command": "correct_place", "observation": one, "longitude": AT[0], "latitude": AT[1],
        "reason": REASON,
    }));
    let search = json!({"text": TYPED, "observation": one});
    let _: Value = console.post(&format!("{at}/gazetteer"), &search).unwrap();

    let code = entries
        .iter()
        .find_map(|entry| entry.paper_code.clone())
        .unwrap();
    planted.add(&code);
    let person: Value = console
        .post(&format!("{at}/persons/find"), &json!({"code": code}))
        .unwrap();
    assert!(person.to_string().contains("mark"), "{person}");
    let because = json!({"format": "csv", "reason": REASON});
    let rows = console
        .take(&format!("{at}/internal/observations"), &because)
        .unwrap();
    assert!(String::from_utf8_lossy(&rows).contains("observation"));
    let issued = console.enrolment(campaign, "T9", None).unwrap();
    planted.add(&issued.code);
    let drawn: Value = console.post("/api/second-factor/draw", &json!({})).unwrap();
    planted.add(drawn["secret"].as_str().unwrap());
    let new = json!({"name": "QGIS", "days": 1});
    let drawn: Value = console.post("/api/account/tokens", &new).unwrap();
    planted.add(drawn["token"].as_str().unwrap());
}

/// What a stranger types, and requests that do not read.
fn refused(server: &RealServer) {
    assert!(Console::log_in(&server.base, STRANGER, GUESS).is_err());
    let agent = agent();
    let at = |path: &str| format!("{}{path}", server.base);
    for body in [
        json!({"name": [GARBAGE], "password": GARBAGE}),
        json!({"name": GARBAGE}),
        json!({"code": GARBAGE, "verifying_key": GARBAGE}),
    ] {
        for path in ["/api/login", "/api/enrol", "/api/device/session"] {
            let answer = agent.post(at(path)).send_json(&body).unwrap();
            assert!(answer.status().is_client_error(), "{path}");
        }
    }
    let sent = agent
        .post(at("/api/sync"))
        .header("authorization", format!("Bearer {GARBAGE}"))
        .send(GARBAGE)
        .unwrap();
    assert!(sent.status().is_client_error());
    for path in [
        "/api/campaigns/Garbagemark",
        "/sync?token=Garbagemark",
        "/nowhere/Garbagemark",
    ] {
        agent
            .get(at(path))
            .header("cookie", "maraude_session=Garbagemark")
            .call()
            .unwrap();
    }
}

/// With the right token; without it nothing is told.
fn measured(at: &str) -> String {
    let agent = agent();
    let refused = agent.get(at).call().unwrap();
    assert_eq!(refused.status(), 401);
    let bearer = format!("Bearer {METRICS_TOKEN}");
    let mut answer = agent
        .get(at)
        .header("authorization", bearer)
        .call()
        .unwrap();
    answer.body_mut().read_to_string().unwrap()
}

/// Every label is a route of the table, a method, a code, a bound or a queue; what must be told is.
fn labels_are_words_of_the_program(measures: &str) {
    let mut seen = BTreeSet::new();
    for line in measures.lines().filter(|line| !line.starts_with('#')) {
        let name = line.split(['{', ' ']).next().unwrap();
        seen.insert(name.trim_start_matches("maraude_").to_owned());
        let Some((labels, _)) = line
            .split_once('{')
            .and_then(|(_, rest)| rest.rsplit_once('}'))
        else {
            continue;
        };
        for label in labels.split("\",") {
            let (key, value) = label.split_once("=\"").unwrap();
            let value = value.trim_end_matches('"');
            let known = match key {
                "route" => value == "other" || TABLE.iter().any(|route| route.path == value),
                "method" => ["GET", "POST", "PUT", "any"].contains(&value),
                "code" => value.len() == 3 || Refusal::of_code(value).is_some(),
                "queue" => ["pool", "writers"].contains(&value),
                "le" => value == "+Inf" || value.parse::<f64>().is_ok(),
                _ => false,
            };
            assert!(known, "{line}");
        }
    }
    for wanted in [
        "http_requests_total",
        "http_request_duration_seconds_bucket",
        "commit_batches_count",
        "commit_duration_seconds_sum",
        "queue_depth",
        "tablets_connected",
        "quarantine_open",
        "disk_free_bytes",
        "backup_age_seconds",
        "process_resident_memory_bytes",
        "retention_looked_at_timestamp_seconds",
    ] {
        assert!(seen.contains(wanted), "{wanted} is not told: {seen:?}");
    }
    let connected = measures
        .lines()
        .find(|line| line.starts_with("maraude_tablets_connected "));
    assert_eq!(connected, Some("maraude_tablets_connected 1"));
}

/// What a story left to be read.
struct Left {
    log: String,
    measures: String,
}

/// The whole story; what was planted, and what was logged and measured.
fn told(fault: Option<&'static str>) -> (Planted, Left) {
    let mut server = RealServer::prepare(1, fault).unwrap();
    server.log_everything();
    let metrics = server.measure().unwrap();
    let mut planted = Planted::new();
    let code = server.code().unwrap();
    planted.add(&code);
    server.start().unwrap();
    let tablet = recorded(&server, &code);
    looked_at(&server, &tablet, &mut planted);
    refused(&server);
    let measures = measured(&metrics);
    for id in [
        server.plan.campaign.to_string(),
        server.plan.teams[0].to_string(),
        server.plan.sectors[0].to_string(),
        "Nuit d'essai".to_owned(),
        "Secteur 1".to_owned(),
    ] {
        assert!(!measures.contains(&id), "{id} is measured");
    }
    server.kill().unwrap();
    let log = String::from_utf8_lossy(&server.logged().unwrap()).into_owned();
    (planted, Left { log, measures })
}

#[test]
fn nothing_planted_is_in_the_log_and_one_line_that_repeats_a_name_is_found() {
    let (planted, Left { log, measures }) = told(None);
    assert_eq!(planted.found_in(&log), [""; 0]);
    assert_eq!(planted.found_in(&measures), [""; 0]);
    labels_are_words_of_the_program(&measures);
    let (lines, markers) = (log.lines().count(), planted.0.len());
    println!("{markers} markers, {lines} lines of log at trace level, 0 found");

    // Control, at the lowest level: it is heard.
    let (planted, left) = told(Some("log-a-name"));
    assert!(left.log.contains("TRACE"), "{}", left.log);
    assert_eq!(planted.found_in(&left.log), [STRANGER]);
}
