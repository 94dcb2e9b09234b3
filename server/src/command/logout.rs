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
    /// Sessions and tokens that ended.
    type Answer = usize;

    fn perform(self, app: &App) -> Result<usize, Refusal> {
        let server = app.server();
        match (self.name, self.everybody) {
            (Some(name), false) => {
                let account = named(app, &name)?;
                let ended = server.end_access(Some(account.id))?;
                note(app, "sessions-closed", &account)?;
                Ok(ended)
            }
            (None, true) => {
                let ended = server.end_access(None)?;
                let now = app.clock().now();
                server.add_audit(now, "command", "sessions-closed", "everybody")?;
                Ok(ended)
            }
            _ => Err(Refusal::new("unreadable", "name an account, or everybody")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::{add_account, log_in_simply};
    use crate::fixtures::{NOW, World};
    use crate::store::{ApiToken, Role};

    const PASSWORD: &str = "le petit pont";

    fn logged_in(world: &World, role: Role) {
        let (server, name) = (world.app.server(), role.name());
        add_account(server, name, role, None, PASSWORD, NOW).unwrap();
        log_in_simply(server, world.app.attempts(), name, PASSWORD, NOW).unwrap();
    }

    #[test]
    fn the_shell_ends_what_one_account_has_open_or_everybody() {
        let world = World::new();
        let (app, one, other) = (&world.app, Role::Analyst, Role::DataProtectionOfficer);
        logged_in(&world, one);
        logged_in(&world, other);
        let account = named(app, one.name()).unwrap().id;
        let token = ApiToken {
            id: [1; 16],
            name: "QGIS".to_owned(),
            created_at: NOW,
            expires_at: NOW + 1_000,
        };
        app.server()
            .add_api_token(account, &token, &[2; 32])
            .unwrap();
        let open = || {
            [one, other].map(|role| {
                let id = named(app, role.name()).unwrap().id;
                let tokens = app.server().api_tokens(id, NOW).unwrap().len();
                (app.server().sessions_of(id).unwrap().len(), tokens)
            })
        };
        let log_out = |name: Option<Role>, everybody| {
            let name = name.map(|role| role.name().to_owned());
            LogOut { name, everybody }.perform(app)
        };
        for (name, everybody) in [(None, false), (Some(one), true)] {
            assert_eq!(log_out(name, everybody).unwrap_err().code, "unreadable");
        }
        assert_eq!(open(), [(1, 1), (1, 0)], "control");
        assert_eq!(log_out(Some(one), false).unwrap(), 2);
        assert_eq!(open(), [(0, 0), (1, 0)]);
        assert_eq!(log_out(None, true).unwrap(), 1);
        assert_eq!(open(), [(0, 0), (0, 0)]);
        let rows = app.server().audit(2).unwrap();
        assert!(rows.iter().all(|row| row.action == "sessions-closed"));
        assert!(rows.iter().any(|row| row.subject == "everybody"));
    }
}
