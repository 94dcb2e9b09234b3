//! *Diffusion* over HTTP, from a tablet's changes to a verified file.

use crate::app::{PurgeAnswer, PurgeWish};
use crate::auth::{add_account, log_in_simply};
use crate::http::router;
use crate::projection::fixtures::{AT, World, departure, device, observation, place, squat};
use crate::store::Role;
use axum::body::{Body, to_bytes};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, COOKIE};
use axum::http::{Request, StatusCode};
use maraude_core::model::{CampaignId, CampaignState};
use maraude_observatory::disclosure::{PublishedFile, verify};
use serde_json::{Value, json};
use tower::ServiceExt;

pub(in crate::http) struct Console {
    pub(in crate::http) world: World,
    pub(in crate::http) runtime: tokio::runtime::Runtime,
    pub(in crate::http) coordinator: String,
    pub(in crate::http) analyst: String,
}

pub(in crate::http) struct Told {
    pub(in crate::http) status: StatusCode,
    disposition: String,
    text: String,
}

impl Told {
    pub(in crate::http) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }
}

impl Console {
    /// Forty people in the street and four squats.
    pub(in crate::http) fn new() -> Self {
        let world = World::new();
        let key = world.round_key(1, Some(1));
        world.tablet_writes(&key, device(1), None, |w| {
            w.put_departure(&key, &departure(1));
            for number in 0..40_u8 {
                let (column, row) = (f64::from(number % 8), f64::from(number / 8));
                let at = place(-1_900.0 + column * 210.0, -900.0 + row * 350.0);
                w.put_observation(&observation(1, number, at));
            }
            for number in 50..54_u8 {
                let at = place(-1_800.0 + f64::from(number - 50) * 400.0, 40.0);
                w.put_observation(&squat(1, number, at, 9));
            }
        });
        let account = |role: Role| {
            let (app, name) = (&world.app, role.name());
            add_account(app.server(), name, role, None, "marché couvert", AT).unwrap();
            log_in_simply(app.server(), app.attempts(), name, "marché couvert", AT)
                .unwrap()
                .1
        };
        let (coordinator, analyst) = (account(Role::Coordinator), account(Role::Analyst));
        Self {
            world,
            runtime: tokio::runtime::Runtime::new().unwrap(),
            coordinator,
            analyst,
        }
    }

