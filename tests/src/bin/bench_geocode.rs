//! `cargo xtask bench geo`: typed places found over HTTP by Maraude and by addok, one client, one
//! query after the other.

use anyhow::{Context, Result, ensure};
use maraude_core::geography::distance_m;
use maraude_core::model::{CampaignId, CampaignKind, CampaignMode, Coordinates, RetentionFrame};
use maraude_server::http::contract::{NewCampaign, PlaceCandidates, PlaceSearch};
use maraude_tests::bench::messy::{drawn_table, table};
use maraude_tests::bench::p95_ms;
use maraude_tests::bench::places::{Query, Wanted, crossings, from_file, landmarks, plain};
use maraude_tests::bench::server::Process;
use maraude_tests::console::Console;
use maraude_tests::generated::root;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const OUR_PORT: u16 = 18_620;
const PEER_PORT: u16 = 18_621;
const REDIS_PORT: u16 = 18_622;
const PASSWORD: &str = "une longue phrase de mesure";
/// Drawn crossings and landmarks.
const DRAWN: usize = 300;
const SEED: u64 = 20_260_122;

struct Arguments {
    peer: PathBuf,
    server: PathBuf,
    layers: PathBuf,
}

/// What a server found first.
struct Found {
    label: String,
    at: Coordinates,
    confident: bool,
}

#[derive(Default)]
struct Line {
    asked: usize,
    streets: usize,
    numbers: usize,
    sure: usize,
    wrong_and_sure: usize,
    took: Vec<Duration>,
}

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [name, folder] = words.as_slice()
        && name == "--messy"
    {
        return messy(Path::new(folder));
    }
    let arguments = arguments()?;
    let typed = from_file(&arguments.layers)?;
    let mut drawn = crossings(&arguments.layers, DRAWN, SEED)?;
    drawn.extend(landmarks(&arguments.layers, DRAWN, SEED + 1)?);
    let peer = {
        let _peer = Peer::start(&arguments)?;
        ask_all(&typed, &mut |text| ask_peer(text))?
    };
    let folder = tempfile::tempdir()?;
    let (_process, console, campaign) = ours(&arguments, folder.path())?;
    let mut ask = |text: &str| ask_us(&console, campaign, text);
    let mut ours = ask_all(&typed, &mut ask)?;
    ours.extend(ask_all(&drawn, &mut ask)?);
    print(&ours, &peer);
    Ok(())
}

/// The queries written by hand, and drawn ones, without a server.
#[expect(clippy::print_stdout, reason = "a benchmark prints its table")]
fn messy(folder: &Path) -> Result<()> {
    println!("{}", table(folder)?);
    print!("{}", drawn_table(folder, DRAWN, SEED)?);
    Ok(())
}

fn arguments() -> Result<Arguments> {
    let mut words = std::env::args().skip(1);
    let (mut peer, mut server, mut layers) = (None, None, None);
    while let (Some(name), Some(value)) = (words.next(), words.next()) {
        match name.as_str() {
            "--peer" => peer = Some(value.into()),
            "--server" => server = Some(value.into()),
            "--layers" => layers = Some(value.into()),
            other => anyhow::bail!("{other} is not an argument of this program"),
        }
    }
    let missing = "give --peer FOLDER, --server BINARY and --layers FOLDER";
    Ok(Arguments {
        peer: peer.context(missing)?,
        server: server.context(missing)?,
        layers: layers.context(missing)?,
    })
}

fn ask_all(
    queries: &[Query],
    ask: &mut dyn FnMut(&str) -> Result<Option<Found>>,
) -> Result<BTreeMap<String, Line>> {
    let mut lines: BTreeMap<String, Line> = BTreeMap::new();
    for query in queries {
        let since = Instant::now();
        let found = ask(&query.text)?;
        let line = lines.entry(query.class.clone()).or_default();
        line.took.push(since.elapsed());
        line.asked += 1;
        let (street, number) = found
            .as_ref()
            .map_or((false, false), |found| right(found, &query.wanted));
        line.streets += usize::from(street);
        line.numbers += usize::from(number);
        let sure = found.is_some_and(|found| found.confident);
        line.sure += usize::from(sure);
        line.wrong_and_sure += usize::from(sure && !street);
    }
    Ok(lines)
}

/// The street is right; the number too.
fn right(found: &Found, wanted: &Wanted) -> (bool, bool) {
    match wanted {
        Wanted::Address(street, number) => {
            let label = plain(&found.label);
            // Whole words: a number is no part of another one, nor a street of a longer one.
            let (label, street) = (format!(" {label} "), format!(" {street} "));
            let is_street = label.contains(&street);
            let numbered = number
                .as_ref()
                .is_none_or(|number| label.starts_with(&format!(" {}{street}", plain(number))));
            (is_street, is_street && numbered)
        }
        Wanted::Near([longitude, latitude], within_m) => {
            let at = Coordinates {
                longitude: *longitude,
                latitude: *latitude,
            };
            let near = distance_m(found.at, at) <= *within_m;
            (near, near)
        }
    }
}

