//! `maraude estimate`: the part not seen, from counts alone. It touches no stored data.
//!
//! It must never print an estimate without what it assumes, nor one model of several lists alone.

use super::control::Refusal;
use super::place::Place;
use super::{CommandError, say};
use clap::{Args, Subcommand};
use maraude_observatory::estimation::{
    Assumption, Capture, Captured, EXPANSION_ASSUMPTIONS, Estimate, Frequencies, Lists,
    ListsEstimate, Occasions, Plants, Refusal as Thin, Stratum, TwoLists, Unfit, expansion, pooled,
    pooled_lists, truncated_poisson, zelterman,
};
use serde_json::{Value, json};

/// `maraude estimate`.
#[derive(Debug, Subcommand)]
pub enum Estimates {
    /// Two passes: people in the first, in the second, in both (Chapman)
    TwoLists(TwoPasses),
    /// Three to five lists: people by the lists they are in (log-linear models, all of them)
    Lists(Several),
    /// People met once, twice, ... (Chao's lower bound)
    Frequencies(Met),
    /// People met once, twice, ..., and people met on each occasion (M0, Mt, Mth)
    Occasions(OnOccasions),
    /// Plants placed and reported, people counted
    Plants(PlantCounts),
    /// Unwalked sectors from walked ones of their stratum
    Strata(Strata),
}

/// `maraude estimate two-lists`.
#[derive(Debug, Args)]
pub struct TwoPasses {
    #[arg(long)]
    first: u32,
    #[arg(long)]
    second: u32,
    /// In both; several numbers, as sampled links gave them, carry the doubt of linkage in
    #[arg(long, value_delimiter = ',', required = true)]
    both: Vec<u32>,
}

/// `maraude estimate lists`.
#[derive(Debug, Args)]
pub struct Several {
    /// People by pattern, 11…1 first and 0…01 last; given several times, as sampled links gave them,
    /// it carries the doubt of linkage in
    #[arg(long, value_parser = read_counts, required = true)]
    counts: Vec<Counts>,
}

/// Numbers of people, one way to link.
#[derive(Debug, Clone)]
struct Counts(Vec<u32>);

fn read_counts(text: &str) -> Result<Counts, String> {
    let numbers = text.split(',').map(|n| n.trim().parse());
    let numbers: Result<Vec<u32>, _> = numbers.collect();
    numbers
        .map(Counts)
        .map_err(|_| format!("{text}: whole numbers parted by commas are expected"))
}

/// `maraude estimate frequencies`.
#[derive(Debug, Args)]
pub struct Met {
    /// People met once, twice, and so on
    #[arg(long, value_delimiter = ',', required = true)]
    met: Vec<u32>,
    /// How many times they could be met
    #[arg(long)]
    occasions: Option<u32>,
}

/// `maraude estimate occasions`.
#[derive(Debug, Args)]
pub struct OnOccasions {
    /// People met once, twice, and so on
    #[arg(long, value_delimiter = ',', required = true)]
    met: Vec<u32>,
    /// People met on each occasion
    #[arg(long, value_delimiter = ',', required = true)]
    caught: Vec<u32>,
}

/// `maraude estimate plants`.
#[derive(Debug, Args)]
pub struct PlantCounts {
    #[arg(long)]
    placed: u32,
    /// Reported for certain
    #[arg(long)]
    reported: u32,
    /// Perhaps reported
    #[arg(long, default_value = "0")]
    unsure: u32,
    /// People counted, without plants
    #[arg(long)]
    counted: u32,
}

/// `maraude estimate strata`.
#[derive(Debug, Args)]
pub struct Strata {
    /// Sectors of the stratum, then the people counted in each walked one: 60:0,1,0,2
    #[arg(long = "stratum", value_parser = read_stratum, required = true)]
    strata: Vec<Stratum>,
}

fn read_stratum(text: &str) -> Result<Stratum, String> {
    let wrong = || format!("{text}: SECTORS:COUNT,COUNT... is expected");
    let (sectors, counted) = text.split_once(':').ok_or_else(wrong)?;
    let counted = counted.split(',').map(|n| n.trim().parse());
    Ok(Stratum {
        sectors: sectors.trim().parse().map_err(|_| wrong())?,
        counted: counted.collect::<Result<_, _>>().map_err(|_| wrong())?,
    })
}

/// What is told, as lines and as JSON.
struct Told {
    lines: Vec<String>,
    json: Value,
    assumptions: &'static [Assumption],
}

