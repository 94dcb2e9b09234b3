//! Databases of every earlier schema open, hold what they held, and are shown by every screen; a kill
//! in any step of the way is mended by the next start.
//!
//! `tests/fixtures/databases/N.cbor` is a small invented night whose `server.db` and `log.db` have the
//! schema of version N (`server_N.sql`, `log_N.sql`, or the last one before). `MARAUDE_WRITE_DATABASES=1`
//! writes those that are not there yet, from a present one whose later scripts are undone; each is
//! compared with what the scripts themselves make.

use crate::packed::{self, Files, bare};
use maraude_core::form::FormKind;
use maraude_core::model::{Answer, AnswerValue, TimestampMs};
use maraude_server::maintenance::digest_of;
use maraude_tests::console::Console;
use maraude_tests::generated::root;
use maraude_tests::real_server::RealServer;
use maraude_tests::world::{COORDINATOR, PASSWORD, World};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use serde_json::Value;
use std::path::Path;

/// The newest schema of each file that grew, and where its scripts are.
const NEWEST: [(&str, usize); 2] = [("server", 8), ("log", 5)];

/// Schemas before the newest.
const EARLIER: std::ops::RangeInclusive<usize> = 1..=7;

/// Where they are kept.
const DATABASES: &str = "databases";

/// A night, as an earlier schema holds it.
#[derive(Serialize, Deserialize)]
struct Kept {
    now: TimestampMs,
    server: Files,
    master: ByteBuf,
    /// Of the log: the changes, in their order.
    digest: String,
    observations: usize,
}

fn load(version: usize) -> Kept {
    packed::load(DATABASES, &version.to_string())
}

