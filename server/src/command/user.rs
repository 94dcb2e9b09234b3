//! `maraude user add/list/role/close/password/second-factor/passkeys`: accounts of the console.

use super::control::{Operation, Refusal, ask};
use super::logout::LogOut;
use super::place::Place;
use super::{CommandError, say};
use crate::app::App;
use crate::auth::{
    PasswordError, SecondFactorError, add_account, draw_second_factor, hash_password,
    keep_second_factor,
};
use crate::store::{Account, Role, StoreError, random};
use clap::{Args, Subcommand};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// Names are not given twice, and why.
const NAME_TAKEN: &str = "an account has or had this name; the name of a closed account is not \
    given again, so that what was decided under it stays one person's";

/// `maraude user ...`.
#[derive(Debug, Subcommand)]
pub enum Users {
    /// Add an account; without --password-stdin a password is drawn and printed
    Add(AddArguments),
    /// List accounts
    List(List),
    /// Give an account another role; its sessions end
    Role(ChangeRole),
    /// Close an account; its sessions end
    Close(Close),
    /// End what an account has open, or everybody: sessions and tokens
    Logout(LogOut),
    /// Give an account another password; its sessions, tokens and passkeys end. Without --password-stdin
    /// one is drawn and printed
    Password(PasswordArguments),
    /// Set an account's second factor up, or take it away
    SecondFactor(SecondFactor),
    /// List an account's passkeys, or remove them
    Passkeys(PasskeyArguments),
}

/// `maraude user role`.
#[derive(Debug, Args, Serialize, Deserialize)]
pub struct ChangeRole {
    /// The account's name
    #[arg(long)]
    name: String,
    /// coordinator, analyst, lead, dpo or admin
    #[arg(long)]
    role: Role,
}

/// `maraude user close`.
#[derive(Debug, Args, Serialize, Deserialize)]
pub struct Close {
    /// The account's name
    #[arg(long)]
    name: String,
}

/// `maraude user password`.
#[derive(Debug, Args)]
pub struct PasswordArguments {
    /// The account's name
    #[arg(long)]
    name: String,
    /// Read the password from standard input
    #[arg(long)]
    password_stdin: bool,
}

/// A password to be set.
#[derive(Serialize, Deserialize)]
pub struct SetPassword {
    name: String,
    password: String,
}

/// `maraude user second-factor`.
#[derive(Debug, Args)]
pub struct SecondFactor {
    /// The account's name
    #[arg(long)]
    name: String,
    /// Take it away: its owner has lost telephone and recovery codes
    #[arg(long)]
    remove: bool,
}

/// `maraude user passkeys`.
#[derive(Debug, Args)]
pub struct PasskeyArguments {
    /// The account's name
    #[arg(long)]
    name: String,
    /// Remove the one with this identifier, as listed
    #[arg(long, value_name = "ID", conflicts_with = "remove_all")]
    remove: Option<String>,
    /// Remove all of them: its owner has lost the device that holds them
    #[arg(long)]
    remove_all: bool,
}

/// An account's passkeys to be listed.
#[derive(Debug, Serialize, Deserialize)]
pub struct ListPasskeys {
    name: String,
}

/// Passkeys of an account to be removed: one, or all.
#[derive(Debug, Serialize, Deserialize)]
pub struct RemovePasskeys {
    name: String,
    id: Option<String>,
}

/// A passkey as it is listed.
#[derive(Debug, Serialize, Deserialize)]
pub struct ListedPasskey {
    id: String,
    name: String,
    created_at: String,
    used_at: Option<String>,
}

/// A seed to be drawn for an account.
#[derive(Debug, Serialize, Deserialize)]
pub struct Draw {
    name: String,
}

/// A seed to be kept, with the code that proves it; without one the second factor goes.
#[derive(Serialize, Deserialize)]
pub struct Keep {
    name: String,
    proof: Option<(String, String)>,
}