impl Estimates {
    pub(super) fn run(&self, place: &Place) -> Result<(), CommandError> {
        let told = self
            .estimate()
            .map_err(|thin| Refusal::new("estimate-refused", thin.to_string()))?;
        if place.json {
            let json = json!({ "estimate": told.json, "assumptions": told.assumptions });
            return Ok(say(json)?);
        }
        for line in told.lines {
            say(line)?;
        }
        say("a statistical estimate stands beside the figure, never for it; it assumes that:")?;
        for assumption in told.assumptions {
            say(format_args!("  - {}", sentence(*assumption)))?;
        }
        Ok(())
    }

    fn estimate(&self) -> Result<Told, Thin> {
        match self {
            Self::TwoLists(of) => two_lists(of),
            Self::Lists(of) => {
                let ways = of.counts.iter().map(|Counts(counts)| Lists::of(counts));
                let ways = ways.collect::<Result<Vec<_>, _>>()?;
                let made = pooled_lists(&ways)?;
                let by_coverage = ways[0].by_coverage();
                let mut lines = models(&made);
                lines.extend(by_coverage.map(|[equal, unequal]| {
                    format!(
                        "by the coverage of the first lists given: {equal:.0} if people differ \
                         little, {unequal:.0} if much"
                    )
                }));
                Ok(Told {
                    lines,
                    json: json!({ "models": made, "by_coverage": by_coverage }),
                    assumptions: &Lists::ASSUMPTIONS,
                })
            }
            Self::Frequencies(of) => frequencies(of),
            Self::Occasions(of) => occasions(of),
            Self::Plants(of) => plants(of),
            Self::Strata(of) => {
                let made = expansion(&of.strata)?;
                Ok(Told {
                    lines: vec![line("all sectors", &made)],
                    json: json!(made),
                    assumptions: &EXPANSION_ASSUMPTIONS,
                })
            }
        }
    }
}

fn two_lists(of: &TwoPasses) -> Result<Told, Thin> {
    let way = |both| TwoLists {
        first: of.first,
        second: of.second,
        both,
    };
    let ways: Vec<TwoLists> = of.both.iter().map(|both| way(*both)).collect();
    let made = pooled(&ways)?;
    let mut lines = vec![line("people (Chapman)", &made)];
    if let [only] = ways[..] {
        let [low, high] = only.logit_interval();
        lines.push(format!("another interval at 95 %: {low:.0} to {high:.0}"));
    }
    Ok(Told {
        lines,
        json: json!(made),
        assumptions: &TwoLists::ASSUMPTIONS,
    })
}

fn frequencies(of: &Met) -> Result<Told, Thin> {
    let of = Frequencies {
        met: of.met.clone(),
        occasions: of.occasions,
    };
    let (bound, equal, local) = (of.chao()?, truncated_poisson(&of)?, zelterman(&of)?);
    let profile = of
        .chao_profile()
        .map_or_else(String::new, |[best, low, high]| {
            format!("  most likely {best:.0} (95 % by profile: {low:.0} to {high:.0})")
        });
    Ok(Told {
        lines: vec![
            line("at least (Chao)", &bound),
            profile,
            line("if all were as easy to meet", &equal),
            format!("from those met once and twice alone (Zelterman): {local:.0}"),
        ],
        json: json!({ "chao": bound, "truncated_poisson": equal, "zelterman": local }),
        assumptions: &Frequencies::ASSUMPTIONS,
    })
}

fn occasions(of: &OnOccasions) -> Result<Told, Thin> {
    let made = Occasions {
        met: of.met.clone(),
        caught: of.caught.clone(),
    }
    .models()?;
    let name = |of: Capture| match of {
        Capture::Equal => "all alike, every occasion alike (M0)",
        Capture::ByOccasion => "by occasion (Mt)",
        Capture::ByOccasionAndPerson => "by occasion, some people easier to meet (Mth)",
    };
    let likely = |of: &Captured| {
        let [best, low, high] = of.likely?;
        Some(format!(
            "  most likely {best:.1} (95 % by profile: {low:.1} to {high:.1})"
        ))
    };
    Ok(Told {
        lines: made
            .iter()
            .flat_map(|of| [Some(line(name(of.model), &of.estimate)), likely(of)])
            .flatten()
            .collect(),
        json: json!(made),
        assumptions: &Occasions::ASSUMPTIONS,
    })
}