fn script(file: &str, version: usize) -> String {
    let path = root().join(format!("server/src/store/{file}_{version}.sql"));
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with("--"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Which script of a file a kept version stands at.
fn stands_at(file: &str, version: usize) -> usize {
    let newest = NEWEST.iter().find(|(known, _)| *known == file).unwrap().1;
    version.min(newest)
}

/// Takes back what a script did.
fn undo(connection: &Connection, script: &str) {
    let statements: Vec<&str> = script.split(';').collect();
    for statement in statements.into_iter().rev() {
        let words: Vec<&str> = statement.split_whitespace().collect();
        let back = match words[..] {
            ["CREATE", "TABLE", name, ..] => {
                format!("DROP TABLE {}", name.split('(').next().unwrap())
            }
            ["CREATE", "INDEX", name, ..] => format!("DROP INDEX {name}"),
            ["ALTER", "TABLE", table, "ADD", "COLUMN", column, ..] => {
                format!("ALTER TABLE {table} DROP COLUMN {column}")
            }
            ["UPDATE", ..] | [] => continue,
            _ => panic!("how is this undone? {statement}"),
        };
        connection.execute_batch(&back).unwrap();
    }
}

/// Tables with their columns, indexes and triggers.
fn shape(connection: &Connection) -> Vec<String> {
    let list = |sql: &str| -> Vec<String> {
        let mut statement = connection.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    };
    let names = "SELECT type || ' ' || name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'
                 ORDER BY 1";
    let columns = "SELECT m.name || '.' || c.name || ' ' || c.type || c.\"notnull\"
                   || coalesce(c.dflt_value, '') || c.pk
                   FROM sqlite_master m JOIN pragma_table_info(m.name) c
                   WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY 1";
    [list(names), list(columns)].concat()
}

fn goes_back(path: &Path, file: &str, version: usize) {
    let connection = Connection::open(path).unwrap();
    let (newest, target) = (stands_at(file, usize::MAX), stands_at(file, version));
    for number in (target + 1..=newest).rev() {
        undo(&connection, &script(file, number));
    }
    let made = Connection::open_in_memory().unwrap();
    for number in 1..=target {
        made.execute_batch(&script(file, number)).unwrap();
    }
    assert_eq!(shape(&connection), shape(&made), "{file} {version}");
    let number = i64::try_from(target).unwrap();
    connection
        .pragma_update(None, "user_version", number)
        .unwrap();
    connection
        .query_row("PRAGMA journal_mode=DELETE", [], |_| Ok(()))
        .unwrap();
    connection.execute_batch("VACUUM").unwrap();
}

/// A night of the present version: two tablets, one team each.
fn present() -> Kept {
    let mut world = World::new().unwrap();
    let place = Answer::Known(AnswerValue::Choice("doorway".to_owned()));
    for team in 0..2 {
        let mut tablet = world.tablet(team).unwrap();
        let plan = &world.plan;
        let (who, sector) = (plan.teams[team], plan.sectors[team]);
        tablet.set_out(who, Some(sector), plan.night).unwrap();
        for men in 1..=2 {
            let men = Answer::Known(AnswerValue::Integer(men));
            let answers = [("n_men", men), ("sleeping_place", place.clone())];
            tablet.fill(FormKind::Count, None, None, &answers).unwrap();
        }
        world.catch_up_with(&tablet);
        tablet.send_everything().unwrap();
    }
    let digest = digest_of(world.engine().unwrap().log().as_ref()).unwrap().0;
    let now = world.clock.now();
    let (server, master) = world.left_behind().unwrap();
    let server = server.into_iter();
    Kept {
        now,
        server: server.map(|(name, bytes)| (name, bytes.into())).collect(),
        master: master.into(),
        digest,
        observations: 4,
    }
}

/// A night whose databases are those of an earlier schema.
fn made_earlier(version: usize) -> Kept {
    let mut kept = present();
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in &kept.server {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    kept.server.retain(|name, _| !name.ends_with("-wal"));
    for (name, bytes) in &mut kept.server {
        let path = folder.path().join(name);
        let file = path.file_stem().unwrap().to_str().unwrap();
        if NEWEST.iter().any(|(known, _)| *known == file) {
            goes_back(&path, file, version);
        } else {
            let keys = Connection::open(&path).unwrap();
            keys.query_row("PRAGMA journal_mode=DELETE", [], |_| Ok(()))
                .unwrap();
        }
        *bytes = std::fs::read(&path).unwrap().into();
    }
    kept
}

#[test]
fn a_database_that_is_not_kept_yet_is_written_once() {
    let wanted = std::env::var_os("MARAUDE_WRITE_DATABASES").is_some();
    for version in EARLIER {
        let name = version.to_string();
        if packed::path(DATABASES, &name).exists() {
            continue;
        }
        assert!(wanted, "{version} is not kept");
        packed::keep(DATABASES, &name, &made_earlier(version));
    }
    // A script without a kept database of the schema before it would go untried.
    for (file, newest) in NEWEST {
        let next = format!("server/src/store/{file}_{}.sql", newest + 1);
        assert!(!root().join(next).exists(), "keep one of {file} {newest}");
        assert!(EARLIER.contains(&(newest - 1)));
    }
}

/// What the console's screens read.
fn screens(world: &World) -> Vec<String> {
    let (campaign, night) = (world.plan.campaign, world.plan.night);
    let of_campaign = [
        String::new(),
        format!("/tonight?night={night}"),
        "/observations".to_owned(),
        "/doubles".to_owned(),
        "/groups".to_owned(),
        "/doubtful".to_owned(),
        "/review-log".to_owned(),
        "/estimation".to_owned(),
        "/indicators".to_owned(),
        "/quarantine".to_owned(),
        "/quality".to_owned(),
        "/releases".to_owned(),
        "/devices".to_owned(),
        "/enrolments".to_owned(),
        "/series".to_owned(),
        "/pin-resets".to_owned(),
    ];
    let of_campaign = of_campaign.iter();
    let mut all: Vec<_> = of_campaign
        .map(|path| format!("/api/campaigns/{campaign}{path}"))
        .collect();
    let others = [
        "campaigns",
        "retention",
        "sessions",
        "account/tokens",
        "account/passkeys",
        "layers",
    ];
    all.extend(others.map(|path| format!("/api/{path}")));
    all
}

#[test]
fn a_database_of_every_earlier_schema_is_brought_forward_and_shown_by_every_screen() {
    for version in EARLIER {
        let kept = load(version);
        let world = World::found(&bare(kept.server), &kept.master, kept.now).unwrap();
        let digest = digest_of(world.engine().unwrap().log().as_ref()).unwrap().0;
        assert_eq!(digest, kept.digest, "{version}");
        assert_eq!(world.app().server().verify_audit().unwrap(), None);
        let console = Console::log_in(&world.base, COORDINATOR, PASSWORD).unwrap();
        for path in screens(&world) {
            let told: Value = console.get(&path).unwrap();
            assert!(!told.is_null(), "{version}: {path}");
        }
        let page = console.observations(world.plan.campaign, "").unwrap();
        assert_eq!(page.total as usize, kept.observations, "{version}");
        let devices = world.app().server().devices(world.plan.campaign).unwrap();
        assert!(devices.len() == 2 && devices.iter().all(|device| device.reads_for().is_some()));
        let data = world.data().to_path_buf();
        let log = data.join(format!("campaigns/{}/log.db", world.plan.campaign));
        for (file, path) in [("server", data.join("server.db")), ("log", log)] {
            let connection = Connection::open(path).unwrap();
            let number: i64 = connection
                .query_row("PRAGMA user_version", [], |row| row.get(0))
                .unwrap();
            assert_eq!(number as usize, stands_at(file, usize::MAX));
            let made = Connection::open_in_memory().unwrap();
            for number in 1..=stands_at(file, usize::MAX) {
                made.execute_batch(&script(file, number)).unwrap();
            }
            assert_eq!(shape(&connection), shape(&made), "{file} from {version}");
        }
    }
}

/// Every script but the first, before and after its commit.
fn steps() -> Vec<String> {
    let mut all = Vec::new();
    for (file, newest) in NEWEST {
        for number in 2..=newest {
            for moment in ["migrating", "migrated"] {
                all.push(format!("{moment}-{file}.db-{number}"));
            }
        }
    }
    all
}

#[test]
fn a_kill_in_any_step_of_a_migration_is_mended_by_the_next_start() {
    let kept = load(1);
    let (files, master) = (bare(kept.server), kept.master.into_vec());
    let steps = steps();
    for step in &steps {
        let server = RealServer::found(&files, &master, None).unwrap();
        server.command_killed_at(step, &["verify"]).unwrap();
        let told = server.command(&["verify", "--json"]).unwrap();
        assert!(told.contains(&kept.digest), "{step}: {told}");
    }
    println!(
        "{} kills in migrations, all mended by the next start",
        steps.len()
    );
    // Control: a script that is not one transaction with its number is caught by the very same.
    let server = RealServer::found(&files, &master, Some("migrate-outside")).unwrap();
    let step = "migrating-server.db-2";
    server.command_killed_at(step, &["verify"]).unwrap();
    let told = server.command(&["verify", "--json"]).unwrap_err();
    assert!(told.to_string().contains("duplicate column"), "{told}");
}

#[test]
fn a_database_of_a_later_version_is_refused_in_words() {
    let kept = load(5);
    let (files, master) = (bare(kept.server), kept.master.into_vec());
    let server = RealServer::found(&files, &master, None).unwrap();
    let connection = Connection::open(server.data().join("server.db")).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let told = server.command(&["verify"]).unwrap_err().to_string();
    let wanted =
        "server.db is of a later version of Maraude (its schema is 99, this program knows up to 8)";
    assert!(told.contains(wanted), "{told}");
    // Left as it was.
    let connection = Connection::open(server.data().join("server.db")).unwrap();
    let number: i64 = connection
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .unwrap();
    assert_eq!(number, 99);
}
