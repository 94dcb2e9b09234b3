//! `maraude user logout`: what an account, or everybody, has open ends at once.

use super::control::{Operation, Refusal};
use super::user::{named, note};
use crate::app::App;
use clap::Args;
use serde::{Deserialize, Serialize};

/// `maraude user logout`.
#[derive(Debug, Args, Serialize, Deserialize)]
#[group(required = true, multiple = false)]
pub struct LogOut {
    /// The account's name
    #[arg(long)]
    name: Option<String>,
    /// Every account: a breach is looked into
    #[arg(long)]
    everybody: bool,
}

impl Operation for LogOut {
    const NAME: &'static str = "user-logout";
    /// Sessions that ended.
    type Answer = usize;

    fn perform(self, app: &App) -> Result<usize, Refusal> {
        let server = app.server();
        let Some(name) = self.name else {
            let ended = server.end_access(None)?;
            server.add_audit(app.clock().now(), "command", "sessions-closed", "everybody")?;
            return Ok(ended);
        };
        let account = named(app, &name)?;
        let ended = server.end_access(Some(account.id))?;
        note(app, "sessions-closed", &account)?;
        Ok(ended)
    }
}
