//! `cargo xtask bench linkage`: nights linked by Maraude and by Splink, in the same run.
//!
//! `bench_linkage --python FILE --script FILE --folder FOLDER [--people N,N] [--curve N,N] [--minutes N]
//! [--arrivals N] [--seed N]`

use anyhow::{Context, Result, bail, ensure};
use maraude_core::model::{ObservationId, SlotRef};
use maraude_linkage::{Cluster, Linkage};
use maraude_tests::doubles::arrivals;
use maraude_tests::doubles::judge::{Quality, judge};
use maraude_tests::doubles::measure::measure;
use maraude_tests::doubles::{Night, save};
use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

struct Order {
    python: PathBuf,
    script: PathBuf,
    folder: PathBuf,
    people: Vec<u32>,
    curve: Vec<u32>,
    /// Splink is stopped, and larger nights are not tried, after so long.
    minutes: u32,
    /// People of the night in which observations arrive one by one.
    arrivals: Vec<u32>,
    seed: u64,
}

/// Observations that arrive one by one.
const ARRIVALS: usize = 400;

/// One line of the table.
struct Line {
    name: String,
    /// Train, score, cluster.
    seconds: [Option<f64>; 3],
    peak_mb: Option<f64>,
    quality: Quality,
    counts: bool,
}

fn main() -> Result<()> {
    let order = order()?;
    let mut out = std::io::stdout();
    std::fs::create_dir_all(&order.folder)?;
    for &people in &order.people {
        let night = Night::draw(people, order.seed);
        let mut lines = vec![ours(&night)];
        lines.extend(splink(&night, &order)?);
        table(&mut out, &night, &lines, order.seed)?;
    }
    if !order.curve.is_empty() {
        curve(&mut out, &order)?;
    }
    for &people in &order.arrivals {
        let night = Night::draw(people, order.seed);
        arrivals::print(&mut out, &arrivals::arrivals(&night, ARRIVALS))?;
    }
    Ok(())
}

fn numbers(list: &str) -> Result<Vec<u32>> {
    let numbers = list.split(',').filter(|n| !n.is_empty()).map(str::parse);
    numbers
        .collect::<Result<_, _>>()
        .context("a list of whole numbers is expected")
}

fn order() -> Result<Order> {
    let mut given: BTreeMap<String, String> = BTreeMap::new();
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let known = [
            "--python",
            "--script",
            "--folder",
            "--people",
            "--curve",
            "--minutes",
            "--arrivals",
            "--seed",
        ];
        if !known.contains(&word.as_str()) {
            bail!("unknown option {word}");
        }
        let value = words
            .next()
            .with_context(|| format!("{word} needs a value"))?;
        given.insert(word, value);
    }
    let mut take = |name: &str| given.remove(name);
    Ok(Order {
        python: take("--python").context("--python is missing")?.into(),
        script: take("--script").context("--script is missing")?.into(),
        folder: take("--folder").context("--folder is missing")?.into(),
        people: numbers(&take("--people").unwrap_or_else(|| "2000,20000".to_owned()))?,
        curve: numbers(&take("--curve").unwrap_or_default())?,
        minutes: take("--minutes").map_or(Ok(10), |minutes| minutes.parse())?,
        arrivals: numbers(&take("--arrivals").unwrap_or_default())?,
        seed: take("--seed").map_or(Ok(1), |seed| seed.parse())?,
    })
}

fn ours(night: &Night) -> Line {
    let run = measure(&night.observations);
    let [block, train, score, cluster] = run.seconds;
    Line {
        name: "Maraude".to_owned(),
        seconds: [Some(train), Some(block + score), Some(cluster)],
        peak_mb: Some(run.peak_mb),
        quality: judge(night, &run.linkage),
        counts: true,
    }
}

/// What Splink told of its run; none when it was stopped.
fn splink_run(night: &Night, order: &Order) -> Result<Option<String>> {
    let [rows, truth] = save(night, &order.folder, order.seed)?;
    let mut run = Command::new(&order.python)
        .arg(&order.script)
        .args([&rows, &truth, &order.folder])
        .spawn()
        .context("Splink could not be started")?;
    let until = Instant::now() + Duration::from_secs(60 * u64::from(order.minutes));
    let done = loop {
        if let Some(done) = run.try_wait()? {
            break done;
        }
        if Instant::now() > until {
            run.kill()?;
            run.wait()?;
            return Ok(None);
        }
        std::thread::sleep(Duration::from_millis(100));
    };
    ensure!(done.success(), "Splink failed");
    Ok(Some(std::fs::read_to_string(
        order.folder.join("splink.json"),
    )?))
}

/// A number of what Splink told.
fn number(told: &str, name: &str) -> Option<f64> {
    let after = told.split(&format!("\"{name}\": ")).nth(1)?;
    after.split([',', '}']).next()?.trim().parse().ok()
}

