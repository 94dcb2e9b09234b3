//! `cargo xtask proof api`: Schemathesis against a running server, by the API's own description.

use crate::demo::{self, Demo};
use crate::run::{cargo, in_folder, output, root, run as run_to_end, run_and_read, say, target};
use crate::{setup, web};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::path::Path;

/// A port beside the demo's.
const PORT: u16 = 8612;

/// Accounts that ask, by role; the coordinator is the demo's own.
const ACCOUNTS: [(&str, &str); 5] = [
    (demo::COORDINATOR, "coordinator"),
    ("analyse", "analyst"),
    ("equipe", "lead"),
    ("protection", "dpo"),
    ("administration", "admin"),
];

/// What is held to the description. Requests that the description allows and the rules of the field
/// refuse are no fault (a night that is over, a name that is taken).
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance,\
                      negative_data_rejection,unsupported_method";

/// Routes left out: those that end the session that asks, one that never ends, and a WebSocket.
const LEFT_OUT: &str = "^(/api/logout|/api/sessions/.*|/api/account/password|/api/live|/sync)$";

/// How bytes that are no JSON are sent.
const HOOKS: &str = r#"import schemathesis


@schemathesis.serializer("application/vnd.pmtiles", "application/cbor")
def as_bytes(ctx, value):
    return value if isinstance(value, bytes) else str(value).encode()
"#;

/// Asks by every role and by nobody; then by a description with an answer taken out, which must be
/// told as a fault. What it printed, line by line.
pub fn run(examples: u32) -> Result<Vec<String>> {
    let program = setup::schemathesis()?;
    // As `cargo xtask test` builds it, so that nothing is built twice.
    web::build()?;
    run_to_end(cargo().args(["build", "--workspace", "--bins", "--quiet"]))?;
    let served = Demo::on_port(PORT).serve()?;
    for (name, role) in &ACCOUNTS[1..] {
        demo::add_account(&served.data, &served.key, name, role)?;
    }
    let folder = target().join("xtask/api");
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("hooks.py"), HOOKS)?;
    let description = fetch(&format!("{}/api/openapi.json", served.base), &[])?;
    let description_file = folder.join("openapi.json");
    std::fs::write(&description_file, &description)?;
    let asking = Asking {
        program: &program,
        folder: &folder,
        base: &served.base,
        examples: examples.to_string(),
    };
    let mut told = Vec::new();
    let mut failed = Vec::new();
    for (name, role) in ACCOUNTS {
        let cookie = log_in(&served.base, name)?;
        let (ok, line) = asking.ask(&description_file, Some(&cookie))?;
        told.push(format!("{role}: {line}"));
        if !ok {
            failed.push(role);
        }
    }
    let (ok, line) = asking.ask(&description_file, None)?;
    told.push(format!("nobody: {line}"));
    if !ok {
        failed.push("nobody");
    }
    let lacking = folder.join("lacking.json");
    std::fs::write(&lacking, without_an_answer(&description)?)?;
    let (ok, line) = asking.ask(&lacking, None)?;
    if ok {
        bail!("the control was not caught: a description without an answer passed");
    }
    told.push(format!(
        "control, an answer taken out of the description: {line}"
    ));
    told.iter().for_each(say);
    if !failed.is_empty() {
        bail!("asked by {}: see above", failed.join(", "));
    }
    Ok(told)
}

/// A way to ask.
struct Asking<'a> {
    program: &'a Path,
    folder: &'a Path,
    base: &'a str,
    examples: String,
}

impl Asking<'_> {
    /// Whether nothing was found, and how many requests were made and faults found.
    fn ask(&self, description: &Path, cookie: Option<&str>) -> Result<(bool, String)> {
        let mut asked = in_folder(self.program, self.folder);
        asked.arg("run").arg(description).args(["--url", self.base]);
        asked.args(["--header", &format!("Origin: {}", self.base)]);
        if let Some(cookie) = cookie {
            asked.args(["--header", &format!("Cookie: {cookie}")]);
        }
        asked.args(["--exclude-path-regex", LEFT_OUT, "--checks", CHECKS]);
        asked.args(["--phases", "coverage,fuzzing", "--seed", "1"]);
        asked.args(["--max-examples", &self.examples]);
        asked.args(["--suppress-health-check", "all", "--warnings", "off"]);
        asked.args(["--no-color", "--workers", "1"]);
        asked.env("SCHEMATHESIS_HOOKS", self.folder.join("hooks.py"));
        let (ok, text) = run_and_read(&mut asked)?;
        let cases = text.lines().find(|line| line.contains(" generated"));
        let cases = cases.context("Schemathesis did not say how much it asked")?;
        Ok((ok, cases.trim().to_owned()))
    }
}

/// The description without what `GET /api/hello` answers.
fn without_an_answer(description: &str) -> Result<String> {
    let mut description: Value = serde_json::from_str(description)?;
    let answers = &mut description["paths"]["/api/hello"]["get"]["responses"];
    let answers = answers.as_object_mut().context("no route /api/hello")?;
    answers.remove("200").context("it answers nothing")?;
    Ok(description.to_string())
}

/// The cookie of a new session.
fn log_in(base: &str, name: &str) -> Result<String> {
    let body = serde_json::json!({ "name": name, "password": demo::PASSWORD }).to_string();
    let headers = fetch(
        &format!("{base}/api/login"),
        &[
            "--include",
            "--header",
            &format!("Origin: {base}"),
            "--header",
            "Content-Type: application/json",
            "--data",
            &body,
        ],
    )?;
    let cookie = headers
        .lines()
        .filter_map(|line| line.strip_prefix("set-cookie: "))
        .find(|cookie| cookie.starts_with("maraude_session="));
    let cookie = cookie.and_then(|cookie| cookie.split(';').next());
    Ok(cookie.context("no session was opened")?.to_owned())
}

fn fetch(address: &str, words: &[&str]) -> Result<String> {
    let mut curl = in_folder("curl", &root());
    curl.args(["--silent", "--show-error"]).args(words);
    output(curl.arg(address))
}
