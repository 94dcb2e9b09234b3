//! What may reach a log: lines of `tracing` carry identifiers, codes and counts of a known list, and
//! no type that holds what is told of a person prints it (docs/STYLE.md section 4).

use super::{Finding, Source};
use proc_macro2::{TokenStream, TokenTree};
use syn::visit::Visit;

/// Fields a line may carry: identifiers of our own, codes of the program's own text, causes whose types
/// carry no value that a person wrote, counts and sizes, positions of a log, yes or no.
const FIELDS: [&str; 22] = [
    "action", "batches", "bytes", "campaign", "carrier", "cause", "code", "device", "document",
    "error", "found", "items", "kept", "knew", "left_out", "problem", "room", "times", "used",
    "wanted", "was", "position",
];

/// Fields of types that hold what is told of a person, or opens something.
const SENSITIVE: [&str; 13] = [
    "held",
    "latitude",
    "link",
    "longitude",
    "marks",
    "note",
    "password",
    "pin",
    "pseudonym",
    "reason",
    "secret",
    "token",
    "typed",
];

/// Types that print words or numbers as they are.
const PLAIN: [&str; 5] = ["String", "str", "f64", "u8", "BTreeMap"];

/// Types whose `reason` is a code of the program, or a sentence told to whoever asked.
const HARMLESS: [&str; 4] = ["AddressFileError", "EndingError", "PlacementRow", "Refusal"];

/// Lines of `tracing`, and types that would print what they hold.
pub fn check(source: &Source) -> Vec<Finding> {
    let ours = ["client-core/src/", "server/src/"];
    let is_ours = ours.iter().any(|folder| source.name.starts_with(folder));
    if !is_ours || !source.is("rs") || source.is_test() || source.name.ends_with("_tests.rs") {
        return Vec::new();
    }
    let Ok(file) = syn::parse_file(&source.text) else {
        return Vec::new();
    };
    let mut seen = Seen::default();
    seen.visit_file(&file);
    let found = seen.found.into_iter();
    found
        .map(|(line, what)| format!("{}:{line}: {what}", source.name))
        .collect()
}

#[derive(Default)]
struct Seen {
    found: Vec<(usize, String)>,
}

impl<'ast> Visit<'ast> for Seen {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if item.ident != "tests" {
            syn::visit::visit_item_mod(self, item);
        }
    }

    fn visit_macro(&mut self, called: &'ast syn::Macro) {
        let segments: Vec<_> = called.path.segments.iter().collect();
        if let [first, level] = segments[..]
            && first.ident == "tracing"
        {
            let line = level.ident.span().start().line;
            for argument in arguments(&called.tokens) {
                if let Some(what) = wrong(&argument) {
                    self.found.push((line, what));
                }
            }
        }
        syn::visit::visit_macro(self, called);
    }

    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        if derives_debug(&item.attrs) {
            for field in &item.fields {
                self.held_in_clear(&item.ident, field);
            }
        }
        syn::visit::visit_item_struct(self, item);
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        if derives_debug(&item.attrs) {
            for field in item.variants.iter().flat_map(|variant| &variant.fields) {
                self.held_in_clear(&item.ident, field);
            }
        }
        syn::visit::visit_item_enum(self, item);
    }
}

impl Seen {
    fn held_in_clear(&mut self, holder: &syn::Ident, field: &syn::Field) {
        let Some(name) = &field.ident else { return };
        let named = name.to_string();
        if HARMLESS.iter().any(|harmless| holder == harmless) {
            return;
        }
        if SENSITIVE.contains(&named.as_str()) && is_plain(&field.ty) {
            let what = format!(
                "`{holder}` prints `{named}`: leave Debug out of its derive and add redacts!({holder})"
            );
            self.found.push((name.span().start().line, what));
        }
    }
}

/// The arguments of a macro, at its commas.
fn arguments(tokens: &TokenStream) -> Vec<Vec<TokenTree>> {
    let mut all = vec![Vec::new()];
    for token in tokens.clone() {
        match &token {
            TokenTree::Punct(comma) if comma.as_char() == ',' => all.push(Vec::new()),
            _ => all.last_mut().expect("one at least").push(token),
        }
    }
    all.retain(|argument| !argument.is_empty());
    all
}

