//! `cargo xtask simulate`: nights with known truth, linked and judged.
//!
//! `simulate [--people N,N] [--nights N] [--seed N] [--calibration] [--ceiling] [--arrivals N]
//! [--reviewed N] [--in-a-row N] [--csv FOLDER] [--json FILE]`

use anyhow::{Context, Result, bail};
use maraude_linkage::link;
use maraude_tests::doubles::arrivals;
use maraude_tests::doubles::ceiling::{Ceiling, ceiling};
use maraude_tests::doubles::judge::{
    Bins, Quality, by_kind, calibration, decisions, judge, returns,
};
use maraude_tests::doubles::measure::{Measured, measure};
use maraude_tests::doubles::{Night, save};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

struct Order {
    people: Vec<u32>,
    nights: u64,
    /// Nights in a row of the same people.
    in_a_row: u32,
    seed: Option<u64>,
    calibration: bool,
    ceiling: bool,
    each: bool,
    /// So many observations arrive one by one, in the first night of each size.
    arrivals: usize,
    /// Figures again after a reviewer who knows decided so many pairs per 100 observations.
    reviewed: Option<usize>,
    csv: Option<PathBuf>,
    json: Option<PathBuf>,
}

struct Run {
    quality: Quality,
    returns: maraude_linkage::Returns,
    ceiling: Option<Ceiling>,
    /// Figures after review, and how many pairs were decided.
    reviewed: Option<(Quality, usize)>,
    seconds: [f64; 4],
    cpu_by_phase: [f64; 4],
    /// Of the processor: what a loaded machine does not stretch.
    cpu_seconds: f64,
    peak_mb: f64,
    observations: usize,
}

fn main() -> Result<()> {
    let order = order()?;
    let mut out = std::io::stdout();
    let first = order.seed.unwrap_or_else(fresh_seed);
    writeln!(
        out,
        "nights drawn from seed {first} on; the same again: cargo xtask simulate --seed {first} --nights {}",
        order.nights
    )?;
    let mut told = Vec::new();
    for &people in &order.people {
        let mut runs = Vec::new();
        let mut bins = Bins::default();
        let mut kinds = BTreeMap::new();
        for seed in first..first + order.nights {
            let night = Night::draw_several(people, order.in_a_row, seed);
            if let Some(folder) = &order.csv {
                save(&night, folder, seed)?;
            }
            let run = run(&night, &order, &mut bins, &mut kinds);
            if order.each && order.in_a_row > 1 {
                let (near, all) = returns(&night);
                let r = &run.returns;
                writeln!(
                    out,
                    "  returns elsewhere: {:.3} of {all}; told {:.3}, from {:.3} to {:.3}; recognised {:.1} near, {:.1} elsewhere",
                    1.0 - near as f64 / all.max(1) as f64,
                    r.share(),
                    r.interval()[0],
                    r.interval()[1],
                    r.near,
                    r.elsewhere
                )?;
            }
            if order.each {
                writeln!(out, "{people} seed {seed}: {:.3?}", run.quality)?;
            }
            runs.push(run);
        }
        table(&mut out, people, &runs)?;
        told.extend(json_lines(people, first, &runs));
        if let Some(each) = order.reviewed {
            reviewed_table(&mut out, each, &runs)?;
        }
        if order.ceiling {
            ceiling_table(&mut out, &runs)?;
        }
        if order.arrivals > 0 {
            let night = Night::draw(people, first);
            arrivals::print(&mut out, &arrivals::arrivals(&night, order.arrivals))?;
        }
        if order.calibration {
            bins_table(&mut out, &bins)?;
            kinds_table(&mut out, &kinds)?;
        }
    }
    if let Some(file) = &order.json {
        std::fs::write(file, format!("[\n{}\n]\n", told.join(",\n")))?;
    }
    Ok(())
}

fn order() -> Result<Order> {
    let mut made = Order {
        people: vec![500, 2_000, 20_000, 100_000],
        nights: 10,
        in_a_row: 1,
        seed: None,
        calibration: false,
        ceiling: false,
        each: false,
        arrivals: 0,
        reviewed: None,
        csv: None,
        json: None,
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || {
            words
                .next()
                .with_context(|| format!("{word} needs a value"))
        };
        match word.as_str() {
            "--people" => {
                let list = value()?;
                let numbers = list.split(',').map(str::parse).collect::<Result<_, _>>();
                made.people = numbers.context("--people is a list of whole numbers")?;
            }
            "--nights" => made.nights = value()?.parse().context("--nights is a whole number")?,
            "--in-a-row" => {
                made.in_a_row = value()?.parse().context("--in-a-row is a whole number")?;
            }
            "--arrivals" => {
                made.arrivals = value()?.parse().context("--arrivals is a whole number")?;
            }
            "--seed" => made.seed = Some(value()?.parse().context("--seed is a whole number")?),
            "--calibration" => made.calibration = true,
            "--ceiling" => made.ceiling = true,
            "--each" => made.each = true,
            "--reviewed" => {
                let number = value()?.parse().context("--reviewed is a whole number")?;
                made.reviewed = Some(number);
            }
            "--json" => made.json = Some(PathBuf::from(value()?)),
            "--csv" => made.csv = Some(PathBuf::from(value()?)),
            _ => bail!("unknown option {word}"),
        }
    }
    Ok(made)
}

