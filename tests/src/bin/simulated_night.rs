//! Records a simulated night on a running server, through the real enrolment and sync.
//!
//! `simulated_night --base URL --account NAME --password WORD [--seed N] [--with-layers]
//! [--waiting-team]`

use anyhow::{Context, Result, bail};
use maraude_tests::night::NightOrder;
use std::io::Write;

fn main() -> Result<()> {
    let mut words = std::env::args().skip(1);
    let (mut base, mut account, mut password) = (None, None, None);
    let mut seed = 1;
    let (mut with_layers, mut waiting_team) = (false, false);
    while let Some(word) = words.next() {
        let mut value = || {
            words
                .next()
                .with_context(|| format!("{word} needs a value"))
        };
        match word.as_str() {
            "--base" => base = Some(value()?),
            "--account" => account = Some(value()?),
            "--password" => password = Some(value()?),
            "--seed" => seed = value()?.parse().context("--seed is a whole number")?,
            "--with-layers" => with_layers = true,
            "--waiting-team" => waiting_team = true,
            _ => bail!("unknown option {word}"),
        }
    }
    let mut order = NightOrder::demo(
        &base.context("--base is missing")?,
        &account.context("--account is missing")?,
        &password.context("--password is missing")?,
        seed,
    );
    order.with_layers = with_layers;
    order.waiting_team = waiting_team;
    let mut out = std::io::stdout();
    let done = order.run(&mut |line| {
        // A closed pipe is no reason to stop recording.
        let _ = writeln!(out, "  {line}");
    })?;
    writeln!(
        std::io::stdout(),
        "  {} observations by {} tablets, {} people met in the street",
        done.observations,
        done.tablets,
        done.people_met
    )?;
    Ok(())
}
