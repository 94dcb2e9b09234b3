//! What a server of the tests is made from: the invented campaign, written by the server itself.

use super::{COORDINATOR, PASSWORD};
use crate::population::Metres;
use anyhow::Result;
use maraude_core::document::DocumentName;
use maraude_core::model::{
    Assignment, Campaign, CampaignId, CampaignKind, CampaignMode, CampaignState, Night, RiskClass,
    RoundKey, Sector, SectorId, Team, TeamId,
};
use maraude_server::app::App;
use maraude_server::auth::{NewCode, add_account, issue_code};
use maraude_server::store::Role;

/// What a server of the tests is made from.
pub struct Campaigning {
    /// The campaign.
    pub campaign: CampaignId,
    /// Its night.
    pub night: Night,
    /// Two teams.
    pub teams: [TeamId; 2],
    /// Two sectors, team 0 sent to sector 0, team 1 to sector 1.
    pub sectors: [SectorId; 2],
}

impl Campaigning {
    pub(crate) fn invented() -> Result<Self> {
        Ok(Self {
            campaign: CampaignId::from_random([1; 16]),
            night: "2026-01-22".parse()?,
            teams: [TeamId::from_random([11; 16]), TeamId::from_random([12; 16])],
            sectors: [
                SectorId::from_random([21; 16]),
                SectorId::from_random([22; 16]),
            ],
        })
    }

    /// The invented campaign, written by the server itself.
    pub(crate) fn prepare(app: &App) -> Result<Self> {
        let made = Self::invented()?;
        let night = made.night;
        let mut plan = Campaign::prepare(
            made.campaign,
            "Nuit d'essai".to_owned(),
            CampaignKind::NightCount,
            CampaignMode::Exercise,
        );
        plan.nights = vec![night];
        plan.state = CampaignState::Open;
        let engine = app.create_campaign(&plan)?;
        let name = DocumentName::Plan {
            campaign: made.campaign,
        };
        engine.author(&name, |w| {
            for (index, (team, sector)) in made.teams.iter().zip(&made.sectors).enumerate() {
                let west = -800.0 + 800.0 * index as f64;
                w.put_sector(&Sector {
                    id: *sector,
                    code: format!("S{}", index + 1),
                    name: format!("Secteur {}", index + 1),
                    zone: None,
                    risk: RiskClass::Ordinary,
                    boundary: rectangle(west, -400.0, west + 800.0, 400.0),
                });
                w.put_team(&Team {
                    id: *team,
                    code: format!("E{}", index + 1),
                    organisation: None,
                    professional: false,
                });
                w.put_assignment(&Assignment {
                    team: *team,
                    sector: *sector,
                    night,
                });
            }
        })?;
        let (name, word) = (COORDINATOR, PASSWORD);
        add_account(
            app.server(),
            name,
            Role::Coordinator,
            None,
            word,
            app.clock().now(),
        )?;
        Ok(made)
    }

    /// The key of the round a team walks in its own sector.
    pub fn round(&self, team: usize) -> RoundKey {
        RoundKey {
            campaign: self.campaign,
            team: self.teams[team],
            sector: Some(self.sectors[team]),
            night: self.night,
            reissue: 0,
        }
    }

    pub(crate) fn code(&self, app: &App, label: &str, team: usize) -> Result<String> {
        let new = NewCode {
            campaign: self.campaign,
            label: label.to_owned(),
            team: Some(self.teams[team]),
            organisation: None,
            accepted: true,
        };
        Ok(issue_code(app.server(), new, app.clock().now())?.code)
    }
}

fn rectangle(west: f64, south: f64, east: f64, north: f64) -> geo::MultiPolygon<f64> {
    let corner = |east, north| {
        let [longitude, latitude] = Metres { east, north }.degrees();
        (longitude, latitude)
    };
    let ring = vec![
        corner(west, south),
        corner(east, south),
        corner(east, north),
        corner(west, north),
        corner(west, south),
    ];
    geo::MultiPolygon(vec![geo::Polygon::new(geo::LineString::from(ring), vec![])])
}