/// A seed nobody chose.
fn fresh_seed() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(1, |since| since.as_nanos() as u64 % 1_000_000_000)
}

fn run(
    night: &Night,
    order: &Order,
    bins: &mut Bins,
    kinds: &mut BTreeMap<String, [usize; 4]>,
) -> Run {
    let Measured {
        linkage,
        seconds,
        cpu_by_phase,
        cpu_seconds,
        peak_mb,
    } = measure(&night.observations);
    if order.calibration {
        calibration(night, &linkage, bins);
        by_kind(night, &linkage, kinds);
    }
    Run {
        quality: judge(night, &linkage),
        returns: linkage.parameters.returns,
        ceiling: order.ceiling.then(|| ceiling(night, &linkage)),
        reviewed: order.reviewed.map(|each| {
            let number = each * night.observations.len() / 100;
            let decided = decisions(night, &linkage, number);
            let after = link(&night.observations, &decided, &linkage.parameters);
            (judge(night, &after), decided.len())
        }),
        seconds,
        cpu_by_phase,
        cpu_seconds,
        peak_mb,
        observations: night.observations.len(),
    }
}

/// Median, and the worst by how far it is from what is wanted.
fn middle(runs: &[Run], of: impl Fn(&Run) -> f64) -> f64 {
    let mut values: Vec<f64> = runs.iter().map(of).filter(|v| !v.is_nan()).collect();
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => values[n / 2],
        n => f64::midpoint(values[n / 2 - 1], values[n / 2]),
    }
}

fn least(runs: &[Run], of: impl Fn(&Run) -> f64) -> f64 {
    runs.iter()
        .map(of)
        .filter(|v| !v.is_nan())
        .fold(f64::INFINITY, f64::min)
}

fn most(runs: &[Run], of: impl Fn(&Run) -> f64) -> f64 {
    runs.iter()
        .map(of)
        .filter(|v| !v.is_nan())
        .fold(f64::NEG_INFINITY, f64::max)
}

fn table(out: &mut dyn Write, people: u32, runs: &[Run]) -> Result<()> {
    let covered = runs.iter().filter(|run| run.quality.covered).count();
    let observations = middle(runs, |r| r.observations as f64);
    writeln!(
        out,
        "\n{people} people, {} nights, {observations:.0} observations, {:.0} doubles (medians)",
        runs.len(),
        middle(runs, |r| r.quality.true_pairs as f64)
    )?;
    writeln!(out, "{:<40} {:>9} {:>9}", "", "median", "worst")?;
    let mut low = |name: &str, of: &dyn Fn(&Run) -> f64| {
        writeln!(
            out,
            "{name:<40} {:>9.3} {:>9.3}",
            middle(runs, of),
            least(runs, of)
        )
    };
    low("cluster pair F1", &|r| r.quality.f1)?;
    low("  precision", &|r| r.quality.precision)?;
    low("  recall", &|r| r.quality.recall)?;
    low("B3 F1", &|r| r.quality.b_cubed)?;
    low("auto verdicts, precision", &|r| {
        r.quality.auto_precision.unwrap_or(f64::NAN)
    })?;
    low("auto verdicts, recall", &|r| r.quality.auto_recall)?;
    low("doubles found by blocking", &|r| r.quality.blocked)?;
    low("doubles compared and kept", &|r| r.quality.compared)?;
    let mut high = |name: &str, of: &dyn Fn(&Run) -> f64| {
        writeln!(
            out,
            "{name:<40} {:>9.3} {:>9.3}",
            middle(runs, of),
            most(runs, of)
        )
    };
    high("count error, absolute, %", &|r| {
        100.0 * r.quality.count_error.abs()
    })?;
    high("count error, signed, %", &|r| 100.0 * r.quality.count_error)?;
    high("clusters against people, absolute, %", &|r| {
        100.0 * r.quality.cluster_error.abs()
    })?;
    high("width of the 95 % interval, %", &|r| {
        100.0 * r.quality.width
    })?;
    high("pairs to review per 100 observations", &|r| {
        r.quality.review_load
    })?;
    high("seconds", &|r| r.seconds.iter().sum())?;
    high("  of the processor", &|r| r.cpu_seconds)?;
    for (place, name) in PHASES.iter().enumerate() {
        high(&format!("    {name}"), &|r| r.cpu_by_phase[place])?;
    }
    high("peak memory above the data, MB", &|r| r.peak_mb)?;
    writeln!(
        out,
        "{:<40} {:>8.0} %",
        "nights whose truth is in the interval",
        100.0 * covered as f64 / runs.len() as f64
    )?;
    Ok(())
}

