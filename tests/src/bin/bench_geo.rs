//! `cargo xtask bench geo`: places in areas beside geopandas, and exports beside ogr2ogr and pyogrio.
//!
//! `bench_geo --python FILE --script FILE --layers FOLDER --folder FOLDER [--points N] [--features N]
//! [--parts ze]`; with `--format F --out FILE` it writes one file and ends: each export is timed in a
//! process of its own.

use anyhow::{Context, Result, ensure};
use maraude_core::model::Coordinates;
use maraude_server::export::Format;
use maraude_server::export::internal::{InternalCluster, InternalExport};
use maraude_server::geolocation::{AreaIndex, AreaLabel, Columns, index_layer, read_layer};
use maraude_server::store::LayerKind;
use maraude_tests::bench::report::{Report, load_average};
use maraude_tests::bench::watched::{Watched, watch};
use maraude_tests::dice::Dice;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

const SEED: u64 = 20_260_122;

/// The ground that points are drawn on: west, south, east, north of the métropole.
const GROUND: [f64; 4] = [3.66, 43.50, 4.08, 43.76];

/// Layers whose areas hold the points.
const LAYERS: [(&str, LayerKind); 2] = [
    ("m3m_communes_2018.geojson", LayerKind::Commune),
    ("mtp_quartiers_2014.geojson", LayerKind::Quartier),
];

/// ogr2ogr's driver and options for each format; Debian's has none for GeoParquet.
const OGR: [(Format, &str, &[&str]); 5] = [
    (Format::Geojson, "GeoJSON", &["-lco", "RFC7946=YES"]),
    (Format::Csv, "CSV", &["-lco", "GEOMETRY=AS_XY"]),
    (Format::Geopackage, "GPKG", &[]),
    (Format::Flatgeobuf, "FlatGeobuf", &[]),
    (Format::Xlsx, "XLSX", &[]),
];

/// Lines of the figure.
const UNITS: [&str; 4] = ["street", "squat", "bidonville", "partner"];

struct Order {
    words: BTreeMap<String, String>,
}

impl Order {
    fn read() -> Result<Self> {
        let mut given = std::env::args().skip(1);
        let mut words = BTreeMap::new();
        while let Some(name) = given.next() {
            let value = given
                .next()
                .with_context(|| format!("{name} wants a value"))?;
            words.insert(name, value);
        }
        Ok(Self { words })
    }

    fn text(&self, name: &str) -> Result<&str> {
        let given = self.words.get(name).map(String::as_str);
        given.with_context(|| format!("give {name}"))
    }

    fn path(&self, name: &str) -> Result<PathBuf> {
        Ok(PathBuf::from(self.text(name)?))
    }

    fn number(&self, name: &str) -> Result<usize> {
        let given = self.words.get(name).map_or("1000000", String::as_str);
        given
            .parse()
            .with_context(|| format!("{name} is no number: {given}"))
    }
}

fn main() -> Result<()> {
    let order = Order::read()?;
    if order.words.contains_key("--format") {
        return write_one(&order);
    }
    let folder = order.path("--folder")?;
    std::fs::create_dir_all(&folder)?;
    let parts = order.words.get("--parts").map_or("ze", String::as_str);
    let mut report = Report::default();
    report.say(&format!("load average before: {}", load_average()));
    if parts.contains('z') {
        zones(&order, &folder, &mut report)?;
    }
    if parts.contains('e') {
        exports(&order, &folder, &mut report)?;
    }
    report.write(&folder.join("geo.json"))
}

/// Points drawn evenly over the ground, longitude first.
fn points(count: usize) -> Vec<Coordinates> {
    let mut dice = Dice::new(SEED);
    let [west, south, east, north] = GROUND;
    let one = |_| Coordinates {
        longitude: dice.between(west, east),
        latitude: dice.between(south, north),
    };
    (0..count).map(one).collect()
}

fn zones(order: &Order, folder: &Path, report: &mut Report) -> Result<()> {
    let places = points(order.number("--points")?);
    let layers = order.path("--layers")?;
    let files: Vec<PathBuf> = LAYERS.iter().map(|(name, _)| layers.join(name)).collect();
    let drawn = folder.join("points.f64");
    let pairs = places.iter().flat_map(|at| [at.longitude, at.latitude]);
    let bytes: Vec<u8> = pairs.flat_map(f64::to_le_bytes).collect();
    std::fs::write(&drawn, bytes)?;
    let mut command = Command::new(order.path("--python")?);
    command
        .arg(order.path("--script")?)
        .arg("zones")
        .arg(&drawn);
    let peer = watch(command.args(&files))?;
    let theirs = peer.told.lines().map(serde_json::from_str::<Value>);
    report.head(&format!(
        "{} points in areas, one thread: index and search, files read and points made before",
        places.len()
    ));
    for ((file, (name, kind)), theirs) in files.iter().zip(LAYERS).zip(theirs) {
        let theirs = theirs?;
        let text = std::fs::read(file).with_context(|| file.display().to_string())?;
        let features = read_layer(&text, kind, &Columns::default(), &mut |_| {})?.features;
        let codes: Vec<String> = features.iter().map(|area| area.code.clone()).collect();
        let start = Instant::now();
        let index = index_layer(features);
        let held = held(&index, &places);
        let seconds = start.elapsed().as_secs_f64();
        let sum: usize = held.values().sum();
        let speed = |seconds: f64| places.len() as f64 / seconds / 1e6;
        let their_seconds = theirs["seconds"].as_f64().context("no seconds")?;
        let told = |seconds: f64| [("ms", seconds * 1_000.0), ("million/s", speed(seconds))];
        report.figures("zones", "Maraude", name, &told(seconds));
        report.figures("zones", "geopandas", name, &told(their_seconds));
        // Whoever lies on a border is in one area here and in none there.
        let by_area = theirs["by_area"].as_array().context("no areas")?;
        let apart = codes.iter().zip(by_area).map(|(code, theirs)| {
            let ours = held.get(code.as_str()).copied().unwrap_or_default() as u64;
            ours.abs_diff(theirs.as_u64().unwrap_or_default())
        });
        let apart: u64 = apart.sum();
        report.say(&format!(
            "  {sum} held here, {} there, {apart} told differently; {:.1} times as fast",
            theirs["held"],
            their_seconds / seconds
        ));
        ensure!(
            apart * 10_000 <= places.len() as u64,
            "{name}: the answers differ"
        );
    }
    Ok(())
}