/// `maraude user add`.
#[derive(Debug, Args)]
pub struct AddArguments {
    /// Name to log in with
    #[arg(long)]
    name: String,
    /// coordinator, analyst, lead, dpo or admin
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
                let password = new_password(arguments.password_stdin)?;
                let drawn = (!arguments.password_stdin).then(|| password.clone());
                let add = Add {
                    name: arguments.name,
                    role: arguments.role,
                    organisation: arguments.organisation,
                    password,
                };
                let name = add.name.clone();
                ask(place, add)?;
                tell_password(place, &name, drawn)?;
            }
            Self::Password(arguments) => {
                let password = new_password(arguments.password_stdin)?;
                let drawn = (!arguments.password_stdin).then(|| password.clone());
                let name = arguments.name;
                let set = SetPassword {
                    name: name.clone(),
                    password,
                };
                let passkeys = ask(place, set)?;
                if passkeys > 0 && !place.json {
                    say(format_args!("passkeys removed: {passkeys}"))?;
                }
                tell_password(place, &name, drawn)?;
            }
            Self::List(list) => {
                for (name, role) in ask(place, list)? {
                    say(format_args!("{role:12} {name}"))?;
                }
            }
            Self::Role(change) => ask(place, change)?,
            Self::Close(close) => ask(place, close)?,
            Self::Logout(wanted) => logged_out(place, wanted)?,
            Self::SecondFactor(wanted) => second_factor(place, wanted)?,
            Self::Passkeys(wanted) => passkeys(place, wanted)?,
        }
        Ok(())
    }
}

/// Typed on standard input, or drawn.
fn new_password(typed: bool) -> Result<String, CommandError> {
    if !typed {
        return Ok(draw_password().map_err(Refusal::from)?);
    }
    let typed = Zeroizing::new(std::io::read_to_string(std::io::stdin())?);
    Ok(typed.trim_end_matches(['\r', '\n']).to_owned())
}

fn tell_password(place: &Place, name: &str, drawn: Option<String>) -> std::io::Result<()> {
    if place.json {
        say(serde_json::json!({ "name": name, "password": drawn }))
    } else if let Some(password) = drawn {
        say(format_args!("name: {name}\npassword: {password}"))
    } else {
        Ok(())
    }
}

/// Shows a seed, reads the code that the telephone makes of it, prints the recovery codes.
fn second_factor(place: &Place, wanted: SecondFactor) -> Result<(), CommandError> {
    let SecondFactor { name, remove } = wanted;
    if remove {
        ask(place, Keep { name, proof: None })?;
        return Ok(());
    }
    let (secret, address) = ask(place, Draw { name: name.clone() })?;
    say(format_args!("secret: {secret}\n{address}"))?;
    say("Put it into an application for codes, then type the code it shows:")?;
    let mut code = String::new();
    std::io::stdin().read_line(&mut code)?;
    let proof = Some((secret, code.trim().to_owned()));
    say("recovery codes, each good for one login:")?;
    for code in ask(place, Keep { name, proof })? {
        say(code)?;
    }
    Ok(())
}

/// Lists an account's passkeys, or removes some.
fn passkeys(place: &Place, wanted: PasskeyArguments) -> Result<(), CommandError> {
    let PasskeyArguments {
        name,
        remove: id,
        remove_all,
    } = wanted;
    if remove_all || id.is_some() {
        let removed = ask(place, RemovePasskeys { name, id })?;
        if place.json {
            say(serde_json::json!({ "removed": removed }))?;
        } else {
            say(format_args!("passkeys removed: {removed}"))?;
        }
        return Ok(());
    }
    let listed = ask(place, ListPasskeys { name })?;
    if place.json {
        say(serde_json::to_string(&listed).map_err(std::io::Error::from)?)?;
        return Ok(());
    }
    for line in listed {
        let used = line.used_at.as_deref().unwrap_or("never");
        let ListedPasskey {
            id,
            name,
            created_at,
            ..
        } = &line;
        say(format_args!("{id}  made {created_at}  used {used}  {name}"))?;
    }
    Ok(())
}

fn logged_out(place: &Place, wanted: LogOut) -> Result<(), CommandError> {
    let ended = ask(place, wanted)?;
    if place.json {
        return Ok(say(serde_json::json!({ "ended": ended }))?);
    }
    Ok(say(format_args!("{ended} sessions and tokens ended"))?)
}

pub(super) fn named(app: &App, name: &str) -> Result<Account, Refusal> {
    let found = app.server().account_by_name(name.trim())?;
    let (account, _) =
        found.ok_or_else(|| Refusal::new("account-unknown", "no account has this name"))?;
    Ok(account)
}

pub(super) fn note(app: &App, action: &str, account: &Account) -> Result<(), Refusal> {
    let (now, subject) = (app.clock().now(), account.id.to_string());
    Ok(app.server().add_audit(now, "command", action, &subject)?)
}

impl Operation for ChangeRole {
    const NAME: &'static str = "user-role";
    type Answer = ();

