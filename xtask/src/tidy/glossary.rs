//! Words of the "never" column of docs/STYLE.md section 3, as names of types and fields.

use super::{Finding, Source};
use syn::visit::Visit;

/// Names that another word of the glossary stands for.
const NEVER: [(&str, &str); 34] = [
    ("project", "Campaign"),
    ("survey", "Campaign"),
    ("area", "Sector"),
    ("district", "Sector"),
    ("tour", "Round"),
    ("trip", "Round"),
    ("visit", "Round"),
    ("date", "Night"),
    ("day", "Night"),
    ("user", "Surveyor or Coordinator"),
    ("admin", "Surveyor or Coordinator"),
    ("client", "Device"),
    ("phone", "Device"),
    ("record", "Observation"),
    ("entry", "Observation"),
    ("report", "Observation or Release"),
    ("location", "Site"),
    ("spot", "Site"),
    ("point", "Position"),
    ("gps", "Position"),
    ("status", "LivingSituation or state"),
    ("match", "CandidatePair"),
    ("similarity", "ComparisonLevel"),
    ("score", "match_weight"),
    ("confidence", "match_probability"),
    ("weight", "m_probability"),
    ("alpha", "m_probability"),
    ("validation", "Decision"),
    ("merge", "Decision"),
    ("person", "Cluster"),
    ("entity", "Cluster"),
    ("duplicate", "Cluster"),
    ("anonymize", "primary_suppression, geomask"),
    ("dump", "Release"),
];

/// Types and fields named with a word of the column.
pub fn check(source: &Source) -> Vec<Finding> {
    if !source.is("rs") || source.is_test() || source.name.starts_with("xtask/") {
        return Vec::new();
    }
    let Ok(file) = syn::parse_file(&source.text) else {
        return vec![format!("{}: does not parse as Rust", source.name)];
    };
    let mut names = Names::default();
    names.visit_file(&file);
    names
        .found
        .into_iter()
        .filter_map(|(name, line)| {
            let bare = name.to_lowercase();
            let (_, instead) = NEVER.iter().find(|(word, _)| *word == bare)?;
            Some(format!(
                "{}:{line}: `{name}` is called {instead} here",
                source.name
            ))
        })
        .collect()
}

#[derive(Default)]
struct Names {
    found: Vec<(String, usize)>,
}

impl Names {
    fn add(&mut self, name: &syn::Ident) {
        self.found
            .push((name.to_string(), name.span().start().line));
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.add(&item.ident);
        syn::visit::visit_item_struct(self, item);
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.add(&item.ident);
        syn::visit::visit_item_enum(self, item);
    }

    fn visit_item_type(&mut self, item: &'ast syn::ItemType) {
        self.add(&item.ident);
    }

    fn visit_field(&mut self, field: &'ast syn::Field) {
        if let Some(name) = &field.ident {
            self.add(name);
        }
    }
}