/// A server of ours with the layers and addresses.
fn ours(arguments: &Arguments, folder: &Path) -> Result<(Process, Console, CampaignId)> {
    let (data, key) = (folder.join("data"), folder.join("master.key"));
    let maraude = || {
        let mut command = Command::new(&arguments.server);
        command
            .env("MARAUDE_DATA", &data)
            .env("MARAUDE_MASTER_KEY", &key);
        command
    };
    let done = |command: &mut Command| -> Result<()> {
        let done = command.stdin(Stdio::null()).output()?;
        ensure!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
        Ok(())
    };
    done(maraude().args(["init", "--master-key"]).arg(&key))?;
    let mut account = maraude();
    account.args([
        "user",
        "add",
        "--name",
        "mesure",
        "--role",
        "coordinator",
        "--password-stdin",
    ]);
    let mut account = account
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()?;
    let mut input = account.stdin.take().context("no pipe to the command")?;
    writeln!(input, "{PASSWORD}")?;
    drop(input);
    ensure!(account.wait()?.success(), "no account was made");
    let file = |name: &str| arguments.layers.join(name);
    let addresses = file("mtp_adresses_2014_format_ban.csv.gz");
    done(maraude().args(["addresses", "import"]).arg(addresses))?;
    let layer = |name: &str, kind: &str, extra: &[&str]| {
        let mut import = maraude();
        import
            .args(["layers", "import", "--kind", kind])
            .args(extra);
        done(import.arg(file(&format!("{name}.geojson"))))
    };
    layer("m3m_communes_2018", "commune", &[])?;
    layer("mtp_filaire_voies_2014", "street", &["--code", "code_voie"])?;
    for name in ["ponts", "parcs", "monuments", "etablissements_publics"] {
        layer(&format!("mtp_{name}_2014"), "landmark", &["--add"])?;
    }
    let listen = format!("127.0.0.1:{OUR_PORT}");
    let mut serve = maraude();
    serve.args(["serve", "--listen", &listen]);
    let process = Process::start(&mut serve, &OUR_PORT.to_string())?;
    let console = Console::log_in(&format!("http://{listen}"), "mesure", PASSWORD)?;
    let campaign = console.create_campaign(&NewCampaign {
        name: "Mesure".to_owned(),
        kind: CampaignKind::NightCount,
        mode: CampaignMode::Exercise,
        retention: RetentionFrame::default(),
    })?;
    Ok((process, console, campaign))
}

fn ask_us(console: &Console, campaign: CampaignId, text: &str) -> Result<Option<Found>> {
    let search = PlaceSearch {
        text: text.to_owned(),
        observation: None,
    };
    let path = format!("/api/campaigns/{campaign}/gazetteer");
    let answer: PlaceCandidates = console.post(&path, &search)?;
    let confident = answer.confident;
    Ok(answer.candidates.into_iter().next().map(|best| Found {
        label: best.label,
        at: Coordinates {
            longitude: best.longitude,
            latitude: best.latitude,
        },
        confident,
    }))
}

fn quoted(text: &str) -> String {
    text.bytes().fold(String::new(), |mut quoted, byte| {
        if byte.is_ascii_alphanumeric() {
            quoted.push(char::from(byte));
        } else {
            // Writing to a text cannot fail.
            let _ = write!(quoted, "%{byte:02X}");
        }
        quoted
    })
}

/// addok over its own redis, behind one worker of gunicorn.
struct Peer {
    _redis: Process,
    _served: Process,
    _folder: tempfile::TempDir,
}

impl Peer {
    fn start(arguments: &Arguments) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let port = REDIS_PORT.to_string();
        let mut redis = Command::new("redis-server");
        redis.args(["--port", &port, "--bind", "127.0.0.1", "--save", ""]);
        let redis = Process::start(&mut redis, "eady to accept connections")?;
        let streets = folder.path().join("streets.jsonl");
        std::fs::write(&streets, peer_streets(&arguments.layers)?)?;
        let config = root().join("tests/peers/addok_config.py");
        let peer = |program: &str| {
            let mut command = Command::new(arguments.peer.join(program));
            command
                .env("ADDOK_CONFIG_MODULE", &config)
                .env("REDIS_PORT", &port);
            command
        };
        let done = |command: &mut Command| -> Result<()> {
            let done = command.stdin(Stdio::null()).output()?;
            ensure!(
                done.status.success(),
                "{}",
                String::from_utf8_lossy(&done.stderr)
            );
            Ok(())
        };
        done(peer("addok").arg("batch").arg(&streets))?;
        done(peer("addok").arg("ngrams"))?;
        let mut serve = peer("gunicorn");
        let bind = format!("127.0.0.1:{PEER_PORT}");
        serve.args(["--workers", "1", "--bind", &bind, "--access-logfile", "-"]);
        serve.args(["--log-file", "/dev/stdout", "addok.http.wsgi:application"]);
        // What its worker says when it is stopped is not our table.
        serve.stderr(Stdio::null());
        let served = Process::start(&mut serve, "Booting worker")?;
        std::thread::sleep(Duration::from_secs(3));
        Ok(Self {
            _redis: redis,
            _served: served,
            _folder: folder,
        })
    }
}

