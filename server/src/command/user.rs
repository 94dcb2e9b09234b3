//! `maraude user add/list`: accounts of the console.

use super::control::{Operation, Refusal, ask};
use super::place::Place;
use super::{CommandError, say};
use crate::app::App;
use crate::auth::{PasswordError, add_account};
use crate::store::{Role, random};
use clap::{Args, Subcommand};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// `maraude user ...`.
#[derive(Debug, Subcommand)]
pub enum Users {
    /// Add an account; without --password-stdin a password is drawn and printed
    Add(AddArguments),
    /// List accounts
    List(List),
}

/// `maraude user add`.
#[derive(Debug, Args)]
pub struct AddArguments {
    /// Name to log in with
    #[arg(long)]
    name: String,
    /// coordinator, analyst or admin
    #[arg(long)]
    role: Role,
    /// The organisation it belongs to
    #[arg(long)]
    organisation: Option<String>,
    /// Read the password from standard input
    #[arg(long)]
    password_stdin: bool,
}

/// An account to be added.
#[derive(Serialize, Deserialize)]
pub struct Add {
    name: String,
    role: Role,
    organisation: Option<String>,
    password: String,
}

/// `maraude user list`.
#[derive(Debug, Args, Serialize, Deserialize)]
pub struct List {}

impl Users {
    pub(super) fn run(self, place: &Place) -> Result<(), CommandError> {
        match self {
            Self::Add(arguments) => {
                let password = if arguments.password_stdin {
                    let typed = Zeroizing::new(std::io::read_to_string(std::io::stdin())?);
                    typed.trim_end_matches(['\r', '\n']).to_owned()
                } else {
                    draw_password().map_err(Refusal::from)?
                };
                let drawn = (!arguments.password_stdin).then(|| password.clone());
                let add = Add {
                    name: arguments.name,
                    role: arguments.role,
                    organisation: arguments.organisation,
                    password,
                };
                let name = add.name.clone();
                ask(place, add)?;
                if place.json {
                    say(serde_json::json!({ "name": name, "password": drawn }))?;
                } else if let Some(password) = drawn {
                    say(format_args!("name: {name}\npassword: {password}"))?;
                }
            }
            Self::List(list) => {
                for (name, role) in ask(place, list)? {
                    say(format_args!("{role:12} {name}"))?;
                }
            }
        }
        Ok(())
    }
}

/// Six words of the recovery list: 66 bits.
fn draw_password() -> Result<String, crate::store::StoreError> {
    let words = bip39::Language::English.word_list();
    let drawn: [u8; 12] = random()?;
    let chosen = drawn.as_chunks::<2>().0.iter().map(|pair| {
        // 2,048 words divide 65,536 exactly: each is as likely as the others.
        words[usize::from(u16::from_be_bytes(*pair)) % words.len()]
    });
    Ok(chosen.collect::<Vec<_>>().join("-"))
}

impl Operation for Add {
    const NAME: &'static str = "user-add";
    type Answer = ();

    fn perform(self, app: &App) -> Result<(), Refusal> {
        let now = app.clock().now();
        let password = Zeroizing::new(self.password);
        let account = add_account(
            app.server(),
            &self.name,
            self.role,
            self.organisation,
            &password,
            now,
        )
        .map_err(|error| match error {
            PasswordError::Length => Refusal::new("password-length", error.to_string()),
            PasswordError::Store(error) => error.into(),
        })?;
        let id = account.id.to_string();
        app.server().add_audit(now, "command", "user-added", &id)?;
        Ok(())
    }
}

impl Operation for List {
    const NAME: &'static str = "user-list";
    type Answer = Vec<(String, Role)>;

    fn perform(self, app: &App) -> Result<Vec<(String, Role)>, Refusal> {
        let accounts = app.server().accounts()?;
        let lines = accounts.into_iter().map(|found| (found.name, found.role));
        Ok(lines.collect())
    }
}