fn plants(of: &PlantCounts) -> Result<Told, Thin> {
    let made = Plants {
        placed: of.placed,
        reported: of.reported,
        unsure: of.unsure,
        counted: of.counted,
    }
    .estimate()?;
    let mut lines = vec![line("people", &made.if_none)];
    if of.unsure > 0 {
        lines.push(line(
            "people, if all unsure plants were reported",
            &made.if_all,
        ));
    }
    Ok(Told {
        lines,
        json: json!(made),
        assumptions: &Plants::ASSUMPTIONS,
    })
}

fn line(what: &str, of: &Estimate) -> String {
    format!(
        "{what}: {:.0} (95 %: {:.0} to {:.0}; standard error {:.0})",
        of.people, of.low, of.high, of.standard_error
    )
}

/// Models, best first, between the spread of all and the warning they deserve.
fn models(of: &ListsEstimate) -> Vec<String> {
    let mut lines = vec![format!(
        "{} models, from {:.0} to {:.0} people; the lists reach {:.0} % in common",
        of.models.len(),
        of.spread[0],
        of.spread[1],
        100.0 * of.coverage
    )];
    if of.thin {
        lines.push("too few people are in several lists: trust no single model".to_owned());
    }
    for model in &of.models {
        lines.push(format!(
            "AIC {:>8.2}  {}",
            model.aic,
            line(&named(&model.pairs), &model.estimate)
        ));
    }
    for dropped in &of.dropped {
        let why = match dropped.why {
            Unfit::RunsAway => {
                "a coefficient runs away: lists with nobody, or everybody, in common"
            }
            Unfit::Undetermined => "the counts do not determine it",
            Unfit::Unsettled => "the fit does not settle",
        };
        lines.push(format!("not fitted    {}: {why}", named(&dropped.pairs)));
    }
    lines
}

/// A model by its pairs of lists.
fn named(pairs: &[(usize, usize)]) -> String {
    if pairs.is_empty() {
        return "independent".to_owned();
    }
    let pairs = pairs.iter();
    let named: Vec<String> = pairs
        .map(|(one, other)| format!("{}:{}", one + 1, other + 1))
        .collect();
    named.join(" ")
}

fn sentence(of: Assumption) -> &'static str {
    match of {
        Assumption::Closed => "nobody came or left between the passes",
        Assumption::Matched => {
            "the same person is recognised wherever met, and nobody else (a missed link raises it)"
        }
        Assumption::Independent => {
            "being met once changes nothing: people already surveyed who avoid teams break this"
        }
        Assumption::Reachable => "everybody could be met",
        Assumption::PairsOnly => "lists depend on each other by pairs only",
        Assumption::PlantsAreAlike => {
            "plants were as visible as people who sleep there, and placed where they are"
        }
        Assumption::WalkedAtRandom => "walked sectors were drawn at random in their stratum",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_lists_are_told_with_their_spread_and_a_warning() {
        let counts = vec![Counts(vec![28, 21, 17, 69, 18, 55, 63])];
        let told = Estimates::Lists(Several { counts }).estimate().unwrap();
        assert!(told.lines[0].starts_with("8 models, from 388 to 1313 people"));
        assert!(told.lines[1].contains("trust no single model"));
        assert_eq!(told.lines.len(), 11);
        assert!(told.lines[10].ends_with("407 if people differ little, 971 if much"));
        assert!(!told.assumptions.is_empty());
    }

    #[test]
    fn a_model_that_runs_away_is_told() {
        let counts = vec![read_counts("0,0,17,69,18,55,63").unwrap()];
        let told = Estimates::Lists(Several { counts }).estimate().unwrap();
        let away = told
            .lines
            .iter()
            .filter(|line| line.starts_with("not fitted"));
        assert_eq!(away.count(), 5, "{:?}", told.lines);
        assert!(read_counts("1,x").is_err());
    }

    #[test]
    fn what_is_too_thin_is_refused_in_words() {
        let thin = Estimates::TwoLists(TwoPasses {
            first: 60,
            second: 60,
            both: vec![30, 3],
        });
        let refused = thin.estimate().err().unwrap().to_string();
        assert_eq!(refused, "only 3 people in both lists; 7 are needed");
        assert!(read_stratum("60").is_err() && read_stratum("60:1,x").is_err());
        assert_eq!(read_stratum("60: 1,0").unwrap().counted, [1, 0]);
    }
}