    fn perform(self, app: &App) -> Result<(), Refusal> {
        let account = named(app, &self.name)?;
        let now = app.clock().now();
        app.server()
            .change_account(account.id, Some(self.role), now)?;
        note(app, &format!("role-changed-{}", self.role), &account)
    }
}

impl Operation for Close {
    const NAME: &'static str = "user-close";
    type Answer = ();

    fn perform(self, app: &App) -> Result<(), Refusal> {
        let account = named(app, &self.name)?;
        let now = app.clock().now();
        app.server().change_account(account.id, None, now)?;
        note(app, "account-closed", &account)
    }
}

impl Operation for SetPassword {
    const NAME: &'static str = "user-password";
    /// Passkeys that went.
    type Answer = usize;

    fn perform(self, app: &App) -> Result<usize, Refusal> {
        let account = named(app, &self.name)?;
        let hash = hash_password(&Zeroizing::new(self.password), &account.name).map_err(refused)?;
        let passkeys = app.server().reset_access(account.id, &hash)?;
        note(app, "password-set", &account)?;
        if passkeys > 0 {
            note(app, "passkeys-removed", &account)?;
        }
        Ok(passkeys)
    }
}

impl Operation for ListPasskeys {
    const NAME: &'static str = "user-passkeys";
    type Answer = Vec<ListedPasskey>;

    fn perform(self, app: &App) -> Result<Vec<ListedPasskey>, Refusal> {
        let account = named(app, &self.name)?;
        let at = |ms| {
            jiff::Timestamp::from_millisecond(ms)
                .map_or_else(|_| String::new(), |at| at.to_string())
        };
        let listed = app.server().passkeys(account.id)?.into_iter();
        let listed = listed.map(|row| ListedPasskey {
            id: HEXLOWER.encode(&row.id),
            name: row.name,
            created_at: at(row.created_at),
            used_at: row.used_at.map(at),
        });
        Ok(listed.collect())
    }
}

impl Operation for RemovePasskeys {
    const NAME: &'static str = "user-passkeys-remove";
    type Answer = usize;

    fn perform(self, app: &App) -> Result<usize, Refusal> {
        let account = named(app, &self.name)?;
        let Some(id) = &self.id else {
            let removed = app.server().remove_passkeys(account.id)?;
            if removed > 0 {
                note(app, "passkeys-removed", &account)?;
            }
            return Ok(removed);
        };
        let known: Option<[u8; 16]> = HEXLOWER
            .decode(id.as_bytes())
            .ok()
            .and_then(|bytes| bytes.try_into().ok());
        let removed = match known {
            Some(known) => app.server().remove_passkey(account.id, &known)?,
            None => false,
        };
        if !removed {
            let what = format!(
                "{} has no passkey {id}; list them without --remove",
                account.name
            );
            return Err(Refusal::new("passkey-unknown", what));
        }
        let now = app.clock().now();
        app.server()
            .add_audit(now, "command", "passkey-removed", id)?;
        Ok(1)
    }
}

fn refused(error: PasswordError) -> Refusal {
    match error {
        PasswordError::Length => Refusal::new("password-length", error.to_string()),
        PasswordError::Guessable => Refusal::new("password-guessable", error.to_string()),
        PasswordError::Store(StoreError::NameTaken) => Refusal::new("name-taken", NAME_TAKEN),
        PasswordError::Store(error) => error.into(),
    }
}

impl Operation for Draw {
    const NAME: &'static str = "second-factor-draw";
    type Answer = (String, String);

    fn perform(self, app: &App) -> Result<(String, String), Refusal> {
        let drawn = draw_second_factor(&named(app, &self.name)?)?;
        Ok((drawn.secret, drawn.address))
    }
}

impl Operation for Keep {
    const NAME: &'static str = "second-factor-keep";
    type Answer = Vec<String>;

    fn perform(self, app: &App) -> Result<Vec<String>, Refusal> {
        let account = named(app, &self.name)?;
        let Some((secret, code)) = &self.proof else {
            app.server().clear_second_factor(account.id)?;
            note(app, "second-factor-removed", &account)?;
            return Ok(Vec::new());
        };
        let (key, now) = (app.keys().accounts_key()?, app.clock().now());
        let kept = keep_second_factor(app.server(), &key, account.id, secret, code, now);
        let codes = kept.map_err(|error| match error {
            SecondFactorError::Wrong => Refusal::new("second-factor-wrong", error.to_string()),
            SecondFactorError::Store(error) => error.into(),
        })?;
        note(app, "second-factor-set", &account)?;
        Ok(codes)
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
        .map_err(refused)?;
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
