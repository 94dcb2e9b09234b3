//! A coordinator at the console, as its pages speak with the server.

use crate::tablet::agent;
use anyhow::{Context, Result, bail};
use maraude_core::model::{CampaignId, Night, TeamId};
use maraude_server::http::contract::{
    CampaignDetail, CampaignSummary, Command, CommandAnswer, CommandRequest, Doubles,
    EnrolmentCode, Login, NewCampaign, NewEnrolment, ObservationPage, Problem, Tonight,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A logged-in coordinator.
pub struct Console {
    agent: ureq::Agent,
    base: String,
    cookie: String,
}

/// A command that met newer work is sent again over it so many times.
const STALE_TRIES: usize = 5;

impl Console {
    /// Logs in.
    pub fn log_in(base: &str, name: &str, password: &str) -> Result<Self> {
        let agent = agent();
        let login = Login {
            name: name.to_owned(),
            code: None,
            password: password.to_owned(),
        };
        let answer = agent.post(format!("{base}/api/login")).send_json(&login)?;
        let cookie = answer
            .headers()
            .get("set-cookie")
            .and_then(|value| value.to_str().ok())
            .and_then(|line| line.split(';').next())
            .map(str::to_owned);
        if answer.status() != 200 {
            bail!("login answered {}", answer.status());
        }
        Ok(Self {
            agent,
            base: base.to_owned(),
            cookie: cookie.context("login gave no session")?,
        })
    }

    /// The token of its session.
    pub fn session(&self) -> Result<&str> {
        let (_, token) = self.cookie.split_once('=').context("a cookie")?;
        Ok(token)
    }

    /// Reads.
    pub fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        let request = self.agent.get(format!("{}{path}", self.base));
        let answer = request.header("cookie", &self.cookie).call()?;
        read(path, answer).map_err(|refused| refused.error)
    }

    /// Takes a file away, which wants a reason.
    pub fn take<B: Serialize>(&self, path: &str, body: &B) -> Result<Vec<u8>> {
        let request = self.agent.post(format!("{}{path}", self.base));
        let request = request.header("cookie", &self.cookie);
        let mut answer = request.send_json(body)?;
        if answer.status() != 200 {
            bail!("{path} answered {}", answer.status());
        }
        Ok(answer.body_mut().read_to_vec()?)
    }

    /// Sends.
    pub fn post<B: Serialize, T: DeserializeOwned>(&self, path: &str, body: &B) -> Result<T> {
        self.try_post(path, body).map_err(|refused| refused.error)
    }

    /// Sends something that is answered with nothing.
    pub fn order_nothing<B: Serialize>(&self, path: &str, body: &B) -> Result<()> {
        let request = self.agent.post(format!("{}{path}", self.base));
        let mut answer = request.header("cookie", &self.cookie).send_json(body)?;
        if answer.status().is_success() {
            return Ok(());
        }
        let problem: Problem = answer.body_mut().read_json()?;
        bail!("{path} answered {} {}", answer.status(), problem.code)
    }

    fn try_post<B: Serialize, T: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
    ) -> Result<T, Refused> {
        let request = self.agent.post(format!("{}{path}", self.base));
        let answer = request
            .header("cookie", &self.cookie)
            .send_json(body)
            .map_err(|error| Refused {
                code: String::new(),
                error: error.into(),
            })?;
        read(path, answer)
    }

    /// Campaigns this account sees.
    pub fn campaigns(&self) -> Result<Vec<CampaignSummary>> {
        self.get("/api/campaigns")
    }

    /// Creates a campaign.
    pub fn create_campaign(&self, new: &NewCampaign) -> Result<CampaignId> {
        let made: CampaignSummary = self.post("/api/campaigns", new)?;
        Ok(made.id)
    }

    /// Everything *Préparer* shows.
    pub fn detail(&self, campaign: CampaignId) -> Result<CampaignDetail> {
        self.get(&format!("/api/campaigns/{campaign}"))
    }

    /// Orders something, over the newest state.
    pub fn order(&self, campaign: CampaignId, command: &Command) -> Result<CommandAnswer> {
        let path = format!("/api/campaigns/{campaign}/commands");
        for _ in 0..STALE_TRIES {
            let request = CommandRequest {
                command_id: uuid::Uuid::new_v4().to_string(),
                seen: self.detail(campaign)?.position,
                command: command.clone(),
            };
            match self.try_post(&path, &request) {
                Ok(answer) => return Ok(answer),
                Err(refused) if refused.code == "stale-position" => {}
                Err(refused) => return Err(refused.error),
            }
        }
        bail!("the command kept meeting newer work")
    }

    /// A one-time code for a tablet.
    pub fn enrolment(
        &self,
        campaign: CampaignId,
        label: &str,
        team: Option<TeamId>,
    ) -> Result<EnrolmentCode> {
        let new = NewEnrolment {
            label: label.to_owned(),
            team,
        };
        self.post(&format!("/api/campaigns/{campaign}/enrolments"), &new)
    }

    /// *Ce soir*.
    pub fn tonight(&self, campaign: CampaignId, night: Night) -> Result<Tonight> {
        self.get(&format!("/api/campaigns/{campaign}/tonight?night={night}"))
    }

    /// *Doublons*.
    pub fn doubles(&self, campaign: CampaignId) -> Result<Doubles> {
        self.get(&format!("/api/campaigns/{campaign}/doubles"))
    }

    /// *Observations*, with a query such as `?night=2026-01-22`.
    pub fn observations(&self, campaign: CampaignId, query: &str) -> Result<ObservationPage> {
        self.get(&format!("/api/campaigns/{campaign}/observations{query}"))
    }
}

struct Refused {
    code: String,
    error: anyhow::Error,
}

fn read<T: DeserializeOwned>(
    path: &str,
    mut answer: ureq::http::Response<ureq::Body>,
) -> Result<T, Refused> {
    let code = answer.status();
    let body = answer.body_mut();
    if code.is_success() {
        return body.read_json().map_err(|error| Refused {
            code: String::new(),
            error: anyhow::Error::from(error).context(format!("{path} answered something odd")),
        });
    }
    let problem: Option<Problem> = body.read_json().ok();
    let told = problem.map(|problem| problem.code).unwrap_or_default();
    Err(Refused {
        error: anyhow::anyhow!("{path} answered {code} {told}"),
        code: told,
    })
}