    pub(in crate::http) fn ask(
        &self,
        token: &str,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Told {
        let path = format!("/api/campaigns/{}{path}", self.world.campaign);
        self.ask_whole(token, method, &path, body)
    }

    /// A route beside the campaigns, as the coordinator.
    pub(in crate::http) fn everywhere(&self, path: &str) -> Told {
        self.ask_whole(&self.coordinator, "GET", path, None)
    }

    fn ask_whole(&self, token: &str, method: &str, path: &str, body: Option<&Value>) -> Told {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(COOKIE, format!("maraude_session={token}"))
            .header(CONTENT_TYPE, "application/json")
            .body(body.map_or_else(Body::empty, |body| Body::from(body.to_string())))
            .unwrap();
        self.runtime.block_on(async {
            let response = router(self.world.app.clone())
                .oneshot(request)
                .await
                .unwrap();
            let header = response.headers().get(CONTENT_DISPOSITION);
            let disposition = header
                .map_or("", |value| value.to_str().unwrap())
                .to_owned();
            let status = response.status();
            let bytes = to_bytes(response.into_body(), 50_000_000).await.unwrap();
            Told {
                status,
                disposition,
                text: String::from_utf8(bytes.to_vec()).unwrap(),
            }
        })
    }

    /// The status of an answer whose body may be no text.
    fn status_of(&self, method: &str, path: &str, body: Option<&Value>) -> StatusCode {
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/campaigns/{}{path}", self.world.campaign))
            .header(COOKIE, format!("maraude_session={}", self.coordinator))
            .header(CONTENT_TYPE, "application/json")
            .body(body.map_or_else(Body::empty, |body| Body::from(body.to_string())))
            .unwrap();
        let work = router(self.world.app.clone()).oneshot(request);
        self.runtime.block_on(work).unwrap().status()
    }

    fn get(&self, path: &str) -> Told {
        self.ask(&self.coordinator, "GET", path, None)
    }

    pub(in crate::http) fn build(&self, stage: &str) -> Told {
        let body = json!({ "stage": stage });
        self.ask(&self.coordinator, "POST", "/releases", Some(&body))
    }

    pub(in crate::http) fn lock(&self) {
        let live = self.world.app.live_view(self.world.campaign).unwrap();
        live.catch_up().unwrap();
        let mut campaign = live.view().campaign().unwrap().unwrap();
        campaign.state = CampaignState::Locked;
        self.world.plan(|w| w.put_campaign(&campaign));
    }

    /// The campaign ends, without notice.
    pub(in crate::http) fn purge(&self) {
        let live = self.world.app.live_view(self.world.campaign).unwrap();
        let confirmation = live.view().campaign().unwrap().unwrap().name;
        drop(live);
        let wish = PurgeWish {
            campaign: self.world.campaign,
            confirmation,
            author: "coordinator".to_owned(),
            reason: "fin de l'enquête".to_owned(),
            without_notice: true,
        };
        let done = self.world.app.end_campaign(&wish).unwrap();
        assert!(matches!(done, PurgeAnswer::Done(_)));
    }
}

#[test]
fn a_release_is_built_previewed_downloaded_and_verified() {
    let console = Console::new();
    let before = console.get("/releases").json();
    let said = before["sentence"]["fr"].as_str().unwrap();
    assert!(
        said.starts_with("EXERCICE. Chiffre provisoire : environ 40"),
        "{said}"
    );
    assert_eq!(before["obstacles"], json!(["campaign-open", "exercise?"]));

    assert_eq!(console.build("final").status, StatusCode::BAD_REQUEST);
    assert_eq!(console.build("provisional").json()["number"], 1);
    let refused = console.build("consolidated");
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert_eq!(refused.json()["code"], "release-obstacles");
    assert_eq!(refused.json()["field"], "campaign-open");

    console.lock();
    let made = console.build("consolidated");
    assert_eq!(made.status, StatusCode::OK, "{}", made.text);
    assert_eq!(made.json()["number"], 2);
    let list = console.get("/releases").json();
    assert_eq!(list["releases"][0]["digest"], made.json()["digest"]);
    assert_eq!(list["obstacles"][0], "already-consolidated");

    let preview = console.get("/releases/2").json();
    assert!(preview["settings"].as_array().unwrap().len() > 10);
    let map = console.get("/releases/2/export?format=geojson");
    assert_eq!(preview["geojson"], map.text);
    let name = "exercice-maraude-2-consolidated.geojson";
    assert_eq!(map.disposition, format!("attachment; filename=\"{name}\""));
    let table = console.get("/releases/2/export?format=csv");
    let files = [(name, map.text), ("table.csv", table.text)];
    let seen = verify(&files.map(|(name, text)| PublishedFile {
        name: name.to_owned(),
        text,
    }));
    assert_eq!(seen.findings, vec![]);
    assert!(seen.shown > 2);
    let schema = console.get("/releases/2/export?format=dictionary").json();
    assert_eq!(schema["fields"][0]["name"], "release");
    assert_eq!(
        console.get("/releases/2/export?format=shp").status,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(console.get("/releases/9").status, StatusCode::NOT_FOUND);
}

#[test]
fn an_analyst_reads_releases_and_builds_none() {
    let console = Console::new();
    console.build("provisional");
    let as_analyst = |method, path, body| console.ask(&console.analyst, method, path, body);
    assert_eq!(as_analyst("GET", "/releases", None).status, StatusCode::OK);
    assert_eq!(
        as_analyst("GET", "/releases/1", None).status,
        StatusCode::OK
    );
    let body = json!({ "stage": "provisional" });
    let forbidden = StatusCode::FORBIDDEN;
    assert_eq!(
        as_analyst("POST", "/releases", Some(&body)).status,
        forbidden
    );
    let told = because("csv", "relecture du comité");
    let path = "/internal/clusters";
    assert_eq!(as_analyst("POST", path, Some(&told)).status, forbidden);
}

fn because(format: &str, reason: &str) -> Value {
    json!({ "format": format, "reason": reason })
}

#[test]
fn the_internal_export_needs_a_reason_and_leaves_a_line_in_the_audit_log() {
    let console = Console::new();
    let ask = |body: &Value| {
        let path = "/internal/clusters";
        console.ask(&console.coordinator, "POST", path, Some(body))
    };
    let refused = ask(&because("geojson", "bof"));
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.json()["code"], "reason-missing");
    let unsaid = ask(&json!({ "format": "geojson" }));
    assert_eq!(unsaid.status, StatusCode::BAD_REQUEST);
    let told = ask(&because("geojson", "relecture du comité"));
    assert_eq!(told.status, StatusCode::OK, "{}", told.text);
    let map = told.json();
    assert_eq!(map["features"].as_array().unwrap().len(), 44);
    assert_eq!(map["maraude_internal"]["reason"], "relecture du comité");
    assert_eq!(map["features"][0]["geometry"]["type"], "Point");
    let rows = console.world.app.server().audit(5).unwrap();
    let row = rows
        .iter()
        .find(|row| row.action == "clusters-exported")
        .unwrap();
    let names = console.world.app.server().names_of_authors().unwrap();
    assert_eq!(names[&row.author], "coordinator");
    assert_eq!(row.subject, console.world.campaign.to_string());
    assert_eq!(row.reason, "relecture du comité");
}

#[test]
fn a_reason_in_an_address_hands_nothing_out() {
    let console = Console::new();
    let reason = "reason=relecture%20du%20comit%C3%A9";
    for path in [
        format!("/internal/clusters?{reason}&format=csv"),
        format!("/coarse?{reason}"),
        format!("/quarantine/1/export?{reason}"),
    ] {
        let refused = console.get(&path);
        assert_eq!(refused.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        // Nor does it stand for one that the body leaves out.
        let unsaid = console.ask(&console.coordinator, "POST", &path, Some(&json!({})));
        assert_eq!(unsaid.status, StatusCode::BAD_REQUEST, "{path}");
    }
    let rows = console.world.app.server().audit(50).unwrap();
    assert!(!rows.iter().any(|row| row.action.ends_with("-exported")));
}

#[test]
fn internal_tables_come_in_every_format_and_never_without_a_line_in_the_audit_log() {
    let console = Console::new();
    let told = |table: &str, format: &str| {
        let body = because(format, "relecture du comité");
        console.status_of("POST", &format!("/internal/{table}"), Some(&body))
    };
    for table in ["clusters", "observations", "sites"] {
        for format in ["geojson", "csv", "gpkg", "fgb", "parquet", "xlsx"] {
            assert_eq!(told(table, format), StatusCode::OK, "{table} {format}");
        }
    }
    assert_eq!(told("observations", "page"), StatusCode::BAD_REQUEST);
    assert_eq!(told("notes", "csv"), StatusCode::NOT_FOUND);
    let rows = console.world.app.server().audit(50).unwrap();
    let told = |action: &str| rows.iter().filter(|row| row.action == action).count();
    assert_eq!(told("observations-exported"), 6);
    assert_eq!(told("sites-exported"), 6);
    let body = because("csv", "relecture du comité");
    let ask = |token: &str, path: &str| console.ask(token, "POST", path, Some(&body));
    let table = ask(&console.coordinator, "/internal/observations");
    let mut lines = table.text.lines();
    assert!(
        lines
            .next()
            .unwrap()
            .ends_with("accuracy_m,longitude,latitude")
    );
    assert_eq!(lines.count(), 44);
    let refused = ask(&console.analyst, "/internal/sites");
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[test]
fn a_release_comes_in_every_format() {
    let console = Console::new();
    console.build("provisional");
    for format in crate::export::Format::ALL {
        let path = format!("/releases/1/export?format={format}");
        let status = console.status_of("GET", &path, None);
        assert_eq!(status, StatusCode::OK, "{format}");
    }
}

#[test]
fn a_purged_campaign_keeps_its_releases() {
    let console = Console::new();
    console.lock();
    assert_eq!(console.build("consolidated").status, StatusCode::OK);
    let map = console.get("/releases/1/export?format=geojson").text;
    console.purge();
    let list = console.get("/releases");
    assert_eq!(list.status, StatusCode::OK, "{}", list.text);
    let list = list.json();
    assert_eq!(list["obstacles"], json!(["campaign-purged"]));
    assert_eq!(list["releases"][0]["number"], 1);
    assert_eq!(console.get("/releases/1/export?format=geojson").text, map);
    // Another campaign on the same nights is held against what stays.
    let past = console
        .world
        .app
        .past(CampaignId::from_random([9; 16]))
        .unwrap();
    assert_eq!(past.all().len(), 1);
}

#[test]
fn indicators_are_whole_for_the_coordination_and_without_small_counts_for_an_analyst() {
    let console = Console::new();
    let whole = console.get("/indicators").json();
    let people = |board: &Value, unit: usize| board["units"][unit]["people"].clone();
    assert_eq!(people(&whole, 0), 40);
    assert_eq!(people(&whole, 1), 36);
    assert_eq!(whole["stage"], "provisional");
    assert_eq!(whole["small_withheld"], false);
    let igh = &whole["tables"][0]["rows"][0];
    assert_eq!((&igh["code"], &igh["people"]), (&json!("1a"), &json!(40)));

    let analyst = |console: &Console| console.ask(&console.analyst, "GET", "/indicators", None);
    let open = analyst(&console).json();
    assert_eq!(open["waits"], "campaign-open");
    assert_eq!(open["tables"], json!([]));
    assert_eq!(people(&open, 1), 36);
    console.lock();
    let told = analyst(&console).json();
    assert_eq!(told["waits"], Value::Null);
    assert_eq!(told["small_withheld"], true);
    // Everybody is in the open; nobody elsewhere is told, and so neither is how many are there.
    assert_eq!(told["tables"][0]["rows"][0]["people"], Value::Null);
    assert_eq!(console.build("consolidated").json()["number"], 1);
    assert_eq!(analyst(&console).json()["released"], 1);
}
