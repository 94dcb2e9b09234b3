//! Settings come by flag, environment and file, in this order; what is wrong is told at once.

use anyhow::Result;
use maraude_tests::real_server::server_binary;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

/// A server that is told to stop, and waited for.
struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        // A test that failed leaves no server behind; nothing else can be done here.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The binary, with nothing of this process' environment that is a setting.
fn maraude(arguments: &[&str]) -> Command {
    let mut command = Command::new(server_binary().unwrap());
    command.args(arguments).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("MARAUDE_") {
            command.env_remove(name);
        }
    }
    command
}

fn done(command: &mut Command) -> Output {
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn health(address: &str) -> Result<String> {
    let mut stream = TcpStream::connect(address)?;
    write!(
        stream,
        "GET /health HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer.lines().next().unwrap_or_default().to_owned())
}

fn write_file(path: &Path, listen: &str) {
    let folder = path.parent().unwrap().display();
    let lines = [
        format!("data = \"{folder}/data\""),
        format!("listen = \"{listen}\""),
        "log-format = \"json\"".to_owned(),
    ];
    std::fs::write(path, lines.join("\n")).unwrap();
}

#[test]
fn a_server_is_told_by_a_file_and_a_flag_wins_over_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("maraude.toml");
    // An address no machine may take: only the flag's can be served on.
    write_file(&file, "192.0.2.1:1");
    let config = file.to_str().unwrap();
    let key = folder.path().join("master.key");
    let made = done(&mut maraude(&[
        "init",
        "--config",
        config,
        "--master-key",
        key.to_str().unwrap(),
    ]));
    assert!(made.status.success(), "{}", text(&made.stderr));
    assert!(folder.path().join("data/server.db").exists());

    let refused = done(&mut maraude(&["serve", "--config", config]));
    assert_eq!(refused.status.code(), Some(1));
    let said = text(&refused.stderr);
    assert!(
        said.contains("maraude.toml:2: listen: plain HTTP is for this machine only"),
        "{said}"
    );

    let mut command = maraude(&["serve", "--config", config, "--listen", "127.0.0.1:0"]);
    let mut served = Served(command.stdout(Stdio::piped()).spawn().unwrap());
    // Kept open: a server that cannot say something ends.
    let mut lines = BufReader::new(served.0.stdout.take().unwrap()).lines();
    let url = lines
        .by_ref()
        .map(|line| line.unwrap())
        .find_map(|line| {
            line.strip_prefix("tablets:")
                .map(|url| url.trim().to_owned())
        })
        .unwrap();
    let port = url.rsplit(':').next().unwrap();
    let answer = health(&format!("127.0.0.1:{port}")).unwrap();
    assert!(answer.contains("200"), "{answer}");

    // Commands beside it find the folder by the same file, or by the environment's.
    let listed = done(maraude(&["user", "list", "--json"]).env("MARAUDE_CONFIG", config));
    assert!(listed.status.success(), "{}", text(&listed.stderr));
}

#[test]
fn a_check_tells_everything_wrong_and_its_control_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("maraude.toml");
    let lines = "dta = \"x\"\nlisten = \"here\"\ntrusted-proxy = [\"a\", \"b\"]\n";
    std::fs::write(&file, lines).unwrap();
    let config = file.to_str().unwrap();
    let checked = done(&mut maraude(&[
        "config", "check", "--config", config, "--json",
    ]));
    assert_eq!(checked.status.code(), Some(1));
    let told: serde_json::Value = serde_json::from_slice(&checked.stdout).unwrap();
    let lines: Vec<_> = told["problems"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|problem| problem["line"].as_u64())
        .collect();
    assert_eq!(lines, [1, 2, 3, 3, 3], "{told}");
    // A slip in the file stops every command: `dta` may have been the data folder.
    let listed = done(&mut maraude(&["user", "list", "--config", config]));
    assert!(text(&listed.stderr).contains("did you mean data?"));

    write_file(&file, "127.0.0.1:8600");
    let key = folder.path().join("master.key");
    let key = key.to_str().unwrap();
    let made = done(&mut maraude(&[
        "init",
        "--config",
        config,
        "--master-key",
        key,
    ]));
    assert!(made.status.success(), "{}", text(&made.stderr));
    let checked = done(&mut maraude(&["config", "check", "--config", config]));
    assert!(checked.status.success(), "{}", text(&checked.stdout));

    let shown = done(
        maraude(&["config", "show", "--config", config, "--json"])
            .env("MARAUDE_PUBLIC_URL", "https://lucie:secret@example.org")
            .env("MARAUDE_BACKUP_KEEP", "3"),
    );
    let told = text(&shown.stdout);
    assert!(!told.contains("secret"), "{told}");
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    let of = |key: &str| {
        let lines = told.as_array().unwrap().iter();
        let line = lines.into_iter().find(|line| line["key"] == key).unwrap();
        (line["value"].clone(), line["from"].clone())
    };
    assert_eq!(
        of("backup-keep"),
        ("3".into(), "MARAUDE_BACKUP_KEEP".into())
    );
    assert_eq!(of("listen").1, format!("{config}:2"));
    assert_eq!(of("log"), ("info".into(), "default".into()));
}
