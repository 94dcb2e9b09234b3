//! Who may import whom in the web app (docs/STYLE.md section 2, floor 5w).

use super::{Finding, Source};

/// Folders in order; a folder imports from the ones before it.
const FOLDERS: [(&str, u8); 8] = [
    ("platform", 1),
    ("core", 2),
    ("locale", 2),
    ("components", 4),
    ("map", 4),
    ("field", 5),
    ("console", 5),
    ("main", 6),
];

/// Imports against the floors; the wasm package outside `core`; the platform from a screen.
pub fn check(source: &Source) -> Vec<Finding> {
    let Some(inside) = source.name.strip_prefix("web-pwa/src/") else {
        return Vec::new();
    };
    if source.is_test() || !(source.is("ts") || source.is("svelte")) {
        return Vec::new();
    }
    let folder = inside.split('/').next().unwrap_or_default();
    let Some(own) = FOLDERS.iter().find(|row| row.0 == folder) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for target in imports(&source.text) {
        let path = resolve(inside, target);
        let other_folder = path.split('/').next().unwrap_or_default();
        let Some(other) = FOLDERS.iter().find(|row| row.0 == other_folder) else {
            continue;
        };
        let same = own.0 == other.0;
        // The words name types of the core, and the core's preferences set the language.
        let neighbours = own.1 == other.1 && own.1 < 5;
        let screen_to_platform = own.1 >= 4 && own.1 < 6 && other.0 == "platform";
        if (!same && other.1 >= own.1 && !neighbours) || screen_to_platform {
            found.push(format!(
                "{}: `{}` must not import `{target}`",
                source.name, own.0
            ));
        }
        if path.starts_with("core/pkg") && own.0 != "core" {
            found.push(format!(
                "{}: only `core` imports the wasm package",
                source.name
            ));
        }
    }
    found
}

fn imports(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for line in text.lines() {
        for mark in [
            "from '",
            "from \"",
            "import('",
            "import(\"",
            "import '",
            "import \"",
        ] {
            for rest in line.split(mark).skip(1) {
                if let Some(target) = rest.split(['\'', '"']).next()
                    && target.starts_with('.')
                {
                    found.push(target);
                }
            }
        }
    }
    found
}

/// A relative import as a path under `web-pwa/src`.
fn resolve(from: &str, target: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    parts.join("/")
}