fn held<'a>(index: &'a AreaIndex<AreaLabel>, places: &[Coordinates]) -> BTreeMap<&'a str, usize> {
    let mut held: BTreeMap<&str, usize> = BTreeMap::new();
    for at in places {
        for (label, _) in index.holding(*at) {
            *held.entry(label.code.as_str()).or_default() += 1;
        }
    }
    held
}

/// Invented clusters, always the same, made as they are written.
fn clusters(count: usize) -> impl Iterator<Item = Cow<'static, InternalCluster>> {
    let mut dice = Dice::new(SEED);
    let [west, south, east, north] = GROUND;
    (0..count).map(move |number| {
        let least = dice.whole(1, 4);
        Cow::Owned(InternalCluster {
            id: format!("99000000-0000-4000-8000-{number:012}/0"),
            unit: UNITS[dice.whole(0, 3) as usize],
            counted: dice.chance(0.9),
            coordinates: Some(Coordinates {
                longitude: dice.between(west, east),
                latitude: dice.between(south, north),
            }),
            accuracy_m: Some(f64::from(dice.whole(3, 60))),
            observations: vec![format!("99000000-0000-4000-8000-{number:012}")],
            people: [least, least + dice.whole(0, 2)],
            sectors: vec![format!("S{:03}", dice.whole(1, 120))],
            commune: Some(format!("99{:03}", dice.whole(1, 31))),
        })
    })
}

fn write_one(order: &Order) -> Result<()> {
    let format: Format = order.text("--format")?.parse()?;
    let count = order.number("--features")?;
    let mut out = std::io::BufWriter::new(std::fs::File::create(order.path("--out")?)?);
    let export = InternalExport {
        campaign: "Mesure".to_owned(),
        exercise: true,
        by: "mesure".to_owned(),
        reason: "mesure".to_owned(),
        clusters: Vec::new(),
    };
    export.write_clusters(clusters(count), format, &mut out)?;
    Ok(out.flush()?)
}

fn exports(order: &Order, folder: &Path, report: &mut Report) -> Result<()> {
    let count = order.number("--features")?;
    report.head(&format!(
        "{count} features of 9 columns written, each in a process of its own. Time: Maraude makes \
         and writes the rows, ogr2ogr reads a FlatGeobuf and writes, pyogrio writes what it has read"
    ));
    let source = folder.join("source.fgb");
    ours(order, Format::Flatgeobuf, &source)?;
    // A dictionary tells of columns and holds no row.
    let with_rows = Format::INTERNAL.into_iter();
    for format in with_rows.filter(|format| *format != Format::Dictionary) {
        let out = |by: &str| folder.join(format!("{by}.{}", format.ending()));
        let path = out("maraude");
        let run = ours(order, format, &path)?;
        line(report, "Maraude", format, run.seconds, &run, &path)?;
        if let Some((_, driver, options)) = OGR.iter().find(|(of, ..)| *of == format) {
            let path = out("ogr2ogr");
            let _ = std::fs::remove_file(&path);
            let mut command = Command::new("ogr2ogr");
            command
                .args(["-f", driver])
                .args(*options)
                .arg(&path)
                .arg(&source);
            let run = watch(&mut command)?;
            line(report, "ogr2ogr", format, run.seconds, &run, &path)?;
        } else {
            report.say(&format!(
                "  {:<16} {:<34} no driver",
                "ogr2ogr",
                format.code()
            ));
        }
        let path = out("pyogrio");
        let _ = std::fs::remove_file(&path);
        let mut command = Command::new(order.path("--python")?);
        command.arg(order.path("--script")?).arg("write");
        command.arg(&source).arg(&path).arg(format.ending());
        let run = watch(&mut command)?;
        let told: Value = serde_json::from_str(run.told.trim())?;
        ensure!(
            told["rows"] == count,
            "the source holds {} rows",
            told["rows"]
        );
        let seconds = told["seconds"].as_f64().context("no seconds")?;
        line(report, "pyogrio", format, seconds, &run, &path)?;
    }
    Ok(())
}

fn ours(order: &Order, format: Format, path: &Path) -> Result<Watched> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["--format", format.code()]);
    command.args(["--features", &order.number("--features")?.to_string()]);
    watch(command.arg("--out").arg(path))
}

fn line(
    report: &mut Report,
    by: &str,
    format: Format,
    seconds: f64,
    run: &Watched,
    path: &Path,
) -> Result<()> {
    let size_mb = std::fs::metadata(path)?.len() as f64 / 1e6;
    let figures = [("s", seconds), ("MB", size_mb), ("peak MB", run.peak_mb)];
    report.figures("exports", by, format.code(), &figures);
    // Files of a million rows are not left lying about.
    if path.file_stem().is_some_and(|stem| stem != "source") {
        std::fs::remove_file(path)?;
    }
    Ok(())
}