/// One line of JSON per street, as addok's documentation asks.
fn peer_streets(layers: &Path) -> Result<String> {
    let packed = std::fs::File::open(layers.join("mtp_adresses_2014_format_ban.csv.gz"))?;
    let mut rows = csv::ReaderBuilder::new()
        .delimiter(b';')
        .from_reader(flate2::read::GzDecoder::new(packed));
    let mut streets: BTreeMap<String, Value> = BTreeMap::new();
    for row in rows.deserialize() {
        let row: BTreeMap<String, String> = row?;
        let text = |column: &str| row.get(column).cloned().unwrap_or_default();
        let degrees = |column: &str| text(column).parse::<f64>();
        let at = json!({ "lat": degrees("lat")?, "lon": degrees("lon")? });
        let street = streets.entry(text("id_fantoir")).or_insert_with(|| {
            json!({
                "id": text("id_fantoir"), "type": "street", "name": text("nom_voie"),
                "postcode": text("code_postal"), "citycode": text("code_insee"),
                "city": text("nom_commune"), "lat": at["lat"], "lon": at["lon"],
                "importance": 0.5, "housenumbers": {},
            })
        });
        let number = format!("{} {}", text("numero"), text("rep"));
        street["housenumbers"][number.trim()] = at;
    }
    let lines: Vec<String> = streets
        .into_values()
        .map(|street| street.to_string())
        .collect();
    Ok(lines.join("\n"))
}

fn ask_peer(text: &str) -> Result<Option<Found>> {
    let query = quoted(text);
    let url = format!("http://127.0.0.1:{PEER_PORT}/search/?limit=1&q={query}");
    let answer: Value = ureq::get(url).call()?.body_mut().read_json()?;
    let best = &answer["features"][0];
    let at = &best["geometry"]["coordinates"];
    Ok(best["properties"]["label"].as_str().map(|label| Found {
        label: label.to_owned(),
        at: Coordinates {
            longitude: at[0].as_f64().unwrap_or_default(),
            latitude: at[1].as_f64().unwrap_or_default(),
        },
        confident: false,
    }))
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its table")]
fn print(ours: &BTreeMap<String, Line>, peer: &BTreeMap<String, Line>) {
    println!(
        "{:<18} {:>5}  {:>15}  {:>15}  {:>11}  {:>17}  {:>17}",
        "class", "asked", "street %", "number %", "sure/wrong", "p50 ms", "p95 ms"
    );
    println!("{:<18} {:>5}  {:>7} {:>7}", "", "", "Maraude", "addok");
    let (mut sure, mut wrong, mut asked) = (0, 0, 0);
    for (class, line) in ours {
        let share = |count: usize| 100.0 * count as f64 / line.asked as f64;
        let theirs = peer.get(class);
        let told = |of: &dyn Fn(&Line) -> f64| {
            theirs.map_or_else(|| "-".to_owned(), |line| format!("{:.1}", of(line)))
        };
        println!(
            "{class:<18} {:>5}  {:>7.1} {:>7}  {:>7.1} {:>7}  {:>5}/{:<5}  {:>8.2} {:>8}  \
             {:>8.2} {:>8}",
            line.asked,
            share(line.streets),
            told(&|l| 100.0 * l.streets as f64 / l.asked as f64),
            share(line.numbers),
            told(&|l| 100.0 * l.numbers as f64 / l.asked as f64),
            line.sure,
            line.wrong_and_sure,
            p50_ms(line),
            told(&p50_ms),
            p95_ms(line.took.clone()),
            told(&|l| p95_ms(l.took.clone())),
        );
        (sure, wrong, asked) = (
            sure + line.sure,
            wrong + line.wrong_and_sure,
            asked + line.asked,
        );
    }
    println!(
        "\n{sure} of {asked} answers sure alone, {wrong} of them wrong ({:.2} % of all asked)",
        100.0 * wrong as f64 / asked as f64
    );
    println!(
        "addok knows neither crossings nor landmarks; both are asked over HTTP by one client."
    );
}

fn p50_ms(line: &Line) -> f64 {
    let mut took = line.took.clone();
    took.sort_unstable();
    took.get(took.len() / 2)
        .map_or(0.0, |time| time.as_secs_f64() * 1000.0)
}