/// What is wrong with one argument of a line.
fn wrong(argument: &[TokenTree]) -> Option<String> {
    if let [TokenTree::Literal(words)] = argument {
        let is_plain = !words.to_string().contains('{');
        return (!is_plain).then(|| "a line's words hold no value: name it as a field".to_owned());
    }
    if argument.iter().any(|token| is_sign(token, '?')) {
        return Some("a line prints no `Debug`: name a field by `%`".to_owned());
    }
    let name = argument.iter().find_map(|token| match token {
        TokenTree::Ident(name) => Some(name.to_string()),
        _ => None,
    })?;
    if !FIELDS.contains(&name.as_str()) {
        return Some(format!(
            "a line carries `{name}`: is it no answer, name, place or key? Then list it"
        ));
    }
    let value = argument.iter().find_map(|token| match token {
        TokenTree::Ident(name) if SENSITIVE.contains(&name.to_string().as_str()) => Some(name),
        _ => None,
    });
    value.map(|value| format!("a line carries `{value}` under another name"))
}

fn is_sign(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(found) if found.as_char() == sign)
}

fn derives_debug(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let mut found = false;
        if attribute.path().is_ident("derive") {
            // A derive that does not read is the compiler's to tell.
            let _ = attribute.parse_nested_meta(|meta| {
                found |= meta.path.is_ident("Debug");
                Ok(())
            });
        }
        found
    })
}

/// Whether a type prints words or numbers as they are.
fn is_plain(kind: &syn::Type) -> bool {
    struct Names(Vec<String>);
    impl<'ast> Visit<'ast> for Names {
        fn visit_path_segment(&mut self, segment: &'ast syn::PathSegment) {
            self.0.push(segment.ident.to_string());
            syn::visit::visit_path_segment(self, segment);
        }
    }
    let mut names = Names(Vec::new());
    names.visit_type(kind);
    // The innermost: `Option<Position>` is as plain as a position.
    let last = names.0.last().map(String::as_str);
    last.is_some_and(|last| PLAIN.contains(&last))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<Finding> {
        check(&Source {
            name: "server/src/x.rs".into(),
            text: text.into(),
        })
    }

    #[test]
    fn a_line_carries_known_fields_and_no_debug() {
        let in_a_function = |line: &str| told(&format!("fn a() {{ {line} }}"));
        for line in [
            "tracing::warn!(%error, campaign = %engine.campaign(), \"words\");",
            "tracing::info!(bytes, left_out, \"backup made\");",
            "tracing::info!(\"stopping\");",
        ] {
            assert_eq!(in_a_function(line), [""; 0], "{line}");
        }
        for line in [
            "tracing::warn!(%observation.note, \"words\");",
            "tracing::warn!(answer = %observation.age, \"words\");",
            "tracing::warn!(error = %observation.note, \"words\");",
            "tracing::warn!(?error, \"words\");",
            "tracing::debug!(error = ?login, \"words\");",
            "tracing::info!(\"of {name}\");",
            "inspect(|_| tracing::info!(\"at {}\", place));",
        ] {
            assert!(!in_a_function(line).is_empty(), "{line}");
        }
    }

    #[test]
    fn a_type_that_holds_what_is_sensitive_prints_nothing() {
        for text in [
            "#[derive(Debug, Clone)] struct Login { password: String }",
            "#[derive(Debug)] struct Seen { note: Option<String> }",
            "#[derive(Debug)] struct Dot { longitude: f64 }",
            "#[derive(Debug)] enum Ask { By { token: String } }",
            "#[derive(Debug)] struct Row { secret: [u8; 32] }",
        ] {
            assert_eq!(told(text).len(), 1, "{text}");
        }
        for text in [
            "#[derive(Clone)] struct Login { password: String }",
            "#[derive(Debug)] struct Seen { pin: Option<Position> }",
            "#[derive(Debug)] struct Refusal { reason: WipeReason }",
        ] {
            assert_eq!(told(text), [""; 0], "{text}");
        }
    }
}