const PHASES: [&str; 4] = ["block", "train", "score", "cluster, count"];

/// What a reviewer who knows makes of these runs.
fn reviewed_table(out: &mut dyn Write, each: usize, runs: &[Run]) -> Result<()> {
    type Part = fn(&Quality) -> f64;
    writeln!(
        out,
        "after at most {each} decisions per 100 observations, all of them right"
    )?;
    let rows: [(&str, Part); 4] = [
        ("cluster pair F1", |of| of.f1),
        ("B3 F1", |of| of.b_cubed),
        ("count error, absolute, %", |of| {
            100.0 * of.count_error.abs()
        }),
        ("width of the 95 % interval, %", |of| 100.0 * of.width),
    ];
    for (name, of) in rows {
        let value = |run: &Run| run.reviewed.as_ref().map_or(f64::NAN, |(q, _)| of(q));
        let worst = if name.ends_with("F1") {
            least(runs, value)
        } else {
            most(runs, value)
        };
        let median = middle(runs, value);
        writeln!(out, "  {name:<38} {median:>9.3} {worst:>9.3}")?;
    }
    let decided = |run: &Run| run.reviewed.as_ref().map_or(f64::NAN, |(_, n)| *n as f64);
    writeln!(
        out,
        "  {:<38} {:>9.0}",
        "pairs decided",
        middle(runs, decided)
    )?;
    Ok(())
}

/// Every night as one line of JSON, in an array.
fn json_lines(people: u32, first: u64, runs: &[Run]) -> Vec<String> {
    let line = |(run, seed): (&Run, u64)| {
        let q = &run.quality;
        let phases = PHASES.iter().zip(run.cpu_by_phase);
        let phases: Vec<String> = phases
            .map(|(name, s)| format!("\"{name}\": {s:.3}"))
            .collect();
        let auto = q
            .auto_precision
            .map_or_else(|| "null".to_owned(), |p| format!("{p:.4}"));
        format!(
            "{{\"people\": {people}, \"seed\": {seed}, \"observations\": {}, \"f1\": {:.4}, \
             \"precision\": {:.4}, \"recall\": {:.4}, \"b3\": {:.4}, \"count_error\": {:.5}, \
             \"cluster_error\": {:.5}, \"covered\": {}, \"width\": {:.5}, \"auto_precision\": \
             {auto}, \"auto_recall\": {:.4}, \"blocked\": {:.4}, \"review_per_100\": {:.2}, \
             \"peak_mb\": {:.1}, \"processor_seconds\": {{{}}}}}",
            run.observations,
            q.f1,
            q.precision,
            q.recall,
            q.b_cubed,
            q.count_error,
            q.cluster_error,
            q.covered,
            q.width,
            q.auto_recall,
            q.blocked,
            q.review_load,
            run.peak_mb,
            phases.join(", ")
        )
    };
    runs.iter().zip(first..).map(line).collect()
}

/// What stands between these runs and perfect ones.
fn ceiling_table(out: &mut dyn Write, runs: &[Run]) -> Result<()> {
    type Part = fn(&Ceiling) -> f64;
    let rows: [(&str, Part); 4] = [
        ("doubles compared", |of| of.compared),
        ("doubles known by a number in a row only", |of| of.numbered),
        ("pair F1, best threshold by the truth", |of| {
            of.best_threshold
        }),
        ("cluster pair F1, rows numbered right", |of| of.renumbered),
    ];
    for (name, of) in rows {
        let value = |run: &Run| run.ceiling.as_ref().map_or(f64::NAN, of);
        writeln!(
            out,
            "{name:<40} {:>9.3} {:>9.3}",
            middle(runs, value),
            least(runs, value)
        )?;
    }
    Ok(())
}

fn bins_table(out: &mut dyn Write, bins: &Bins) -> Result<()> {
    writeln!(
        out,
        "\n{:<36} {:>6} {:>8} {:>8} {:>8}",
        "pairs", "from", "number", "held", "true"
    )?;
    for ((kind, bin), (number, held, one)) in &bins.cells {
        writeln!(
            out,
            "{kind:<36} {:>6} {number:>8} {:>8.3} {:>8.3}",
            Bins::EDGES[*bin],
            held / *number as f64,
            *one as f64 / *number as f64
        )?;
    }
    Ok(())
}

fn kinds_table(out: &mut dyn Write, kinds: &BTreeMap<String, [usize; 4]>) -> Result<()> {
    let head = ["doubles", "told", "held", "rightly"];
    writeln!(
        out,
        "\n{:<40} {:>8} {:>8} {:>8} {:>8}",
        "pairs", head[0], head[1], head[2], head[3]
    )?;
    for (kind, [doubles, told, held, right]) in kinds {
        writeln!(
            out,
            "{kind:<40} {doubles:>8} {told:>8} {held:>8} {right:>8}"
        )?;
    }
    Ok(())
}