fn splink(night: &Night, order: &Order) -> Result<Vec<Line>> {
    let Some(told) = splink_run(night, order)? else {
        return Ok(Vec::new());
    };
    let number = |name: &str| number(&told, name);
    let line = |name: &str, file: &str, first: bool| -> Result<Line> {
        let mut linkage = Linkage::default();
        linkage.clusters = clusters(&order.folder.join(file))?;
        Ok(Line {
            name: name.to_owned(),
            seconds: ["train", "score", "cluster"].map(|part| number(part).filter(|_| first)),
            peak_mb: number("peak_mb").filter(|_| first),
            quality: judge(night, &linkage),
            counts: false,
        })
    };
    Ok(vec![
        line("Splink, connected components*", "connected.csv", true)?,
        line("Splink, one row per team*", "one_per_team.csv", false)?,
    ])
}

/// Clusters of a file of `observation.slot,cluster`.
fn clusters(file: &Path) -> Result<Vec<Cluster>> {
    let mut by_name: HashMap<String, Vec<SlotRef>> = HashMap::new();
    for line in std::fs::read_to_string(file)?.lines() {
        let (slot, cluster) = line.trim().split_once(',').context("slot,cluster")?;
        let (observation, slot) = slot.split_once('.').context("observation.slot")?;
        let observation: ObservationId = observation.parse().context("an identifier")?;
        let slot = slot.parse()?;
        let members = by_name.entry(cluster.to_owned()).or_default();
        members.push(SlotRef { observation, slot });
    }
    Ok(by_name
        .into_values()
        .map(|slots| Cluster { slots })
        .collect())
}

fn table(out: &mut dyn Write, night: &Night, lines: &[Line], seed: u64) -> Result<()> {
    let told = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |v| format!("{v:.2}"));
    writeln!(
        out,
        "\n{} people, {} observations, seed {seed}",
        night.people,
        night.observations.len()
    )?;
    writeln!(
        out,
        "{:<30} {:>7} {:>7} {:>7} {:>7} {:>6} {:>6} {:>6} {:>6} {:>9} {:>9}",
        "", "train s", "score s", "clust s", "MB", "P", "R", "F1", "B3", "clusters", "estimate"
    )?;
    for line in lines {
        let q = &line.quality;
        let estimate = line
            .counts
            .then(|| format!("{:+.1} %", 100.0 * q.count_error));
        writeln!(
            out,
            "{:<30} {:>7} {:>7} {:>7} {:>7} {:>6.3} {:>6.3} {:>6.3} {:>6.3} {:>+7.1} % {:>9}",
            line.name,
            told(line.seconds[0]),
            told(line.seconds[1]),
            told(line.seconds[2]),
            line.peak_mb
                .map_or_else(|| "-".to_owned(), |mb| format!("{mb:.0}")),
            q.precision,
            q.recall,
            q.f1,
            q.b_cubed,
            100.0 * q.cluster_error,
            estimate.unwrap_or_else(|| "none".to_owned())
        )?;
    }
    writeln!(
        out,
        "* its best of 11 thresholds, chosen with the truth; Maraude's is fixed, and it counts, \
         with an interval, inside clustering"
    )?;
    Ok(())
}

/// Seconds and memory by size, of Splink as far as it goes in the time it is given.
fn curve(out: &mut dyn Write, order: &Order) -> Result<()> {
    writeln!(
        out,
        "\n{:>12} {:>9} {:>14} {:>9} {:>22}   {:>36} {:>9}",
        "observations",
        "seconds",
        "processor s",
        "MB",
        "processor µs each",
        "Splink: train, score, cluster s",
        "MB"
    )?;
    let mut goes_on = true;
    for &people in &order.curve {
        let night = Night::draw(people, order.seed);
        let run = measure(&night.observations);
        let observations = night.observations.len();
        write!(
            out,
            "{observations:>12} {:>9.2} {:>14.2} {:>9.0} {:>22.1}",
            run.seconds.iter().sum::<f64>(),
            run.cpu_seconds,
            run.peak_mb,
            1e6 * run.cpu_seconds / observations as f64
        )?;
        out.flush()?;
        drop(run);
        let told = if goes_on {
            splink_run(&night, order)?
        } else {
            None
        };
        match &told {
            Some(told) => {
                let of = |name| number(told, name).unwrap_or(f64::NAN);
                let (train, score, cluster) = (of("train"), of("score"), of("cluster"));
                let phases = format!("{train:.1}, {score:.1}, {cluster:.1}");
                writeln!(out, "   {phases:>36} {:>9.0}", of("peak_mb"))?;
            }
            None if goes_on => {
                writeln!(
                    out,
                    "   {:>36}",
                    format!("stopped after {} minutes", order.minutes)
                )?;
            }
            None => writeln!(out, "   {:>36}", "not tried")?,
        }
        goes_on = told.is_some();
    }
    Ok(())
}
