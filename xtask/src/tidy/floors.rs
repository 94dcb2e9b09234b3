//! Who may import whom in Rust (docs/STYLE.md section 2).

use super::{Finding, Source};

/// Floor of each module of the core, and what it may import beside lower floors.
const CORE: [(&str, u8, &[&str]); 9] = [
    ("model", 0, &[]),
    ("geography", 0, &["model"]),
    ("form", 1, &[]),
    ("document", 1, &[]),
    ("gazetteer", 1, &[]),
    ("vault", 2, &[]),
    ("gate", 2, &[]),
    ("sync", 3, &[]),
    ("tablet", 4, &[]),
];

/// Groups of the server, in order; a group may import the ones before its own, and what is
/// written beside it.
const SERVER: [(&str, u8, &[&str]); 13] = [
    ("config", 0, &[]),
    ("measures", 0, &[]),
    ("store", 1, &[]),
    ("auth", 2, &[]),
    ("sync", 2, &["auth"]),
    ("authoring", 2, &["sync", "projection"]),
    ("projection", 2, &["sync"]),
    ("geolocation", 3, &[]),
    ("review", 3, &["geolocation"]),
    ("publication", 4, &[]),
    ("export", 5, &[]),
    ("maintenance", 6, &[]),
    ("app", 7, &[]),
];

/// Modules nothing imports but `main.rs` and themselves.
const TOP: [&str; 2] = ["http", "command"];

/// Imports against the floors, automerge or SQL outside their rooms.
pub fn check(source: &Source) -> Vec<Finding> {
    if !source.is("rs") || source.is_test() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let rows: Vec<(&str, u8, &[&str])>;
    let (tree, inside) = if let Some(inside) = source.name.strip_prefix("client-core/src/") {
        rows = CORE.to_vec();
        ("client-core", inside)
    } else if let Some(inside) = source.name.strip_prefix("server/src/") {
        rows = SERVER.to_vec();
        ("server", inside)
    } else {
        return found;
    };
    let module = inside.split(['/', '.']).next().unwrap_or_default();
    let code = without_tests(&source.text);
    let own = rows.iter().find(|row| row.0 == module);
    for used in imports(code) {
        let (Some(own), Some(other)) = (own, rows.iter().find(|row| row.0 == used)) else {
            if own.is_some() && TOP.contains(&used) {
                found.push(format!(
                    "{}: `{module}` must not import `{used}`",
                    source.name
                ));
            }
            continue;
        };
        let allowed = other.0 == own.0 || other.1 < own.1 || own.2.contains(&other.0);
        let bytes_only = own.0 == "vault" && tree == "client-core" && other.1 > 0;
        if !allowed || (bytes_only && other.0 != own.0) {
            found.push(format!(
                "{}: `{}` (floor {}) must not import `{}` (floor {})",
                source.name, own.0, own.1, other.0, other.1
            ));
        }
    }
    found.extend(rooms(source, tree, module, code));
    found
}

/// Automerge and SQL live in their rooms only.
fn rooms(source: &Source, tree: &str, module: &str, code: &str) -> Vec<Finding> {
    let names = |word: &str| {
        code.lines()
            .any(|line| !line.trim_start().starts_with("//") && line.contains(word))
    };
    let mut found = Vec::new();
    let automerge_rooms = ["document", "gate", "sync"];
    if tree == "client-core" && names("automerge::") && !automerge_rooms.contains(&module) {
        found.push(format!(
            "{}: only document, gate and sync name automerge",
            source.name
        ));
    }
    let sql_rooms = ["store", "projection", "maintenance"];
    // A GeoPackage is an SQLite file: a format, not a store.
    let is_format = source.name.ends_with("export/geopackage.rs");
    if tree == "server" && names("rusqlite") && !sql_rooms.contains(&module) && !is_format {
        found.push(format!(
            "{}: SQL lives in store and projection",
            source.name
        ));
    }
    found
}

/// The code before the unit tests at the end of a file.
fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or(text)
}

/// First segments of every `crate::...` path.
fn imports(code: &str) -> Vec<&str> {
    let mut used: Vec<&str> = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| line.split("crate::").skip(1))
        .filter_map(|rest| {
            rest.split(|c: char| !c.is_alphanumeric() && c != '_')
                .next()
        })
        .filter(|name| !name.is_empty())
        .collect();
    used.sort_unstable();
    used.dedup();
    used
}
