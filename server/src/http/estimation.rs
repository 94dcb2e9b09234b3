//! *Estimation*: the part not seen, as the console shows it beside the figure.

use super::contract::{EstimateCount, EstimateMethod, EstimateModel, EstimateRefusal, Estimation};
use super::extract::{At, view_of};
use super::guard::Analyst;
use super::problem::Problem;
use super::review::reviewed;
use crate::app::App;
use crate::review::{Counted, Method, Outcome, word};
use crate::store::Role;
use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use maraude_core::model::CampaignId;
use maraude_observatory::estimation::{Estimate, Fitted};

/// The routes of this file.
pub fn routes() -> Router<App> {
    Router::new().route("/api/campaigns/{campaign}/estimation", get(estimation))
}

async fn estimation(
    State(app): State<App>,
    Analyst(account): Analyst,
    At(campaign): At<CampaignId>,
) -> Result<Json<Estimation>, Problem> {
    let (live, position) = view_of(&app, campaign).await?;
    let told = app
        .blocking(move |app| {
            if account.role != Role::Coordinator {
                app.goes_on_here(campaign)?;
            }
            let of = reviewed(&app, &live, position)?;
            let view = live.view();
            let methods = of.estimates(&view.plan()?, &view.rounds(None)?);
            let (distinct, interval) = of.street();
            Ok::<_, Problem>(Estimation {
                position: of.position,
                distinct,
                interval,
                methods: methods.iter().map(written).collect(),
            })
        })
        .await??;
    Ok(Json(told))
}

fn written(of: &Method) -> EstimateMethod {
    let (counts, in_common) = counts(&of.counted);
    let mut made = EstimateMethod {
        method: of.code.to_owned(),
        counts,
        in_common,
        models: Vec::new(),
        spread: None,
        dropped: 0,
        thin: false,
        refusal: None,
        assumptions: of.assumptions.iter().map(word).collect(),
    };
    match &of.outcome {
        Ok(Outcome::One(estimate)) => {
            let name = if of.code == "sectors" {
                "expansion"
            } else {
                "chapman"
            };
            made.models = vec![model(name, estimate)];
        }
        Ok(Outcome::Frequencies(all)) => {
            let zelterman = EstimateModel {
                interval: None,
                people: all.zelterman,
                ..model("zelterman", &all.chao)
            };
            made.models = vec![
                model("chao", &all.chao),
                model("truncated_poisson", &all.truncated_poisson),
                zelterman,
            ];
        }
        Ok(Outcome::Models(all)) => {
            made.models = all.models.iter().map(log_linear).collect();
            made.spread = Some(all.spread);
            made.dropped = all.dropped.len() as u32;
            made.thin = all.thin;
        }
        Err(refusal) => {
            let (code, found_and_needed) = refusal.told();
            made.refusal = Some(EstimateRefusal {
                code: code.to_owned(),
                found_and_needed,
            });
        }
    }
    made
}

fn counts(of: &Counted) -> (Vec<EstimateCount>, Option<f64>) {
    let count = |name: String, people: f64| EstimateCount {
        name,
        people,
        sectors: None,
    };
    match of {
        Counted::Lists { lists, in_common } => {
            let told = lists
                .iter()
                .map(|(name, people)| count(name.clone(), *people));
            (told.collect(), Some(*in_common))
        }
        Counted::Met(met) => {
            let told = (1..)
                .zip(met)
                .map(|(times, people): (u32, _)| count(times.to_string(), *people));
            (told.collect(), None)
        }
        Counted::Sectors(zones) => {
            let told = zones.iter().map(|zone| EstimateCount {
                sectors: Some([zone.walked, zone.sectors]),
                ..count(
                    zone.zone.clone().unwrap_or_default(),
                    f64::from(zone.people),
                )
            });
            (told.collect(), None)
        }
    }
}

fn model(name: &str, of: &Estimate) -> EstimateModel {
    EstimateModel {
        model: name.to_owned(),
        pairs: Vec::new(),
        people: of.people,
        interval: Some([of.low, of.high]),
        aic: None,
    }
}

fn log_linear(of: &Fitted) -> EstimateModel {
    let pairs = of.pairs.iter();
    EstimateModel {
        pairs: pairs.map(|(a, b)| [*a as u32, *b as u32]).collect(),
        aic: Some(of.aic),
        ..model("log_linear", &of.estimate)
    }
}
